import { PRIORITY, say } from '../outbox/outbox.ts';
import { type Command, commit } from '../redis/commit.ts';
import { guardMemory, type MemoryLevel } from '../redis/memory.ts';
import type { Core } from './core.ts';

const LEVELS: readonly string[] = ['room', 'filling up', 'nearly full'] satisfies MemoryLevel[];
/** Memory that goes up and down around a limit is not said anew each time. */
const QUIET_MS = 10 * 60_000;

/** What was last said: of which level, in a message that was posted then, for that level. */
interface Said {
  level: string;
  posted: string;
  at: number;
}

/**
 * Looks at Redis's memory, and says in the audit channel how it stands. That it got worse is a new message, since an edit wakes nobody;
 * that there is room again is an edit of it.
 */
export async function watchMemory({ store, config, log }: Core): Promise<void> {
  const { redis, keys, clock } = store;
  const { level, percent, used, max } = await guardMemory(redis, keys);
  const before = await redis.get(keys.memoryLevel);
  const was = readSaid(before);
  if (was.level === level) return;
  const now = clock.now();
  const isNews = isWorse(level, was.level) && (isWorse(level, was.posted) || now - was.at >= QUIET_MS);
  const said: Said = isNews ? { level, posted: level, at: now } : { ...was, level };
  const { audit } = config.channels;
  const message = { id: `redis-memory/${said.at}`, priority: PRIORITY.approval, reply: { text: inWords(level, percent) } };
  const told: Command[] = audit === undefined ? [] : say(keys, { ...message, to: { kind: 'channel', channel: audit } }, now);
  const written = `${said.level}|${said.posted}|${said.at}`;
  const lost = await commit(redis, [{ key: keys.memoryLevel, is: before }], [['SET', keys.memoryLevel, written], ...told]);
  if (!lost) log.warn({ used, max, level }, 'redis memory');
}

function readSaid(text: string | null): Said {
  const [level = 'room', posted = 'room', at = '0'] = text?.split('|') ?? [];
  return { level, posted, at: Number(at) };
}

function isWorse(level: string, than: string): boolean {
  return LEVELS.indexOf(level) > LEVELS.indexOf(than);
}

function inWords(level: MemoryLevel, percent: number): string {
  if (level === 'room') return `Redis has room again: ${percent} % of its memory are used.`;
  if (level === 'filling up')
    return `Redis is filling up: ${percent} % of its memory are used. From 90 % on I take no new lines.`;
  return `Redis is nearly full: ${percent} % of its memory are used, and I take no new lines. Votes, stops and what runs go on. Raise \`limits.maxMemory\`.`;
}
