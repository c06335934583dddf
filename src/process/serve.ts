import type { Logger } from 'pino';
import { pino } from 'pino';
import { type Config, loadConfig } from '../config.ts';
import { UserError } from '../errors.ts';
import { checkRedis } from '../redis/check.ts';
import { connectRedis } from '../redis/connection.ts';
import { type EmbeddedRedis, joinEmbeddedRedis, startEmbeddedRedis } from '../redis/embedded.ts';
import type { RedisTarget } from '../redis/url.ts';
import { type Role, type Running, start } from './start.ts';
import { cacheFolder, stateFolder } from './state-folder.ts';

/** Without Redis nothing can be handed back: only Slack is told that we go. */
const STOP_WITHOUT_REDIS_MS = 1_000;
/** How long a stop may take before the process goes anyway: running changes are another worker's then. */
const STOP_WITHIN_MS = 25_000;
/** npm passes on what the terminal or systemd has sent to every process of the group: that is no second one. */
const SAME_SIGNAL_MS = 1_000;

/** Runs gateway, worker or both until SIGTERM or SIGINT. @returns the exit status; whoever called must exit with it, as something may hang. */
export async function serve({ role, file }: { role: Role; file?: string }): Promise<number> {
  const config = loadConfig({ role, ...(file === undefined ? {} : { file }) });
  const log = pino({ level: config.environment.LOG_LEVEL, base: { role } });
  for (const warning of config.warnings) log.warn({ warning }, 'configuration');
  const { target, embedded } = await findRedis(role, config, log);
  let running: Running | undefined;
  const ended = untilEnd(embedded, log);
  const begin = async (): Promise<number> => {
    await refuseUnsafeRedis(target, log);
    running = await start({ role, config, redis: target, log });
    log.info({ clouds: running.core.clouds.names, port: running.port }, 'stackhand is ready');
    return ended;
  };
  let status = 1;
  try {
    // A start that waits for a Redis that has gone would wait for ever.
    status = await Promise.race([begin(), ended]);
    return status;
  } finally {
    try {
      await within(status === 0 ? STOP_WITHIN_MS : STOP_WITHOUT_REDIS_MS, running?.stop(), log);
    } finally {
      await embedded?.stop();
    }
  }
}

async function findRedis(
  role: Role,
  config: Config<Role>,
  log: Logger,
): Promise<{ target: RedisTarget; embedded?: EmbeddedRedis }> {
  const { REDIS_URL, ...environment } = config.environment;
  if (REDIS_URL !== undefined) return { target: { url: REDIS_URL } };
  const folder = stateFolder(environment);
  if (role !== 'all') return { target: await joinEmbeddedRedis(folder) };
  const embedded = await startEmbeddedRedis({ folder, cache: cacheFolder(), log, maxmemory: config.limits.maxMemory });
  return { target: { socket: embedded.socket }, embedded };
}

/** What holds approvals and half-done changes must neither evict nor forget. */
async function refuseUnsafeRedis(target: RedisTarget, log: Logger): Promise<void> {
  const redis = connectRedis(target, 'commands', log);
  try {
    const problems = await checkRedis(redis);
    for (const { what, mend } of problems.filter(({ certain }) => !certain)) log.warn({ what, mend }, 'redis');
    const certain = problems.filter((problem) => problem.certain);
    if (certain.length === 0) return;
    throw new UserError(`Redis will not do:\n${certain.map(({ what, mend }) => `  ${what}. ${mend}`).join('\n')}`);
  } finally {
    redis.disconnect();
  }
}

/** Ends with 0 on SIGTERM or SIGINT (a second one kills), with 1 when the embedded Redis has gone. */
function untilEnd(embedded: EmbeddedRedis | undefined, log: Logger): Promise<number> {
  return new Promise((resolve) => {
    let asked: number | undefined;
    const stop = (signal: NodeJS.Signals): void => {
      if (asked !== undefined && performance.now() - asked > SAME_SIGNAL_MS) process.exit(1);
      if (asked !== undefined) return;
      asked = performance.now();
      log.info({ signal }, 'stopping');
      resolve(0);
    };
    process.on('SIGTERM', stop).on('SIGINT', stop);
    void embedded?.exited.then(({ expected, reason }) => {
      if (expected) return;
      log.fatal({ reason }, 'redis ended by itself');
      resolve(1);
    });
  });
}

async function within(ms: number, stopping: Promise<void> | undefined, log: Logger): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      log.warn({ ms }, 'stop took too long');
      resolve();
    }, ms);
  });
  await Promise.race([stopping, late]);
  clearTimeout(timer);
}
