import type { Redis } from 'ioredis';
import { script } from './script.ts';

/**
 * Calls a minute by Slack's tiers, chat.postMessage by channel and for the workspace:
 * https://docs.slack.dev/apis/web-api/rate-limits
 */
const PER_MINUTE: Record<string, number> = {
  'chat.postMessage': 240,
  'chat.update': 50,
  'chat.postEphemeral': 100,
  'chat.getPermalink': 600,
  'conversations.open': 50,
  'conversations.info': 50,
  'conversations.history': 50,
  'conversations.replies': 50,
  'files.completeUploadExternal': 100,
  'usergroups.users.list': 20,
  'users.info': 100,
  'views.publish': 100,
};
const UNKNOWN_METHOD = 20;
const POSTS_PER_CHANNEL = { perMinute: 60, atOnce: 3 };

/**
 * Takes one from every bucket, or from none and says how long to wait. A bucket is a hash: what is left, since when, and until when a
 * 429 has closed it.
 */
const take = script(`
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local wait, levels = 0, {}
for i = 1, #ARGV, 3 do
  local perMs, size = tonumber(ARGV[i + 1]) / 60000, tonumber(ARGV[i + 2])
  local left, at, closed = unpack(redis.call('HMGET', ARGV[i], 'left', 'at', 'closed'))
  local level = math.min(size, tonumber(left or size) + math.max(0, now - tonumber(at or now)) * perMs)
  levels[i] = level
  if level < 1 then wait = math.max(wait, math.ceil((1 - level) / perMs)) end
  if closed then wait = math.max(wait, tonumber(closed) - now) end
end
if wait > 0 then return wait end
for i = 1, #ARGV, 3 do
  redis.call('HSET', ARGV[i], 'left', tostring(levels[i] - 1), 'at', now)
  redis.call('HDEL', ARGV[i], 'closed')
  redis.call('PEXPIRE', ARGV[i], 120000)
end
return 0`);

const close = script(`
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local closed = now + tonumber(ARGV[2])
redis.call('HSET', ARGV[1], 'closed', math.max(closed, tonumber(redis.call('HGET', ARGV[1], 'closed') or 0)))
redis.call('PEXPIRE', ARGV[1], 120000 + tonumber(ARGV[2]))
return 0`);

/** Leave to call a method of Slack now, counted for all processes together: 0, or the milliseconds to wait first. */
export async function takePermit(redis: Redis, prefix: string, method: string, channel?: string): Promise<number> {
  const perMinute = PER_MINUTE[method] ?? UNKNOWN_METHOD;
  // A full bucket and a minute's refill together may not come near twice what Slack allows in a minute.
  const buckets: (string | number)[] = [bucket(prefix, method), perMinute, Math.ceil(perMinute / 3)];
  if (method === 'chat.postMessage' && channel !== undefined) {
    buckets.push(bucket(prefix, method, channel), POSTS_PER_CHANNEL.perMinute, POSTS_PER_CHANNEL.atOnce);
  }
  return Number(await take(redis, buckets));
}

/** Slack answered 429: nobody calls before its Retry-After has passed. */
export async function closeFor(redis: Redis, prefix: string, method: string, ms: number, channel?: string): Promise<void> {
  const narrow = method === 'chat.postMessage' ? channel : undefined;
  await close(redis, [bucket(prefix, method, narrow), Math.ceil(ms)]);
}

function bucket(prefix: string, method: string, channel?: string): string {
  return [prefix, 'slack', method, ...(channel === undefined ? [] : [channel])].join(':');
}
