import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { type Loopback, listenOnLoopback } from '../../demo/loopback.ts';

async function serving(): Promise<Loopback> {
  const server = await listenOnLoopback(createServer((_, response) => response.end('here')));
  onTestFinished(server.stop);
  return server;
}

function portOf({ url }: Loopback): number {
  return Number(new URL(url).port);
}

async function heardFrom({ url }: Loopback): Promise<string> {
  return (await fetch(url)).text();
}

it('is away: who was connected is cut, and who connects is refused', async () => {
  const server = await serving();
  const before = connect(portOf(server), '127.0.0.1');
  await once(before, 'connect');

  await server.away();

  await once(before, 'close');
  const [error] = await once(connect(portOf(server), '127.0.0.1'), 'error');
  expect(error).toMatchObject({ code: 'ECONNREFUSED' });
});

it('is back on the same port, and can be away again', async () => {
  const server = await serving();
  for (const _ of ['once', 'twice']) {
    await server.away();
    await expect(heardFrom(server)).rejects.toThrow('fetch failed');

    await server.back();
    expect(await heardFrom(server)).toBe('here');
  }
});

it('has its port to itself while it is away', async () => {
  const ports = new Set<number>();
  for (let i = 0; i < 100; i += 1) {
    const server = await serving();
    await server.away();
    ports.add(portOf(server));
  }

  const given = [];
  for (let i = 0; i < 500; i += 1) {
    const server = createTcpServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    given.push((server.address() as AddressInfo).port);
    server.close();
  }

  expect(given.filter((port) => ports.has(port))).toEqual([]);
});
