import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

/** False when the server ended, or does not answer in time. LOADING is an answer to wait on. */
export async function becomesReady(socket: string, isUp: () => boolean, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  for (let pauseMs = 5; isUp() && Date.now() < deadline; pauseMs = Math.min(pauseMs * 2, 100)) {
    if (await answers(socket)) return true;
    await sleep(pauseMs);
  }
  return false;
}

export async function answers(socket: string): Promise<boolean> {
  return withClient(socket, (redis) => redis.ping()).then(
    (answer) => answer === 'PONG',
    () => false,
  );
}

/** A connection for a question or two to a server on this machine; whatever is wrong with it is a rejection. */
export async function withClient<T>(socket: string, use: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis({
    path: socket,
    lazyConnect: true,
    enableReadyCheck: false,
    disableClientInfo: true,
    retryStrategy: () => null,
    connectTimeout: 2_000,
    commandTimeout: 5_000,
  });
  redis.on('error', () => undefined); // the command's own rejection tells
  try {
    await redis.connect();
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}
