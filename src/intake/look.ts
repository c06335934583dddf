import type { Redis } from 'ioredis';
import { ALIVE_MS } from '../process/heartbeat.ts';
import type { Keys } from '../redis/keys.ts';
import { script } from '../redis/script.ts';
import type { Look } from './incoming.ts';

/** What Slack shows somebody is remembered this long after they last opened it. */
export const HOME_KEPT_SECONDS = 86_400;

/**
 * An opened Home is to be shown again in any case; `hash` is the view's that Slack shows there now. Whoever only clicks in it looks on, and
 * sees at once what changes. By Redis's own clock, so that a call that came late says nothing wrong.
 */
const note = script(`
local homes, home, workers, kick, user, opened, hash = unpack(ARGV)
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZADD', homes, now, user)
redis.call('HSET', home, 'at', 0)
redis.call('EXPIRE', home, ${HOME_KEPT_SECONDS})
if opened == '1' then
  redis.call('HINCRBY', home, 'asked', 1)
  redis.call('HSET', home, 'hash', hash)
end
redis.call('PUBLISH', kick, 'home')
return redis.call('ZCOUNT', workers, now - ${ALIVE_MS}, '+inf')`);

/** Notes that somebody looks at their Home, and wakes whoever publishes it. @returns how many workers there are to do so. */
export async function noteLook(redis: Redis, keys: Keys, { user, opened, hash = '' }: Look): Promise<number> {
  return Number(await note(redis, [keys.homes, keys.home(user), keys.workers, keys.kick, user, opened ? 1 : 0, hash]));
}
