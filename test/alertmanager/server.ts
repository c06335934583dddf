import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inject, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { TOKEN } from '../alerts/sender.ts';
import { newFolder } from '../new-folder.ts';

export interface Alertmanager {
  url: string;
  /** Says that these fire, as Prometheus does. */
  fire(...alerts: Labels[]): Promise<void>;
  /** Says that these are over. */
  resolve(...alerts: Labels[]): Promise<void>;
  silence(labels: Labels): Promise<void>;
}

export type Labels = Record<string, string>;

export interface AlertmanagerOptions {
  /** The port of the Stackhand it posts to. */
  port: number;
  webhook?: Record<string, unknown>;
}

/** Debian's Alertmanager, which waits for nothing longer than a second. Ends with the test. */
export async function startAlertmanager({ port, webhook = {} }: AlertmanagerOptions): Promise<Alertmanager> {
  const folder = newFolder();
  const file = join(folder, 'alertmanager.yml');
  await writeFile(file, stringify(configuration(port, webhook)));
  const child = spawn(
    inject('alertmanager'),
    [`--config.file=${file}`, `--storage.path=${folder}`, '--web.listen-address=127.0.0.1:0', '--cluster.listen-address='],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  let log = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      const address = /msg="?Listening on"? address=(127\.0\.0\.1:\d+)/.exec(log)?.[1];
      if (address) resolve(`http://${address}`);
    });
    ended.then(() => reject(new Error(`Alertmanager ended:\n${log}`)));
  });
  const post = async (path: string, body: unknown): Promise<void> => {
    const answer = await fetch(`${url}/api/v2/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  };
  return {
    url,
    fire: (...alerts) => post('alerts', alerts.map(alert)),
    resolve: (...alerts) =>
      post(
        'alerts',
        alerts.map((labels) => ({ ...alert(labels), endsAt: new Date().toISOString() })),
      ),
    silence: (labels) =>
      post('silences', {
        matchers: Object.entries(labels).map(([name, value]) => ({ name, value, isRegex: false })),
        startsAt: new Date().toISOString(),
        endsAt: new Date(Date.now() + 3_600_000).toISOString(),
        createdBy: 'bob',
        comment: 'known',
      }),
  };
}

function configuration(port: number, webhook: Record<string, unknown>): Record<string, unknown> {
  return {
    route: { receiver: 'stackhand', group_by: ['alertname'], group_wait: '100ms', group_interval: '1s', repeat_interval: '1h' },
    receivers: [
      {
        name: 'stackhand',
        webhook_configs: [
          {
            url: `http://127.0.0.1:${port}/alerts/alertmanager`,
            http_config: { authorization: { credentials: TOKEN } },
            ...webhook,
          },
        ],
      },
    ],
  };
}

function alert(labels: Labels): Record<string, unknown> {
  const all = { alertname: 'HostDown', severity: 'critical', ...labels };
  return {
    labels: all,
    annotations: { summary: `Compute host ${labels.host} is down` },
    generatorURL: 'http://prometheus:9090/graph',
  };
}
