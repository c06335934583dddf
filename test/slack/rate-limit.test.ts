import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { closeFor, takePermit } from '../../src/redis/rate-limit.ts';
import { testRedis } from '../setup/redis-client.ts';

const { target, prefix } = testRedis();
let one: Redis;
let two: Redis;

beforeEach(() => {
  one = new Redis({ path: target.socket });
  two = new Redis({ path: target.socket });
});

afterEach(() => {
  one.disconnect();
  two.disconnect();
});

it('two processes share a channel’s one message a second', async () => {
  const began = performance.now();
  const waits = [];
  for (const redis of [one, two, one, two]) waits.push(await takePermit(redis, prefix, 'chat.postMessage', 'C1'));

  // Time passes meanwhile, and counts.
  const tookMs = performance.now() - began;
  expect(waits.slice(0, 3)).toEqual([0, 0, 0]);
  expect(waits[3]).toBeGreaterThan(998 - tookMs);
  expect(waits[3]).toBeLessThanOrEqual(1_000);
  expect(await takePermit(one, prefix, 'chat.postMessage', 'C2')).toBe(0);
});

it('who has to wait takes nothing', async () => {
  for (let i = 0; i < 3; i += 1) await takePermit(one, prefix, 'chat.postMessage', 'C3');
  for (let i = 0; i < 20; i += 1) await takePermit(two, prefix, 'chat.postMessage', 'C3');

  expect(await takePermit(one, prefix, 'chat.postMessage', 'C3')).toBeLessThanOrEqual(1_000);
});

it('fills up again with time', async () => {
  for (let i = 0; i < 3; i += 1) await takePermit(one, prefix, 'chat.postMessage', 'C4');
  const wait = await takePermit(one, prefix, 'chat.postMessage', 'C4');

  await new Promise((resolve) => setTimeout(resolve, wait + 20));

  expect(await takePermit(one, prefix, 'chat.postMessage', 'C4')).toBe(0);
});

it('a 429 closes it for everybody until Retry-After, and a shorter one does not open it', async () => {
  await closeFor(one, prefix, 'chat.update', 30_000);
  await closeFor(one, prefix, 'chat.update', 1_000);

  const wait = await takePermit(two, prefix, 'chat.update');

  expect(wait).toBeGreaterThan(29_000);
  expect(wait).toBeLessThanOrEqual(30_000);
});
