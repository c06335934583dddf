import { Redis } from 'ioredis';
import { pino } from 'pino';
import { type Options, type Slack, startWorkspace } from '../../demo/workspace/workspace.ts';
import { StackhandYaml } from '../../src/config-schema.ts';
import type { IncomingClick, IncomingLine, Intake, Look, Noted, Taken } from '../../src/intake/incoming.ts';
import { createForms, type Forms } from '../../src/planning/forms.ts';
import { keysOf } from '../../src/redis/keys.ts';
import type { Request } from '../../src/request.ts';
import type { Store } from '../../src/requests/store.ts';
import { type RunningGateway, startSlack } from '../../src/slack/app.ts';
import { openSlack } from '../../src/slack/client.ts';
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
  start(options?: { intake?: Intake; command?: string; sockets?: number }): Promise<RunningGateway>;
  stop(): Promise<void>;
}

/** A pretend workspace, and a gateway in it that hands everything to a recorder. */
export async function stage(seed?: Options): Promise<Stage> {
  const slack = await startWorkspace(seed);
  const { target, prefix } = testRedis();
  const redis = new Redis({ path: target.socket });
  const intake = createRecorder();
  const gateways: RunningGateway[] = [];
  const start: Stage['start'] = async (options) => {
    const { botToken, appToken, apiUrl } = slack;
    const log = pino({ level: 'silent' });
    const signedIn = await openSlack({ botToken, apiUrl, redis, prefix, log }).signIn();
    const forms = formsOf(slack, { redis, keys: keysOf(prefix), clock: { now: Date.now, stop: () => undefined } }, prefix);
    const gateway = await startSlack({ signedIn, botToken, appToken, apiUrl, intake, forms, log, ...options });
    gateways.push(gateway);
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
      for (const gateway of gateways) await gateway.stop();
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
