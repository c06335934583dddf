import { randomBytes } from 'node:crypto';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { needsCloud } from '../chat/match.ts';
import { type Config, checkAgainstRegistry } from '../config.ts';
import { SlackAway } from '../errors.ts';
import { startHttp } from '../http/server.ts';
import { cloudsFolders } from '../openstack/clouds-yaml.ts';
import type { ConnectOptions } from '../openstack/connection.ts';
import { watchOutbox } from '../outbox/watch.ts';
import { openClouds } from '../planning/clouds.ts';
import { closeQueues, openQueues } from '../queue.ts';
import { startClock } from '../redis/clock.ts';
import { connectRedis, type RedisPurpose } from '../redis/connection.ts';
import { keysOf } from '../redis/keys.ts';
import type { RedisTarget } from '../redis/url.ts';
import { loadRegistry, type Registry } from '../registry.ts';
import type { Store } from '../requests/store.ts';
import { openSlack } from '../slack/client.ts';
import { openAlerts } from './alerts.ts';
import type { Core } from './core.ts';
import type { Gateway } from './gateway.ts';
import { healthOf } from './health.ts';
import { startHeart } from './heartbeat.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { PACE, type Pace } from './pace.ts';
import { stateFolder } from './state-folder.ts';
import { startWorker } from './worker.ts';

export type Role = 'all' | 'gateway' | 'worker';

export interface StartOptions {
  role: Role;
  config: Config<'all' | 'gateway' | 'worker'>;
  redis: RedisTarget;
  /** Keeps several Stackhands apart in one Redis. */
  prefix?: string;
  /** Left out: commands/ and jobs/ of this program. */
  registry?: Registry;
  /** Left out: with the figures of this process, whose meters stay as long as it does. */
  metrics?: Metrics;
  /** How OpenStack is called: timeouts and waits between tries. */
  openstack?: ConnectOptions;
  pace?: Readonly<Pace>;
  log: Logger;
}

export interface Running {
  core: Core;
  /** Of /healthz, /readyz, /metrics, and the entrances for alerts and, over signed HTTP, for Slack. */
  port: number;
  stop(): Promise<void>;
}

/** Runs one process. Where a step breaks, what was begun before it is ended, or the process would stay for ever. */
export async function start(options: StartOptions): Promise<Running> {
  const endings: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of endings.splice(0).reverse()) {
      try {
        await end();
      } catch (err) {
        // The others are to end all the same.
        options.log.warn({ err }, 'an end broke');
      }
    }
  };
  try {
    return { ...(await compose(options, (end) => endings.push(end))), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Connections, then the worker, then HTTP, then the gateway, so that whoever is heard is also served. At the end the other way round. */
async function compose(
  {
    role,
    config,
    redis: target,
    prefix = 'stackhand',
    registry: given,
    metrics = createMetrics(),
    openstack = {},
    pace = PACE,
    log,
  }: StartOptions,
  atEnd: (end: () => unknown) => void,
): Promise<Omit<Running, 'stop'>> {
  const { environment } = config;
  const registry = given ?? (await loadRegistry());
  checkAgainstRegistry(config, registry.commands);
  const clouds = await openClouds(
    config.clouds,
    {
      ...(environment.OS_CLIENT_CONFIG_FILE ? { file: environment.OS_CLIENT_CONFIG_FILE } : {}),
      folders: cloudsFolders(process.cwd(), homedir()),
    },
    { onCall: metrics.openstackCall, ...openstack },
  );
  atEnd(clouds.close);
  const connect = (purpose: RedisPurpose): Redis => {
    const redis = connectRedis(target, purpose, log);
    atEnd(() => redis.disconnect());
    return redis;
  };
  const commands = connect('commands');
  const clock = await startClock(commands);
  atEnd(clock.stop);
  const store: Store = {
    redis: commands,
    keys: keysOf(prefix),
    clock,
    ended: ({ command, effect, state }) => metrics.requestEnded(command, effect, state),
  };
  const wakers = openQueues(commands, prefix, log, (line) => needsCloud(line, registry));
  atEnd(() => closeQueues(wakers));
  const account = {
    botToken: environment.SLACK_BOT_TOKEN,
    redis: commands,
    prefix,
    log,
    ...(environment.SLACK_API_URL ? { apiUrl: environment.SLACK_API_URL } : {}),
  };
  const { client, delivery, signIn } = openSlack(account);
  await signIn().catch((error: unknown) => {
    if (!(error instanceof SlackAway)) throw error;
    log.warn({ err: error }, 'slack is away');
  });
  const core: Core = {
    config,
    registry,
    store,
    wakers,
    directory: delivery,
    delivery,
    clouds,
    log,
    metrics,
    auditFolder: join(stateFolder(environment), 'audit'),
    leaseMs: config.limits.leaseSeconds * 1_000,
    pace,
    worker: `${hostname()}:${process.pid}:${randomBytes(2).toString('hex')}`,
  };
  if (role !== 'gateway') {
    atEnd(startWorker(core, connect('commands'), prefix).stop);
  }

  const connectGateway = (): Redis => connect('gateway');
  const alerts = await openAlerts({
    core,
    token: environment.ALERTS_TOKEN,
    connect: connectGateway,
    client,
    log,
  });
  atEnd(alerts.stop);
  const gateway =
    role === 'worker'
      ? undefined
      : (await import('./gateway.ts')).openGateway({ core, environment, account, signIn, connect: connectGateway });
  let listening: Awaited<ReturnType<Gateway['listen']>> | undefined;
  const connected = (): boolean => listening?.connected() === true;
  // Before the gateway: what Slack posts while it is not there yet, or already ends, is refused with words.
  const http = await startHttp({
    ...config.http,
    health: healthOf(core, gateway && connected),
    metrics: metrics.registry,
    entrances: { ...alerts.entrances, ...gateway?.entrances },
  });
  atEnd(http.close);
  if (gateway) {
    listening = await gateway.listen();
    atEnd(listening.stop);
    // It may be missed for a while: the next start is no trouble to tell of.
    atEnd(startHeart(store, store.keys.gateways, core.worker, connected).stop);
  }
  atEnd(watchOutbox(core).stop);
  return { core, port: http.port };
}
