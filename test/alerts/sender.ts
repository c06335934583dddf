import { createHash } from 'node:crypto';
import type { Message } from '../../demo/workspace/model.ts';
import { idOf } from '../../demo/workspace/seed.ts';
import { type Bot, type BotOptions, toyBot } from '../bot.ts';

export const TOKEN = 'a-token-that-is-long-enough';
export const OPS = idOf('C', 'ops');

export interface AlertGiven {
  /** Besides `alertname: HostDown, severity: warning`. */
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  /** Set: it is resolved. */
  endsAt?: string;
  startsAt?: string;
  generatorURL?: string;
}

export interface PostGiven {
  alerts: AlertGiven[];
  from?: string;
  groupKey?: string;
  receiver?: string;
  truncatedAlerts?: number;
}

export const BEGAN = '2026-11-25T10:02:00Z';

/** A post as Alertmanager makes it. */
export function payload({
  alerts,
  from = 'http://am1:9093',
  groupKey = '{}:{alertname="HostDown"}',
  ...rest
}: PostGiven): Record<string, unknown> {
  const whole = alerts.map(({ labels = {}, annotations = {}, startsAt = BEGAN, endsAt, generatorURL = '' }) => {
    const all: Record<string, string> = { alertname: 'HostDown', severity: 'warning', ...labels };
    return {
      status: endsAt === undefined ? 'firing' : 'resolved',
      labels: all,
      annotations,
      startsAt,
      endsAt: endsAt ?? '0001-01-01T00:00:00Z',
      generatorURL,
      fingerprint: createHash('sha256')
        .update(JSON.stringify(Object.entries(all).toSorted()))
        .digest('hex')
        .slice(0, 16),
    };
  });
  return {
    version: '4',
    receiver: 'stackhand',
    status: whole.some(({ status }) => status === 'firing') ? 'firing' : 'resolved',
    groupKey,
    truncatedAlerts: 0,
    groupLabels: { alertname: 'HostDown' },
    commonLabels: {},
    commonAnnotations: {},
    externalURL: from,
    alerts: whole,
    ...rest,
  };
}

export interface AlertBot extends Bot {
  /** Posts to the entrance. @returns status and text of the answer. */
  post(body: unknown, init?: RequestInit): Promise<{ status: number; text: string; headers: Headers }>;
  /** Posts alerts that must be taken. */
  fire(...alerts: AlertGiven[]): Promise<void>;
  /** The bot's messages in a channel's main view. */
  cards(where?: string): Message[];
  /** What people read in the thread of the newest card but one that was broadcast, without the card itself. */
  thread(where?: string): string[];
}

export async function alertBot({ yaml, env, ...options }: BotOptions = {}): Promise<AlertBot> {
  const bot = await toyBot({
    ...options,
    yaml: { alerts: { channel: OPS }, ...yaml },
    env: { ALERTS_TOKEN: TOKEN, ...env },
  });
  const post: AlertBot['post'] = async (body, init) => {
    const answer = await fetch(`http://127.0.0.1:${bot.running.port}/alerts/alertmanager`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...init,
    });
    return { status: answer.status, text: await answer.text(), headers: answer.headers };
  };
  const cards = (where = '#ops'): Message[] =>
    bot.slack.messages(where).filter(({ user, threadTs }) => user === bot.slack.botUserId && threadTs === undefined);
  return {
    ...bot,
    post,
    async fire(...alerts) {
      const { status, text } = await post(payload({ alerts }));
      if (status !== 200) throw new Error(`answered ${status}: ${text}`);
    },
    cards,
    thread(where) {
      const card = cards(where).at(-1);
      return card ? bot.slack.thread(card).slice(1).map(bot.text) : [];
    },
  };
}
