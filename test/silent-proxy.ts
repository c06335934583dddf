import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { newFolder } from './new-folder.ts';

/** Stands before a Redis: what is asked gets through, and the answers wait while it holds them. Ends with the test. */
export async function silentProxy(to: string): Promise<{ socket: string; hold(): void; release(): void }> {
  const folder = newFolder();
  const socket = join(folder, 'redis.sock');
  const pairs = new Set<{ client: Socket; server: Socket }>();
  let held = false;
  const proxy = createServer((client) => {
    const server = connect(to);
    const pair = { client, server };
    pairs.add(pair);
    client.pipe(server);
    server.on('data', (data) => client.write(data));
    if (held) server.pause();
    const end = (): void => {
      pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const side of [client, server]) side.on('error', end).on('close', end);
  });
  await new Promise<void>((resolve) => proxy.listen(socket, resolve));
  onTestFinished(() => {
    for (const { client, server } of pairs) {
      client.destroy();
      server.destroy();
    }
    proxy.close();
  });
  return {
    socket,
    hold() {
      held = true;
      for (const { server } of pairs) server.pause();
    },
    release() {
      held = false;
      for (const { server } of pairs) server.resume();
    },
  };
}
