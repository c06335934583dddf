import { createHash } from 'node:crypto';
import { isDown } from './cloud/nova-services.ts';
import type { CloudState } from './cloud/state.ts';

/** How Alertmanager's `group_wait` and `group_interval` are set here: short, as somebody is looking. */
const LOOK_MS = 2_000;
const REPEAT_MS = 60_000;
/** A storm is as many instances as a rack has, and ends by itself. */
const STORM = { alerts: 48, lastsMs: 45_000 };

interface Alert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: string;
  endsAt?: string;
}

export interface Alertmanager {
  /** A switch of a rack breaks: dozens of alerts at once, in three groups, that are resolved a while later. */
  storm(): void;
  readonly storming: boolean;
  stop(): void;
}

export interface AlertmanagerOptions {
  state: CloudState;
  token: string;
  /** The bot's; undefined while it is down, when there is nobody to post to. */
  port(): number | undefined;
  changed(): void;
}

/**
 * A pretend Prometheus with its Alertmanager: looks at the hosts, and posts what fires and what is resolved to the bot's entrance,
 * in groups, again until it is answered 2xx. https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
 */
export function startAlertmanager({ state, token, port, changed }: AlertmanagerOptions): Alertmanager {
  const firing = new Map<string, Alert>();
  /** Groups with something to tell, and when each was told last. */
  const due = new Set<string>();
  const told = new Map<string, number>();
  let stormEnds: number | undefined;
  let busy = false;

  function fire(labels: Record<string, string>, annotations: Record<string, string>): void {
    const id = fingerprint(labels);
    const known = firing.get(id);
    if (known && known.endsAt === undefined) return;
    firing.set(id, { labels, annotations, startsAt: new Date().toISOString() });
    due.add(groupOf(labels));
  }

  function resolve(matches: (labels: Record<string, string>) => boolean): void {
    for (const alert of firing.values()) {
      if (alert.endsAt !== undefined || !matches(alert.labels)) continue;
      alert.endsAt = new Date().toISOString();
      due.add(groupOf(alert.labels));
    }
  }

  function look(): void {
    for (const host of state.hosts) {
      const { name } = host;
      const runs = state.servers.filter((server) => server.host === name).length;
      // One that nothing runs on any more is no emergency.
      if (isDown(host) && runs > 0) fire(...hostDown(name, runs));
      else resolve((labels) => labels.alertname === 'HostDown' && labels.host === name);
    }
    if (stormEnds !== undefined && Date.now() > stormEnds) {
      stormEnds = undefined;
      resolve((labels) => labels.cause === 'rack-2-tor');
      changed();
    }
    for (const [group, at] of told) if (Date.now() - at > REPEAT_MS && alertsOf(group).length > 0) due.add(group);
  }

  function alertsOf(group: string): Alert[] {
    return [...firing.values()].filter(({ labels }) => groupOf(labels) === group);
  }

  async function tell(group: string, to: number): Promise<void> {
    const alerts = alertsOf(group);
    if (alerts.length === 0) return void due.delete(group);
    const answer = await fetch(`http://127.0.0.1:${to}/alerts/alertmanager`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(payload(group, alerts)),
      signal: AbortSignal.timeout(5_000),
    });
    if (!answer.ok) return;
    due.delete(group);
    told.set(group, Date.now());
    for (const [id, alert] of firing) if (alert.endsAt !== undefined && alerts.includes(alert)) firing.delete(id);
  }

  const timer = setInterval(async () => {
    if (busy) return;
    busy = true;
    look();
    const to = port();
    // Whom it does not reach now it tells at the next look.
    if (to !== undefined) for (const group of [...due]) await tell(group, to).catch(() => undefined);
    busy = false;
  }, LOOK_MS);

  return {
    get storming() {
      return stormEnds !== undefined;
    },
    storm: () => {
      stormEnds = Date.now() + STORM.lastsMs;
      for (let n = 1; n <= STORM.alerts; n += 1) fire(...stormAlert(n));
      changed();
    },
    stop: () => clearInterval(timer),
  };
}

function hostDown(host: string, servers: number): [Record<string, string>, Record<string, string>] {
  return [
    { alertname: 'HostDown', severity: 'critical', cluster: 'demo', host },
    {
      summary: `${host} does not answer`,
      description: `node_exporter on ${host} has been silent for a minute; ${servers} servers run there.`,
    },
  ];
}

function stormAlert(n: number): [Record<string, string>, Record<string, string>] {
  const alertname = ['TargetDown', 'BGPSessionDown', 'DiskLatencyHigh'][n % 3] ?? 'TargetDown';
  const instance = `r2-${String(n).padStart(2, '0')}.demo:9100`;
  const severity = alertname === 'DiskLatencyHigh' ? 'warning' : 'critical';
  return [
    { alertname, severity, cluster: 'demo', instance, cause: 'rack-2-tor' },
    { summary: `${alertname} on ${instance}`, description: 'Behind the top-of-rack switch of rack 2.' },
  ];
}

/** As `group_by: [alertname, cluster]` makes it. */
function groupOf({ alertname, cluster }: Record<string, string>): string {
  return `{}:{alertname="${alertname}", cluster="${cluster}"}`;
}

function fingerprint(labels: Record<string, string>): string {
  return createHash('sha256')
    .update(JSON.stringify(Object.entries(labels).toSorted()))
    .digest('hex')
    .slice(0, 16);
}

function payload(groupKey: string, alerts: readonly Alert[]): unknown {
  const status = alerts.some(({ endsAt }) => endsAt === undefined) ? 'firing' : 'resolved';
  return {
    ...{ version: '4', receiver: 'stackhand', status, groupKey, truncatedAlerts: 0, groupLabels: {}, commonLabels: {} },
    ...{ commonAnnotations: {}, externalURL: 'http://alertmanager.demo:9093' },
    alerts: alerts.map(({ labels, annotations, startsAt, endsAt }) => ({
      ...{ status: endsAt === undefined ? 'firing' : 'resolved', labels, annotations, startsAt },
      ...{ endsAt: endsAt ?? '0001-01-01T00:00:00Z', generatorURL: '', fingerprint: fingerprint(labels) },
    })),
  };
}
