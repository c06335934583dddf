import type { Redis } from 'ioredis';
import { script } from './script.ts';

/** What must still be so: a key's (or a hash field's) value; null for absent. */
export interface Guard {
  key: string;
  field?: string;
  is: string | null;
}

/** A Redis command with its arguments. */
export type Command = (string | number)[];

const run = script(`
local spec = cjson.decode(ARGV[1])
for i, guard in ipairs(spec.when) do
  local now
  if guard.field then now = redis.call('HGET', guard.key, guard.field) else now = redis.call('GET', guard.key) end
  if not now then now = cjson.null end
  if now ~= guard.is then return i end
end
for _, command in ipairs(spec.commands) do redis.call(unpack(command)) end
return 0`);

/** Lua's unpack() takes no more than about 8,000 arguments, and breaks off in the middle of a step that has begun. */
const ARGUMENTS_AT_MOST = 1_000;
/** Commands that may be several shorter ones, and how many arguments come first in each of them. What follows may be in pairs. */
const DIVISIBLE: Record<string, number> = {
  DEL: 0,
  UNLINK: 0,
  HDEL: 1,
  HSET: 1,
  RPUSH: 1,
  SADD: 1,
  SREM: 1,
  ZREM: 1,
};

/**
 * If all this is still so, then do all that; in one atomic step (the if/then of etcd's transactions).
 * @returns undefined when done, else the guard that no longer held; then nothing was done.
 */
export async function commit(redis: Redis, when: Guard[], commands: Command[]): Promise<Guard | undefined> {
  const asText = commands.flatMap(shortEnough).map((command) => command.map(String));
  const failed = Number(await run(redis, [JSON.stringify({ when, commands: asText })]));
  return failed === 0 ? undefined : when[failed - 1];
}

function shortEnough(command: Command): Command[] {
  if (command.length <= ARGUMENTS_AT_MOST) return [command];
  const [name = '', ...args] = command;
  const first = DIVISIBLE[String(name)];
  if (first === undefined) throw new Error(`${name} has ${args.length} arguments: more than fit into a step`);
  const begin = args.slice(0, first);
  const parts: Command[] = [];
  for (let from = first; from < args.length; from += ARGUMENTS_AT_MOST)
    parts.push([name, ...begin, ...args.slice(from, from + ARGUMENTS_AT_MOST)]);
  return parts;
}
