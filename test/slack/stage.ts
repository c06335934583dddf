import { Redis } from 'ioredis';
import { type Logger, pino } from 'pino';
import { type Options, type Slack, startWorkspace } from '../../demo/workspace/workspace.ts';
import { StackhandYaml } from '../../src/config-schema.ts';
import { startHttp } from '../../src/http/server.ts';
import type { IncomingClick, IncomingLine, Intake, Look, Noted, Taken } from '../../src/intake/incoming.ts';
import { createForms, type Forms } from '../../src/planning/forms.ts';
import { createMetrics } from '../../src/process/metrics.ts';
import { keysOf } from '../../src/redis/keys.ts';
import type { Request } from '../../src/request.ts';
import type { Store } from '../../src/requests/store.ts';
import { type RunningGateway, startSlack } from '../../src/slack/app.ts';
import { openSlack } from '../../src/slack/client.ts';
import { SLACK_PATH, signedHttp } from '../../src/slack/signed-http.ts';
import { socketMode } from '../../src/slack/sockets.ts';
import type { Transport } from '../../src/slack/transport.ts';
import { someCommands } from '../chat/fixtures.ts';
import { testRedis } from '../setup/redis-client.ts';

export interface Recorder extends Intake {
  lines: IncomingLine[];
  clicks: IncomingClick[];
  requests: Map<number, Request>;
  /** What the next call is answered with; an error is thrown. */
  next: (Taken | Promise<Taken> | Error)[];
  /** Who looked at their Home. */
  looks: Look[];
  /** What looks are answered with. */
  noted: Noted;
  /** Redis does not answer reads. */
  silent: boolean;
}

/** An intake that writes down what it takes, and knows again what it has seen. */
export function createRecorder(): Recorder {
  const seen = new Set<string>();
  const take = async (dedupe: string[], store: () => number): Promise<Taken> => {
    const planned = recorder.next.shift();
    if (planned instanceof Error) throw planned;
    if (planned !== undefined) return planned;
    if (dedupe.some((key) => seen.has(key))) return { taken: false, because: 'seen' };
    for (const key of dedupe) seen.add(key);
    return { taken: true, number: 1000 + store() };
  };
  const recorder: Recorder = {
    lines: [],
    clicks: [],
    looks: [],
    noted: { noted: true },
    requests: new Map(),
    next: [],
    silent: false,
    line: (line) => take(line.dedupe, () => recorder.lines.push(line)),
    click: (click) => take(click.dedupe, () => recorder.clicks.push(click)),
    look: async (look) => {
      recorder.looks.push(look);
      return recorder.noted;
    },
    request: async (number) => {
      if (recorder.silent) throw new Error('no answer within 1.5 s');
      return recorder.requests.get(number);
    },
  };
  return recorder;
}

export interface Stage {
  slack: Slack;
  intake: Recorder;
  gateway: RunningGateway;
  redis: Redis;
  prefix: string;
  /** One more gateway beside the first. */
  start(options?: { intake?: Intake; command?: string }): Promise<RunningGateway>;
  stop(): Promise<void>;
}

/** How Slack can reach a gateway: by Socket Mode, or by signed HTTP. */
export const WAYS = ['sockets', 'http'] as const;
type Way = (typeof WAYS)[number];

/** What a gateway listens with, and what is to be done once it does, and at its end. */
interface Listening {
  transport: Transport;
  begun(): Promise<void>;
  ended(): Promise<void>;
}

async function listening(way: Way, { appToken, apiUrl, signingSecret, postTo }: Slack, log: Logger): Promise<Listening> {
  const nothing = async (): Promise<void> => undefined;
  if (way === 'sockets') return { transport: socketMode({ appToken, apiUrl, log }), begun: nothing, ended: nothing };
  const { entrance, transport } = signedHttp({ signingSecret, log });
  const server = await startHttp({
    host: '127.0.0.1',
    port: 0,
    health: { live: async () => [], ready: async () => [] },
    metrics: createMetrics({ processMetrics: false }).registry,
    entrances: { [SLACK_PATH]: entrance },
  });
  return { transport, begun: () => postTo(`http://127.0.0.1:${server.port}${SLACK_PATH}`), ended: server.close };
}

/** A pretend workspace, and a gateway in it that hands everything to a recorder. */
export async function stage({ way = 'sockets', ...seed }: Options & { way?: Way } = {}): Promise<Stage> {
  const slack = await startWorkspace(seed);
  const { target, prefix } = testRedis();
  const redis = new Redis({ path: target.socket });
  const intake = createRecorder();
  const endings: (() => Promise<void>)[] = [];
  const start: Stage['start'] = async (options) => {
    const { botToken, apiUrl } = slack;
    const log = pino({ level: 'silent' });
    const signedIn = await openSlack({ botToken, apiUrl, redis, prefix, log }).signIn();
    const forms = formsOf(slack, { redis, keys: keysOf(prefix), clock: { now: Date.now, stop: () => undefined } }, prefix);
    const { transport, begun, ended } = await listening(way, slack, log);
    endings.push(ended);
    const gateway = await startSlack({ signedIn, botToken, transport, apiUrl, intake, forms, log, ...options });
    endings.push(gateway.stop);
    await begun();
    return gateway;
  };
  return {
    slack,
    intake,
    redis,
    prefix,
    start,
    gateway: await start(),
    stop: async () => {
      for (const end of endings.toReversed()) await end();
      await slack.stop();
      redis.disconnect();
    },
  };
}

/** Everybody in the workspace may use everything, in a cloud that nobody asks. */
function formsOf({ ids }: Slack, store: Store, prefix: string): Forms {
  const users = Object.values(ids).filter((id) => id.startsWith('U'));
  const config = StackhandYaml.parse({
    clouds: [{ name: 'lab' }],
    roles: { operator: { users }, approver: {} },
    rules: [{ roles: ['operator'], commands: ['*'] }],
    channels: { approvals: ids['#ops'] },
  });
  const unasked = (): never => {
    throw new Error('the gateway asks no cloud');
  };
  const clouds = {
    names: ['lab'],
    regionsOf: () => ['RegionOne'],
    reader: unasked,
    writer: unasked,
    close: async () => undefined,
  };
  return createForms({ config: { ...config, environment: {} }, registry: someCommands(), clouds, store }, prefix);
}
