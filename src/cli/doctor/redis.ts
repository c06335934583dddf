import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { EnvironmentOf } from '../../config.ts';
import { UserError } from '../../errors.ts';
import { checkRedis, type Problem } from '../../redis/check.ts';
import { connectRedis } from '../../redis/connection.ts';
import type { RedisTarget } from '../../redis/url.ts';
import { findRedis } from '../core.ts';
import { type Check, type Finding, ok, warning, wrong } from '../doctor.ts';

const ANSWERS_WITHIN_MS = 5_000;
/** Deadlines go by Redis's clock, so only what people read would be off. */
const CLOCKS_APART_MS = 5_000;

export function checkTheRedis(environment: EnvironmentOf<'cli'>, log: Logger): Check {
  return {
    name: 'Redis',
    async look() {
      let target: RedisTarget;
      try {
        target = await findRedis(environment);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return [warning('no private Redis runs', error.message)];
      }
      const redis = connectRedis(target, 'commands', log);
      try {
        const problems = await Promise.race([checkRedis(redis, ANSWERS_WITHIN_MS), troubleOf(redis)]);
        const findings: Finding[] = problems.map(({ certain, what, mend }) => (certain ? wrong : warning)(what, mend));
        if (findings.some(({ state }) => state === 'wrong')) return findings;
        const [seconds] = await redis.time();
        const apart = Date.now() - Number(seconds) * 1_000;
        if (Math.abs(apart) > CLOCKS_APART_MS) {
          findings.push(warning(`its clock is ${Math.round(apart / 1_000)} s off this machine's`, 'Run NTP on both.'));
        }
        const version = /redis_version:(\S+)/.exec(await redis.info('server'))?.[1];
        return [ok(`Redis ${version ?? 'of an unknown version'} answers`), ...findings];
      } finally {
        redis.disconnect();
      }
    },
  };
}

/** What keeps it from connecting, as soon as that is known. The connection itself goes on trying. */
function troubleOf(redis: Redis): Promise<Problem[]> {
  return new Promise((resolve) => {
    redis.once('error', (error: Error & { code?: string }) => {
      resolve([
        {
          certain: true,
          what: `It cannot be used: ${error.message || (error.code ?? error.name)}.`,
          mend: 'See that it runs, and that `REDIS_URL` names it, with user and password where it asks for them.',
        },
      ]);
    });
  });
}
