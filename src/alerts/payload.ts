import { z } from 'zod';
import { explainIssues } from '../config/explain.ts';
import { type Path, sayPath, valueAt } from '../config/source.ts';
import { cut, keptLabels } from './labels.ts';

const Texts = z.record(z.string(), z.string());
const Time = z.iso.datetime({ offset: true, error: 'a time such as 2026-11-25T10:02:00Z' }).transform((text) => Date.parse(text));

const Alert = z.object({
  status: z.enum(['firing', 'resolved']),
  labels: Texts,
  annotations: Texts.default({}),
  startsAt: Time,
  /** Year 1 while it fires. */
  endsAt: Time,
  generatorURL: z.string().default(''),
  fingerprint: z.string().min(1).max(64),
});

/**
 * What Alertmanager posts, version 4: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
 * `alerts` are all that fire in the group and are neither silenced nor inhibited, and what was resolved since the last post that was
 * answered 2xx. A post has no time of its own, and only its `externalURL` says who sent it.
 */
const Payload = z.object({
  version: z.string().regex(/^4$/, '4, as Alertmanager sends it'),
  receiver: z.string().min(1).max(1_000),
  groupKey: z.string().min(1).max(20_000),
  /** How many alerts `max_alerts` has left out. */
  truncatedAlerts: z.number().int().min(0).default(0),
  externalURL: z.string().default(''),
  alerts: z.array(Alert).min(1),
});

/** What one post says of a group. Texts are as long as a card may need them, and no longer. */
export interface Telling {
  receiver: string;
  groupKey: string;
  /** The Alertmanager's own address. */
  from: string;
  /** How many alerts are not in it. */
  truncated: number;
  alerts: ToldAlert[];
}

export type UrlKind = 'runbook' | 'dashboard' | 'graph';

export interface ToldAlert {
  /** Alertmanager's fingerprint of its labels. */
  id: string;
  isFiring: boolean;
  labels: Record<string, string>;
  summary?: string;
  description?: string;
  /** Addresses as they came; which of them may be shown, the card decides. */
  urls: Partial<Record<UrlKind, string>>;
  /** Milliseconds since 1970, by Prometheus's clock. */
  startsAt: number;
  endsAt: number;
}

/** As many alerts of a group are known one by one; the rest is counted. */
const ALERTS_AT_MOST = 1_000;
const LONGEST = { summary: 300, description: 600, url: 1_000 };
const PROBLEMS_AT_MOST = 5;

/** @returns what it says, or what is wrong with it, each with its path in the payload. */
export function readPayload(body: string): Telling | { because: 'not json' } | { because: 'wrong shape'; problems: string[] } {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return { because: 'not json' };
  }
  const parsed = Payload.safeParse(value);
  if (!parsed.success) return { because: 'wrong shape', problems: explained(parsed.error.issues, value) };
  const { receiver, groupKey, externalURL, truncatedAlerts, alerts } = parsed.data;
  const kept = alerts.length <= ALERTS_AT_MOST ? alerts : firingFirst(alerts).slice(0, ALERTS_AT_MOST);
  return {
    receiver,
    groupKey,
    from: cut(externalURL, LONGEST.url),
    truncated: truncatedAlerts + alerts.length - kept.length,
    alerts: kept.map(toldAlert),
  };
}

function explained(issues: z.core.$ZodIssue[], value: unknown): string[] {
  const locate = (path: Path): string => sayPath(path) || 'the body';
  const problems = explainIssues(issues, Payload, { locate, valueAt: (path) => valueAt(value, path) });
  const more = problems.length - PROBLEMS_AT_MOST;
  return more > 0 ? [...problems.slice(0, PROBLEMS_AT_MOST), `and ${more} more`] : problems;
}

function firingFirst(alerts: z.infer<typeof Alert>[]): z.infer<typeof Alert>[] {
  return alerts.toSorted((a, b) => Number(b.status === 'firing') - Number(a.status === 'firing'));
}

function toldAlert({
  status,
  labels,
  annotations,
  startsAt,
  endsAt,
  generatorURL,
  fingerprint,
}: z.infer<typeof Alert>): ToldAlert {
  const summary = annotations.summary ?? annotations.message ?? annotations.title;
  const { description, runbook_url: runbook, dashboard_url: dashboard } = annotations;
  return {
    id: fingerprint,
    isFiring: status === 'firing',
    labels: keptLabels(labels),
    ...(summary ? { summary: cut(summary, LONGEST.summary) } : {}),
    ...(description ? { description: cut(description, LONGEST.description) } : {}),
    urls: {
      ...(isKept(runbook) ? { runbook } : {}),
      ...(isKept(dashboard) ? { dashboard } : {}),
      ...(isKept(generatorURL) ? { graph: generatorURL } : {}),
    },
    startsAt,
    endsAt,
  };
}

/** An address that was cut would lead elsewhere. */
function isKept(url: string | undefined): url is string {
  return url !== undefined && url !== '' && url.length <= LONGEST.url;
}
