import type { Redis } from 'ioredis';
import { script } from './script.ts';

/** `[key, value]`: gives up what a key holds for somebody, unless it is another's by now. */
export const release = script(`if redis.call('GET', ARGV[1]) == ARGV[2] then return redis.call('DEL', ARGV[1]) end return 0`);

/** `[key, value, milliseconds]`: holds it that much longer, unless it is another's by now. 1 where it is still ours. */
export const renew = script(
  `if redis.call('GET', ARGV[1]) == ARGV[2] then return redis.call('PEXPIRE', ARGV[1], ARGV[3]) end return 0`,
);

/** Takes what nobody holds, or holds it that much longer where it is ours already. */
export async function hold(redis: Redis, key: string, mine: string, ms: number): Promise<boolean> {
  if ((await redis.set(key, mine, 'PX', ms, 'NX')) === 'OK') return true;
  return Number(await renew(redis, [key, mine, ms])) === 1;
}
