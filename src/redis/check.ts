import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { isRecent, OLDEST_REDIS } from './unpack.ts';

/** `certain: false`: Redis did not let us see. */
export interface Problem {
  certain: boolean;
  what: string;
  mend: string;
}

type Info = Map<string, string>;

/**
 * What keeps this Redis from holding our state. Asks INFO alone, since managed services forbid CONFIG, and what INFO does
 * not tell is named as not known.
 */
export async function checkRedis(redis: Redis, withinMs = 10_000): Promise<Problem[]> {
  const late = new AbortController();
  try {
    const text = await Promise.race([redis.info(), sleep(withinMs, undefined, { signal: late.signal })]);
    return text === undefined ? [noAnswer(withinMs)] : check(parseInfo(text));
  } catch (error) {
    return [refusal(error instanceof Error ? error.message : String(error))];
  } finally {
    late.abort();
  }
}

function check(info: Info): Problem[] {
  if (info.get('redis_mode') === 'sentinel') {
    return [
      { certain: true, what: 'This is a Sentinel.', mend: 'Write `REDIS_URL` as `redis-sentinel://host:26379/master-name`.' },
    ];
  }
  return [
    judge(info, 'redis_version', isRecent, {
      what: (version) => `Redis is ${version}, and ${OLDEST_REDIS} is the oldest that works.`,
      mend: 'Upgrade it, or use Valkey.',
    }),
    judge(info, 'cluster_enabled', (value) => value === '0', {
      what: () => 'This is a Redis Cluster, which Stackhand does not work with.',
      mend: 'Use one Redis, with Sentinel where it has to survive a machine.',
    }),
    judge(info, 'role', (role) => role === 'master', {
      what: () => 'This is a replica, which takes no writes.',
      mend: 'Name the master in `REDIS_URL`, or the Sentinels, which know it.',
    }),
    judge(info, 'aof_enabled', (value) => value === '1', {
      what: () => 'The append-only file is off, so a restart of Redis forgets requests and votes.',
      mend: 'Set `appendonly yes` and `appendfsync always`, or run `redis-cli config set appendonly yes` and then `config rewrite`.',
    }),
    judge(info, 'maxmemory_policy', (policy) => policy === 'noeviction', {
      what: (policy) => `A full Redis would drop keys of ours (maxmemory-policy is ${policy}).`,
      mend: 'Set `maxmemory-policy noeviction`.',
    }),
  ].flatMap((problem) => problem ?? []);
}

function judge(
  info: Info,
  field: string,
  isGood: (value: string) => boolean,
  say: { what: (value: string) => string; mend: string },
): Problem | undefined {
  const value = info.get(field);
  if (value === undefined) {
    return { certain: false, what: `Redis does not tell its \`${field}\`.`, mend: `Look for yourself. ${say.mend}` };
  }
  return isGood(value) ? undefined : { certain: true, what: say.what(value), mend: say.mend };
}

function refusal(message: string): Problem {
  if (message.includes('NOPERM')) {
    return {
      certain: false,
      what: 'Redis does not let this user see INFO, so its version, persistence and memory policy are not known.',
      mend: 'Allow it with `ACL SETUSER <user> +info`.',
    };
  }
  if (/WRONGPASS|NOAUTH|invalid password/.test(message)) {
    return { certain: true, what: `Redis refuses the login: ${message}`, mend: 'Mend user and password in `REDIS_URL`.' };
  }
  return { certain: true, what: `Redis refuses INFO: ${message}`, mend: 'Look into its log.' };
}

function noAnswer(withinMs: number): Problem {
  return {
    certain: true,
    what: `Redis does not answer within ${withinMs / 1_000} s.`,
    mend: 'See that it runs and that `REDIS_URL` names it: `redis-cli -u "$REDIS_URL" ping`.',
  };
}

function parseInfo(text: string): Info {
  return new Map([...text.matchAll(/^([a-z_0-9]+):(.*?)\r?$/gm)].map(([, field = '', value = '']) => [field, value]));
}
