import { readdir, readFile } from 'node:fs/promises';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { FromServer } from '../../demo/protocol.ts';
import { eventually } from '../bot.ts';
import { type DemoProcess, demoFolder, runDemo, startDemoProcess } from './demo-process.ts';

async function folderOfTest(): Promise<string> {
  const { folder, remove } = await demoFolder();
  onTestFinished(remove);
  return folder;
}

async function demo(folder: string, ...args: string[]): Promise<DemoProcess> {
  const started = await startDemoProcess(folder, ...args);
  onTestFinished(async () => void (await started.end()));
  return started;
}

/** Processes with this folder in their command line: the bot and its Redis. */
async function processesOf(folder: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return lines.filter((line) => line.includes(folder)).map((line) => line.replaceAll('\0', ' '));
}

interface Looker {
  /** All that somebody sees, as JSON. */
  sees(): string;
  act(act: unknown): void;
}

/** Somebody at the page, without a browser. */
async function lookAt(url: string, as: string, headers: Record<string, string> = {}): Promise<Looker> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/live?as=${as}`, { headers });
  onTestFinished(() => socket.terminate());
  const values = new Map<string, unknown>();
  socket.on('message', (data) => {
    const said = JSON.parse(String(data)) as FromServer; // our own server's
    if (said.kind !== 'state') return;
    for (const [key, value] of Object.entries(said.set)) values.set(key, value);
    for (const key of said.gone) values.delete(key);
  });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return { sees: () => JSON.stringify([...values]), act: (act) => socket.send(JSON.stringify({ id: 1, act })) };
}

it('Ctrl-C ends everything that it started, and the next start goes on where it was', async () => {
  const folder = await folderOfTest();
  const first = await demo(folder);
  const bob = await lookAt(first.url, 'bob');
  await eventually(() => bob.sees().includes('"ops"'), 'Bob to see #ops');
  bob.act({ kind: 'type', channel: 'ops', text: '/stack quota set physics cores=72 --reason "kept over a restart"' });
  await eventually(() => bob.sees().includes('waits for approval'), 'a card');
  expect(await processesOf(folder)).not.toEqual([]);

  expect(await first.end()).toBe(0);

  expect(await processesOf(folder)).toEqual([]);
  const second = await demo(folder);
  const alice = await lookAt(second.url, 'alice');
  await eventually(() => alice.sees().includes('kept over a restart'), 'Alice to see the card of before');
  await second.end();

  const third = await demo(folder, '--reset');
  const eve = await lookAt(third.url, 'eve');
  await eventually(() => eve.sees().includes('"ops"'), 'Eve to see #ops');
  expect(eve.sees()).not.toContain('kept over a restart');
});

it('a killed bot leaves no Redis behind either', async () => {
  const folder = await folderOfTest();
  const running = await demo(folder);
  const bob = await lookAt(running.url, 'bob');

  bob.act({ kind: 'press', what: 'kill bot' });
  await eventually(() => bob.sees().includes('"bot":"down"'), 'the bot to be dead');
  await running.end();

  expect(await processesOf(folder)).toEqual([]);
});

it('a port in use is said in words, with what to type', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as AddressInfo; // a TCP server has one of this kind
  const folder = await folderOfTest();

  const { status, output } = await runDemo('--headless', '--state', folder, '--port', String(port));

  expect(status).toBe(1);
  expect(output).toContain(`Something else listens on port ${port}, perhaps another demo. End it, or type`);
  expect(await processesOf(folder)).toEqual([]);
  expect(await readdir(folder)).toEqual([]);
});

it.each([
  [['--port', 'web'], '--port web is no port: type a number up to 65535.'],
  [['--headles'], "Unknown option '--headles'"],
])('refuses %j', async (args, words) => {
  const { status, output } = await runDemo(...args);

  expect(status).toBe(2);
  expect(output).toContain(words);
  expect(output).toContain('Usage: npm run demo');
});

it('neither a page of another origin nor another name of this machine may look or act', async () => {
  const { url } = await demo(await folderOfTest());

  await expect(lookAt(url, 'bob', { origin: 'https://evil.example' })).rejects.toThrow('403');
  await expect(lookAt(url, 'mallory')).rejects.toThrow('403');
  const rebound = await new Promise<number | undefined>((resolve, reject) => {
    get(url, { headers: { host: 'evil.example' } }, (answer) => resolve(answer.statusCode)).on('error', reject);
  });
  expect(rebound).toBe(403);
  expect((await fetch(url)).headers.get('content-security-policy')).toContain("default-src 'self'");
});
