import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { freePort } from '../demo/free-port.ts';
import type { Message } from '../demo/workspace/model.ts';
import { type Slack, startWorkspace } from '../demo/workspace/workspace.ts';
import { CLOUD_DIR, openRealCloud, type RealCloud } from './real-cloud.ts';
import { startProcess } from './stackhand.ts';

/**
 * How long it takes until every server of a dead host runs elsewhere, beside `nova host-evacuate`: from the first call (for Stackhand from
 * the last vote) on, by one and the same watcher. The host is repaired, and the servers are made anew, before each run.
 */

const { values } = parseArgs({
  options: {
    servers: { type: 'string', default: '30' },
    runs: { type: 'string', default: '3' },
    host: { type: 'string', default: 'compute3' },
  },
});
const COUNT = Number(values.servers);
const RUNS = Number(values.runs);
const HOST = values.host;
/** The heartbeat's age that Stackhand demands: what Nova takes to notice is waited for before either begins. */
const HEARTBEAT = '30s';

interface Run {
  seconds: number;
  calls: number;
}

const OS_ENV = {
  OS_AUTH_URL: 'http://127.0.0.1:15000/v3',
  OS_USERNAME: 'admin',
  OS_PASSWORD: 'admin',
  OS_PROJECT_NAME: 'admin',
  OS_USER_DOMAIN_NAME: 'Default',
  OS_PROJECT_DOMAIN_NAME: 'Default',
  OS_REGION_NAME: 'RegionOne',
};

/** Nova's own client, and what it sends: it returns once all are asked to move. */
async function byNovaClient(cloud: RealCloud): Promise<Run> {
  const began = performance.now();
  const child = spawn('nova', ['--debug', 'host-evacuate', HOST, '--strict'], { env: { PATH: process.env.PATH, ...OS_ENV } });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(child, 'exit');
  const at = await cloud.untilElsewhere(HOST, COUNT);
  await ended;
  return { seconds: (at - began) / 1_000, calls: said.match(/REQ: curl/g)?.length ?? Number.NaN };
}

interface Bot {
  slack: Slack;
  calls(): Promise<number>;
  stop(): Promise<void>;
}

async function byStackhand(cloud: RealCloud, { slack, calls }: Bot): Promise<Run> {
  await slack.slash('bob', '#ops', `host evacuate ${HOST} --fenced "killed by the bench" --reason "bench"`);
  const shows = (words: string, where: () => Message[]): Promise<Message> =>
    slack.waitFor(() => where().findLast((message) => slack.text(message).includes(words)), words, 60_000);
  const asked = await shows('[Type the target]', () => [...slack.ephemerals('bob'), ...slack.directs('bob')]);
  await slack.click('bob', asked, 'Type the target');
  await slack.submit('bob', await slack.waitFor(() => slack.modal('bob'), 'the form'), { answer: HOST });
  const card = await shows('[Approve]', () => slack.messages('#ops'));
  await slack.click('alice', card, 'Approve');
  const before = await calls();
  const began = performance.now();
  await slack.click('carol', card, 'Approve');
  const at = await cloud.untilElsewhere(HOST, COUNT);
  await shows(' is done ', () => slack.messages('#ops'));
  return { seconds: (at - began) / 1_000, calls: (await calls()) - before };
}

async function startBot(): Promise<Bot> {
  const folder = await mkdtemp(join(tmpdir(), 'stackhand-bench-'));
  const slack = await startWorkspace();
  const port = await freePort();
  const file = join(folder, 'stackhand.yaml');
  await writeFile(
    file,
    stringify({
      clouds: [{ name: 'real-admin', hosts: { shared: [HOST], heartbeat: HEARTBEAT } }],
      roles: { operator: { groups: [slack.id('@operators')] }, approver: { groups: [slack.id('@approvers')] } },
      rules: [{ roles: ['operator'], commands: ['*'] }],
      channels: { approvals: slack.id('#ops') },
      http: { port },
    }),
  );
  const end = await startProcess('all', file, {
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
    OS_CLIENT_CONFIG_FILE: join(CLOUD_DIR, 'clouds.yaml'),
    STACKHAND_STATE: folder,
  });
  return {
    slack,
    async calls() {
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      const counts = [...text.matchAll(/^stackhand_openstack_call_seconds_count\{.*\} (\d+)$/gm)].map(([, n]) => Number(n));
      return counts.reduce((sum, n) => sum + n, 0);
    },
    async stop() {
      await end();
      await slack.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const WAYS = { 'nova host-evacuate': byNovaClient, Stackhand: byStackhand } as const;
type Way = keyof typeof WAYS;

console.log(`${availableParallelism()} cores, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)} before`);
const cloud = await openRealCloud();
const runs: Record<Way, Run[]> = { 'nova host-evacuate': [], Stackhand: [] };
try {
  for (let i = 0; i < RUNS; i += 1) {
    for (const way of Object.keys(WAYS) as Way[]) {
      await cloud.deleteAll();
      await cloud.boot(HOST, COUNT);
      await cloud.lose(HOST);
      // As long a silence as Stackhand demands, for both.
      await sleep(Number.parseInt(HEARTBEAT, 10) * 1_000);
      const bot = way === 'Stackhand' ? await startBot() : undefined;
      const run = bot ? await byStackhand(cloud, bot) : await byNovaClient(cloud);
      await bot?.stop();
      runs[way].push(run);
      const per = (run.calls / COUNT).toFixed(1);
      console.log(`${way}: ${run.seconds.toFixed(1)} s until all ${COUNT} run elsewhere, ${run.calls} calls (${per} a server)`);
      await cloud.repair(HOST);
    }
  }
} finally {
  await cloud.deleteAll();
}
const seconds = (way: Way): number => median(runs[way].map((run) => run.seconds));
console.log(
  `median of ${RUNS}: nova host-evacuate ${seconds('nova host-evacuate').toFixed(1)} s, Stackhand ${seconds('Stackhand').toFixed(1)} s, ratio ${(seconds('Stackhand') / seconds('nova host-evacuate')).toFixed(2)}`,
);

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
