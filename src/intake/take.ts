import type { Redis } from 'ioredis';
import type { Keys } from '../redis/keys.ts';
import { script } from '../redis/script.ts';
import { KEEP_SECONDS } from '../request.ts';

const DEDUPE_SECONDS = 86_400;

/**
 * Refuses what was seen, then what is too late by Redis's own clock: a call that sat in a stalled Redis or a socket's buffer can
 * never be taken afterwards. The number goes into the JSON as text, since Lua's JSON would turn empty lists into objects.
 */
const PREFACE = `
local input = cjson.decode(ARGV[1])
for _, key in ipairs(input.dedupe) do
  local seen = redis.call('GET', key)
  if seen then return {'seen', seen} end
end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if now > input.deadline then return {'late'} end
if input.full and redis.call('EXISTS', input.full) == 1 then return {'full'} end
redis.call('SET', input.counter, '1000', 'NX')
local number = redis.call('INCR', input.counter)
for _, key in ipairs(input.dedupe) do redis.call('SET', key, number, 'EX', ${DEDUPE_SECONDS}) end
`;

const takeLine = script(`${PREFACE}
local doc = string.gsub(ARGV[2], '^{"number":0', '{"number":' .. number, 1)
redis.call('HSET', input.request .. number, 'doc', doc, 'head', ARGV[3], 'state', 'received')
redis.call('RPUSH', input.audit .. number, ARGV[4])
redis.call('ZADD', input.open, now, number)
redis.call('ZADD', input.byNumber, number, number)
if input.children then
  redis.call('SADD', input.children, number)
  redis.call('EXPIRE', input.children, ${KEEP_SECONDS})
end
return {'taken', tostring(number)}`);

const takeClick = script(`${PREFACE}
redis.call('HSET', input.clicks, number, ARGV[2])
return {'taken', tostring(number)}`);

export type Answer =
  | { taken: true; number: number }
  | { taken: false; because: 'seen'; number: number }
  | { taken: false; because: 'late' | 'full' };

/** @param record the request as JSON, beginning with `{"number":0`; @param deadline by Redis's clock, in ms. */
export async function takeRecord(
  redis: Redis,
  keys: Keys,
  input: {
    dedupe: string[];
    deadline: number;
    parent: number | undefined;
    /** Taken even when Redis is nearly full. */
    mustFit: boolean;
    record: string;
    head: string;
    entry: string;
  },
): Promise<Answer> {
  const shared = {
    dedupe: input.dedupe.map(keys.dedupe),
    deadline: input.deadline,
    ...(input.mustFit ? {} : { full: keys.full }),
    counter: keys.number,
    request: keys.request(0).slice(0, -1),
    audit: keys.audit(0).slice(0, -1),
    open: keys.open,
    byNumber: keys.byNumber,
    ...(input.parent === undefined ? {} : { children: keys.childrenOf(input.parent) }),
  };
  return readAnswer(await takeLine(redis, [JSON.stringify(shared), input.record, input.head, input.entry]));
}

/** Clicks are taken even when Redis is nearly full: votes and stops must fit. */
export async function takeClickRecord(
  redis: Redis,
  keys: Keys,
  input: { dedupe: string[]; deadline: number; click: string },
): Promise<Answer> {
  const shared = {
    dedupe: input.dedupe.map(keys.dedupe),
    deadline: input.deadline,
    counter: keys.clickNumber,
    clicks: keys.clicks,
  };
  return readAnswer(await takeClick(redis, [JSON.stringify(shared), input.click]));
}

function readAnswer(answer: unknown): Answer {
  if (!Array.isArray(answer)) throw new Error(`unexpected answer to take: ${String(answer)}`);
  const [word, number] = answer.map(String);
  if (word === 'taken') return { taken: true, number: Number(number) };
  if (word === 'seen') return { taken: false, because: 'seen', number: Number(number) };
  if (word === 'late' || word === 'full') return { taken: false, because: word };
  throw new Error(`unexpected answer to take: ${word}`);
}
