import { PRIORITY, say } from '../outbox/outbox.ts';
import { type Command, commit } from '../redis/commit.ts';
import { guardMemory, type MemoryLevel } from '../redis/memory.ts';
import type { Core } from './core.ts';

/** Looks at Redis's memory, and says in the audit channel how it stands: one message, edited as it changes. */
export async function watchMemory({ store, config, log }: Core): Promise<void> {
  const { redis, keys, clock } = store;
  const { level, percent, used, max } = await guardMemory(redis, keys);
  const before = await redis.get(keys.memoryLevel);
  if ((before ?? 'room') === level) return;
  const { audit } = config.channels;
  const message = { id: 'redis-memory', priority: PRIORITY.approval, reply: { text: inWords(level, percent) } };
  const told: Command[] =
    audit === undefined ? [] : say(keys, { ...message, to: { kind: 'channel', channel: audit } }, clock.now());
  const lost = await commit(redis, [{ key: keys.memoryLevel, is: before }], [['SET', keys.memoryLevel, level], ...told]);
  if (!lost) log.warn({ used, max, level }, 'redis memory');
}

function inWords(level: MemoryLevel, percent: number): string {
  if (level === 'room') return `Redis has room again: ${percent} % of its memory are used.`;
  if (level === 'filling up')
    return `Redis is filling up: ${percent} % of its memory are used. From 90 % on I take no new lines.`;
  return `Redis is nearly full: ${percent} % of its memory are used, and I take no new lines. Votes, stops and what runs go on. Raise \`limits.maxMemory\`.`;
}
