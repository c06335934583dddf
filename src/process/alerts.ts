import type { WebClient } from '@slack/web-api';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { createDirect } from '../alerts/direct.ts';
import { createAlertTaker } from '../alerts/take.ts';
import { ALERTMANAGER_PATH, alertEntrance, closedEntrance } from '../http/alerts.ts';
import type { Entrance } from '../http/server.ts';
import { postUnlimited } from '../slack/delivery.ts';
import type { Core } from './core.ts';

export interface OpenAlerts {
  /** For the HTTP server, by path. */
  entrances: Record<string, Entrance>;
  stop(): void;
}

export interface AlertsParts {
  core: Pick<Core, 'config' | 'store' | 'metrics'>;
  token: string | undefined;
  /** A connection of its own: an alert does not wait behind what workers ask. */
  connect(): Redis;
  client: WebClient;
  log: Logger;
}

/** Opens the entrances for alerts, or says there why they are closed. */
export async function openAlerts({ core, token, connect, client, log }: AlertsParts): Promise<OpenAlerts> {
  const { alerts, channels } = core.config;
  if (token === undefined || !alerts) {
    if (alerts) log.warn('alerts are configured, and ALERTS_TOKEN is not set');
    const why = token === undefined ? 'ALERTS_TOKEN is not set' : 'stackhand.yaml has no alerts';
    return { entrances: { [ALERTMANAGER_PATH]: closedEntrance(`No alerts are taken here: ${why}.`) }, stop: () => undefined };
  }
  const redis = connect();
  await redis.ping();
  const say = postUnlimited(client);
  const direct = createDirect({
    post: (channel, reply) => say({ channel }, 'alert-without-redis', reply),
    instead: channels.audit ?? channels.approvals,
    log,
  });
  const take = createAlertTaker({ store: { ...core.store, redis }, config: { channels, alerts }, direct, log });
  return {
    entrances: { [ALERTMANAGER_PATH]: alertEntrance({ token, take, metrics: core.metrics, log }) },
    stop: direct.stop,
  };
}
