import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { keepPort } from '../../demo/kept-port.ts';

async function listen(on = 0): Promise<{ server: Server; port: number }> {
  const server = createServer().listen(on, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

async function keep(): Promise<number> {
  const { server, port } = await listen();
  const { release } = await keepPort(server);
  onTestFinished(release);
  return port;
}

it('who connects to a kept port is refused', async () => {
  const port = await keep();

  const [error] = await once(connect(port, '127.0.0.1'), 'error');

  expect(error).toMatchObject({ code: 'ECONNREFUSED' });
});

it('nobody is given a kept port', async () => {
  const kept = new Set<number>();
  for (let i = 0; i < 100; i += 1) kept.add(await keep());

  const given = [];
  for (let i = 0; i < 500; i += 1) {
    const { server, port } = await listen();
    given.push(port);
    server.close();
  }

  expect(given.filter((port) => kept.has(port))).toEqual([]);
});

it('a port that is given back can be listened on again', async () => {
  const before = await listen();
  const { release } = await keepPort(before.server);
  await release();

  const { server, port } = await listen(before.port);
  server.close();

  expect(port).toBe(before.port);
});
