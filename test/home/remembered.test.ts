import { expect, it } from 'vitest';
import { remembered } from '../../src/home/remembered.ts';

it('asks once for whoever asks at the same time, and not again while the answer is young', async () => {
  let asked = 0;
  const ask = remembered(async (name) => `${name} ${++asked}`, 60_000);

  const [one, two, other] = await Promise.all([ask('alice'), ask('alice'), ask('bob')]);

  expect([one, two, other, await ask('alice')]).toEqual(['alice 1', 'alice 1', 'bob 2', 'alice 1']);
});

it('asks anew once the answer is too old', async () => {
  let asked = 0;
  const ask = remembered(async () => ++asked, 0);

  expect([await ask('alice'), await ask('alice')]).toEqual([1, 2]);
});

it('a refusal is remembered too, for a while', async () => {
  let asked = 0;
  const ask = remembered(async () => {
    asked += 1;
    throw new Error('not now');
  }, 0);

  await expect(ask('alice')).rejects.toThrow('not now');
  await expect(ask('alice')).rejects.toThrow('not now');

  expect(asked).toBe(1);
});
