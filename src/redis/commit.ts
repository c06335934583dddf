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

/**
 * If all this is still so, then do all that; in one atomic step (the if/then of etcd's transactions).
 * @returns undefined when done, else the guard that no longer held; then nothing was done.
 */
export async function commit(redis: Redis, when: Guard[], commands: Command[]): Promise<Guard | undefined> {
  const asText = commands.map((command) => command.map(String));
  const failed = Number(await run(redis, [JSON.stringify({ when, commands: asText })]));
  return failed === 0 ? undefined : when[failed - 1];
}
