import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { type Cloud, type CloudOptions, startCloud } from '../demo/cloud/cloud.ts';
import type { Message } from '../demo/workspace/model.ts';
import { type Slack, type Options as SlackOptions, startWorkspace } from '../demo/workspace/workspace.ts';
import { loadConfig } from '../src/config.ts';
import { countUnsaid } from '../src/outbox/unsaid.ts';
import { createMetrics } from '../src/process/metrics.ts';
import { type Role, type Running, start } from '../src/process/start.ts';
import { loadRegistry, type Registry } from '../src/registry.ts';
import { ENDED, type Request } from '../src/request.ts';
import { findRequest, type Store } from '../src/requests/store.ts';
import { SLACK_PATH } from '../src/slack/signed-http.ts';
import { newFolder } from './new-folder.ts';
import { testRedis } from './setup/redis-client.ts';

export interface BotOptions {
  slack?: SlackOptions;
  cloud?: CloudOptions;
  /** The clouds.yaml of clouds that are there already; the pretend one is then left alone. */
  cloudsFile?: string;
  /** More entries of clouds.yaml: pretend clouds that are there already, by their names. */
  beside?: Record<string, Cloud>;
  /** Laid over the usual stackhand.yaml, key by key. */
  yaml?: Record<string, unknown>;
  /** Laid over the usual environment. */
  env?: Record<string, string>;
  role?: Role;
  /** How Slack reaches it; else by sockets. */
  transport?: 'http';
  registryRoot?: string;
  target?: { socket: string };
  /** Where other processes join in, which know no prefix of a test. */
  prefix?: string;
}

/** A whole Stackhand over a pretend Slack and a pretend cloud, as people meet it. Everything ends with the test. */
export interface Bot {
  slack: Slack;
  cloud: Cloud;
  running: Running;
  /** For processes of their own: the environment and stackhand.yaml. */
  env: Record<string, string>;
  file: string;
  /** Types `/stack line`, once all else is said. @returns what the asker reads next, wherever. */
  say(who: string, line: string, where?: string): Promise<string>;
  /** Clicks a button of the newest card that shows it. @returns what the clicker is told. */
  click(who: string, label: string, card?: Message): Promise<string>;
  approve(who: string): Promise<string>;
  deny(who: string, reason: string): Promise<string>;
  /** Types the target of the newest request into its form, as a destructive one's requester does, once they are asked. */
  typeTarget(who: string, target: string): Promise<void>;
  /** The newest request, once it is in one of these states. */
  until(...states: Request['state'][]): Promise<Request>;
  /** A request that need not be the newest. */
  untilOf(number: number, ...states: Request['state'][]): Promise<Request>;
  request(number: number): Promise<Request>;
  /** The newest card in a channel, as people read it. */
  card(where?: string): string;
  cardMessage(where?: string): Message;
  directs(who: string): string[];
  /** Waits for a message to the person, for their eyes alone or in their direct messages. @returns all of it. */
  hears(who: string, words: string): Promise<string>;
  /** Waits for what the channel can read, a card as it is changed too. */
  shows(words: string, where?: string): Promise<string>;
  /** As people read it, without the marks for bold and code. */
  text(message: Message): string;
  /** Puts the clock by which deadlines are kept forward, for all of its processes. Redis's own times, as of a lease, stay. */
  later(ms: number): void;
  /** Another process's part: a second Stackhand over the same Redis, Slack and cloud. */
  another(role: Role): Promise<Running>;
}

/** Checking all commands takes as long as all else that a bot begins with, so it is done once for each folder. */
const registries = new Map<string | undefined, Promise<Registry>>();

function registryIn(root: string | undefined): Promise<Registry> {
  const known = registries.get(root) ?? loadRegistry(root === undefined ? {} : { root });
  registries.set(root, known);
  return known;
}

/** A bot with the toy operations of test/fixtures. */
export function toyBot(options: BotOptions = {}): Promise<Bot> {
  return startBot({ registryRoot: fileURLToPath(new URL('fixtures/operations', import.meta.url)), ...options });
}

export function defaultYaml(slack: Slack): Record<string, unknown> {
  const { ids } = slack;
  return {
    clouds: [{ name: 'prod' }],
    roles: {
      viewer: { users: [ids.eve] },
      operator: { users: [ids.bob], groups: [ids['@operators']] },
      approver: { users: [], groups: [ids['@approvers']] },
    },
    rules: [
      { effects: ['read'], roles: ['viewer'] },
      { effects: ['read', 'change', 'disruptive', 'destructive'], roles: ['operator'] },
      { effects: ['read'], roles: ['approver'] },
    ],
    channels: { approvals: ids['#ops'], audit: ids['#audit'] },
    limits: { leaseSeconds: 2 },
    http: { port: 0 },
  };
}

export async function startBot(options: BotOptions = {}): Promise<Bot> {
  const own = testRedis();
  const { target = own.target, prefix = own.prefix } = options;
  const slack = await startWorkspace(options.slack);
  const cloud = await startCloud(options.cloud);
  const folder = newFolder();
  const file = join(folder, 'stackhand.yaml');
  const pretended = join(folder, 'clouds.yaml');
  // JSON is YAML, and several times as soon made.
  await writeFile(file, JSON.stringify({ ...defaultYaml(slack), ...options.yaml }));
  await writeFile(pretended, cloudsYaml({ prod: cloud, ...options.beside }));
  const env = {
    SLACK_BOT_TOKEN: slack.botToken,
    ...(options.transport === 'http' ? { SLACK_SIGNING_SECRET: slack.signingSecret } : { SLACK_APP_TOKEN: slack.appToken }),
    SLACK_API_URL: slack.apiUrl,
    OS_CLIENT_CONFIG_FILE: options.cloudsFile ?? pretended,
    STACKHAND_STATE: folder,
    ...options.env,
  };
  const log = pino({ level: process.env.TEST_LOG ?? 'silent' });
  const runnings: Running[] = [];
  let skewMs = 0;
  const another = async (role: Role): Promise<Running> => {
    const running = await start({
      role,
      config: loadConfig({ role: 'all', env, file }),
      redis: target,
      prefix,
      openstack: { backoffMs: 5 },
      pace: { runMs: 100, sweepMs: 300, checkMs: 100 },
      log,
      metrics: createMetrics({ processMetrics: false }),
      // Its own, for a test that puts something else into it.
      registry: { ...(await registryIn(options.registryRoot)) },
    });
    const { clock } = running.core.store;
    const now = clock.now;
    clock.now = () => now() + skewMs;
    runnings.push(running);
    // One address is all that Slack knows: the newest gateway's.
    if (options.transport === 'http' && role !== 'worker') await slack.postTo(slackUrl(running));
    return running;
  };
  onTestFinished(async () => {
    for (const running of runnings) await running.stop();
    await slack.stop();
    await cloud.stop();
  });
  const later = (ms: number): void => {
    skewMs += ms;
  };
  const running = await another(options.role ?? 'all');
  // By the newest process: a test may have stopped the others.
  const store = (): Store => (runnings.at(-1) ?? running).core.store;
  return { slack, cloud, running, env, file, later, another, ...people(slack, store) };
}

/** Where Slack posts to, over signed HTTP. */
export function slackUrl({ port }: Running): string {
  return `http://127.0.0.1:${port}${SLACK_PATH}`;
}

/** Each as its administrator; those of the first under their own names, too. */
function cloudsYaml(named: Record<string, Cloud>): string {
  const [first = {}, ...others] = Object.entries(named).map(([name, { entries }]) => {
    const { 'pretend-admin': admin, ...rest } = entries;
    return { ...rest, [name]: admin };
  });
  return JSON.stringify({ clouds: Object.assign({}, ...others, first) });
}

function people(
  slack: Slack,
  store: () => Store,
): Omit<Bot, 'slack' | 'cloud' | 'running' | 'later' | 'another' | 'env' | 'file'> {
  // Without the marks for bold and code: tests read words.
  const text = (message: Message): string => slack.text(message).replaceAll(/[*`]/g, '');
  const newest = async (): Promise<number> => Number(await store().redis.get(store().keys.number)) || 0;

  async function request(number: number): Promise<Request> {
    const stored = await findRequest(store(), number);
    if (!stored) throw new Error(`no request ${number}`);
    return stored.request;
  }

  async function untilOf(number: number, ...states: Request['state'][]): Promise<Request> {
    for (;;) {
      const stored = await findRequest(store(), number);
      if (stored && states.includes(stored.request.state)) return stored.request;
      if (stored && ENDED.has(stored.request.state)) {
        throw new Error(`R-${number} ended as ${stored.request.state}: ${stored.request.result?.text}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  function toldTo(who: string, where: 'anywhere' | 'on the spot'): Message[] {
    const all = where === 'anywhere' ? [...slack.ephemerals(who), ...slack.directs(who)] : slack.ephemerals(who);
    return all.filter((message) => message.user === slack.botUserId);
  }
  /** Waits for what the person is told by what the act sets off. An approver's own card in direct messages is no answer. */
  async function answerTo(
    who: string,
    where: 'anywhere' | 'on the spot',
    what: string,
    act: () => Promise<unknown>,
  ): Promise<string> {
    const before = new Set(toldTo(who, where).map(({ channel, ts }) => `${channel}/${ts}`));
    await act();
    const news = (): string =>
      toldTo(who, where)
        .filter(({ channel, ts }) => !before.has(`${channel}/${ts}`))
        .map(text)
        .join('\n');
    return slack.waitFor(news, what);
  }

  function cardMessage(where = '#ops'): Message {
    const card = slack.messages(where).findLast((message) => message.user === slack.botUserId && !message.ephemeralTo);
    if (!card) throw new Error(`no card in ${where}:\n${slack.dump()}`);
    return card;
  }

  async function click(who: string, label: string, card?: Message): Promise<string> {
    const shown = card ?? (await slack.waitFor(() => withButton(label), `a card with ${label}`));
    return answerTo(who, 'on the spot', `an answer to ${who}'s click on ${label}`, () => slack.click(who, shown, label));
  }
  function withButton(label: string): Message | undefined {
    return slack.messages('#ops').findLast((message) => text(message).includes(`[${label}]`));
  }

  return {
    text,
    request,
    until: async (...states) => untilOf(await newest(), ...states),
    untilOf,
    async say(who, line, where = '#ops') {
      // Else the end of an earlier request, told in direct messages, passes for the answer.
      const { clock } = store();
      await eventually(async () => (await countUnsaid(store(), clock.now())) === 0, `all to be said before ${who}'s \`${line}\``);
      return answerTo(who, 'anywhere', `an answer to ${who}'s \`${line}\``, () => slack.slash(who, where, line));
    },
    click,
    approve: (who) => click(who, 'Approve'),
    async deny(who, reason) {
      const card = await slack.waitFor(() => withButton('Deny'), 'a card with Deny');
      await slack.click(who, card, 'Deny');
      const modal = await slack.waitFor(() => slack.modal(who), 'a form asking why');
      return answerTo(who, 'on the spot', `an answer to ${who}'s denial`, () => slack.submit(who, modal, { answer: reason }));
    },
    async typeTarget(who, target) {
      let name = '';
      await eventually(async () => {
        const number = await newest();
        name = `R-${number} `;
        return (await findRequest(store(), number))?.request.state === 'planned';
      }, 'a plan whose target is to be typed');
      const asks = (message: Message): boolean => text(message).includes(name) && text(message).includes('[Type the target]');
      const question = await slack.waitFor(() => toldTo(who, 'anywhere').findLast(asks), `${name}to ask for its target`);
      await slack.click(who, question, 'Type the target');
      const form = await slack.waitFor(() => slack.modal(who), 'the form for the target');
      await slack.submit(who, form, { answer: target });
    },
    hears: (who, words) =>
      slack.waitFor(
        () =>
          toldTo(who, 'anywhere')
            .map(text)
            .findLast((told) => told.includes(words)),
        `${who} to hear "${words}"`,
      ),
    shows: (words, where = '#ops') =>
      slack.waitFor(
        () =>
          slack
            .messages(where)
            .map(text)
            .findLast((shown) => shown.includes(words)),
        `"${words}" in ${where}`,
      ),
    card: (where) => text(cardMessage(where)),
    cardMessage,
    directs: (who) =>
      slack
        .directs(who)
        .filter((message) => message.user === slack.botUserId)
        .map(text),
  };
}

/** What a pretend service waits for, `until` the test opens it. */
export interface Gate {
  until: Promise<void>;
  open(): void;
}

/** Opened by the end of the test at the latest, so that whoever waits at it can end. */
export function gate(): Gate {
  let open = (): void => undefined;
  const until = new Promise<void>((resolve) => {
    open = resolve;
  });
  onTestFinished(() => open());
  return { until, open };
}

/** Waits until the end of the only worker has begun: it has let the sweeping go. */
export async function endBegins({ running }: Bot): Promise<void> {
  const { redis, keys } = running.core.store;
  await eventually(async () => (await redis.exists(keys.sweeper)) === 0, 'the end to begin');
}

/** A wait ends with what it waits for: this is only how long one in vain takes, on a machine that has much else to do. */
export const PATIENCE_MS = 15_000;

/** Looks every few milliseconds, for what no workspace tells of. */
export async function eventually(check: () => boolean | Promise<boolean>, what: string, withinMs = PATIENCE_MS): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await check())) {
    if (performance.now() > deadline) throw new Error(`waited ${withinMs} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
