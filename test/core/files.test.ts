import { expect, it } from 'vitest';
import { type Outgoing, say } from '../../src/outbox/outbox.ts';
import { commit } from '../../src/redis/commit.ts';
import { type Bot, eventually, toyBot } from '../bot.ts';

async function tell({ running, slack }: Bot, reply: Outgoing['reply']): Promise<void> {
  const { redis, keys, clock } = running.core.store;
  const message: Outgoing = { id: 'test', to: { kind: 'direct', user: slack.id('bob') }, priority: 1, reply };
  await commit(redis, [], say(keys, message, clock.now()));
}

/** Every file that Bob got, oldest first: its name and how often it has the word. */
function files({ slack }: Bot): string[] {
  return slack.files('bob').map(({ name, content }) => `${name} ${String(content).split('word').length - 1}`);
}

async function said({ running }: Bot): Promise<void> {
  const { redis, keys } = running.core.store;
  await eventually(async () => {
    const { version, said: last } = await redis.hgetall(keys.message('test'));
    return version === last;
  }, 'the message to be said');
}

it('what a message has no room for is sent again only as it changes', async () => {
  const bot = await toyBot();

  await tell(bot, { text: 'Much to say.', pre: 'word\n'.repeat(3_000) });
  await said(bot);
  await tell(bot, { text: 'Much to say.', pre: 'word\n'.repeat(3_000) });
  await said(bot);
  await tell(bot, { text: 'Much to say.', pre: 'word\n'.repeat(4_000) });
  await said(bot);

  expect(files(bot)).toEqual(['stackhand.txt 3000', 'stackhand.txt 4000']);
});

it('a second file that is not taken at first does not send the first one again', async () => {
  const bot = await toyBot();
  const second = (args: unknown): boolean => JSON.stringify(args).includes('Much to say');
  bot.slack.answer('files.completeUploadExternal', { times: 2, status: 503, when: second });

  await tell(bot, {
    text: 'Much to say.',
    pre: 'word\n'.repeat(3_000),
    file: { name: 'first.txt', title: 'The first', content: 'word' },
  });
  await said(bot);

  expect(files(bot)).toEqual(['first.txt 1', 'stackhand.txt 3000']);
});
