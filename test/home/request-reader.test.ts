import { expect, it } from 'vitest';
import { createReader } from '../../src/home/request-reader.ts';
import { decideAndAdvance } from '../../src/requests/store.ts';
import { toyBot } from '../bot.ts';
import { SET } from './pages.ts';

const OTHER = 'cores set demo --cores 30 --reason "less load"';

it('reads what is open, the newest first, and again only what has changed', async () => {
  const bot = await toyBot();
  const { store } = bot.running.core;
  await bot.say('bob', SET);
  await bot.say('bob', OTHER);
  await bot.untilOf(1002, 'waiting');
  const reader = createReader(store);

  const first = await reader.open();
  const card = await bot.slack.waitFor(() => bot.card().includes('R-1002') && bot.cardMessage(), 'the second card');
  await bot.click('alice', 'Approve', card);
  await bot.untilOf(1002, 'done');
  const second = await reader.open();

  expect(first.map(({ number, state }) => [number, state])).toEqual([
    [1002, 'waiting'],
    [1001, 'waiting'],
  ]);
  expect(second.map(({ number }) => number)).toEqual([1001]);
  // The very same: it was not sent again.
  expect(second[0]).toBe(first[1]);
  expect((await reader.read([1002, 9999])).map(({ number, state }) => [number, state])).toEqual([[1002, 'done']]);
});

it('reads how far a run has come, of which the audit tells nothing', async () => {
  // Without a worker, so that nobody else moves it.
  const bot = await toyBot({ role: 'gateway' });
  const { store } = bot.running.core;
  const reader = createReader(store);
  await bot.slack.slash('bob', '#ops', SET);
  const progress = (text: string): Promise<unknown> =>
    decideAndAdvance(store, 1001, () => ({
      change: (draft) => Object.assign(draft, { state: 'running', progress: text }),
      give: undefined,
      move: { event: 'progress' },
    }));
  await progress('1 of 2');
  await reader.open();

  await progress('2 of 2');

  expect((await reader.open()).map((request) => request.progress)).toEqual(['2 of 2']);
});

it('what it is told to forget while it reads is not missing from what it reads', async () => {
  const bot = await toyBot();
  const reader = createReader(bot.running.core.store);
  await bot.say('bob', SET);
  await reader.open();

  const reading = reader.open();
  reader.forget();

  expect(await reading).toHaveLength(1);
});
