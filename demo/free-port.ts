import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that systems give to whoever asks for any, from 32,768 on; a Redis Cluster takes another one 10,000 above its own. */
const PORTS = { from: 12_000, to: 22_000 };

/** A port of 127.0.0.1 that is free, and that nobody is given until somebody listens there. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(PORTS.from, PORTS.to);
    const isFree = await askForPort(port).then(
      () => true,
      () => false,
    );
    if (isFree) return port;
  }
}

/** @throws EADDRINUSE */
export async function askForPort(port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}
