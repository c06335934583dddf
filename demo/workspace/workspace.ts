import type { RequestListener } from 'node:http';
import { dump } from './dump.ts';
import { sendEvent } from './events.ts';
import { createFaults, type Fault } from './faults.ts';
import type { Entry } from './fields.ts';
import { type Click, click, dismiss, fill, type Submitted, submit, suggestions } from './interact.ts';
import { type Copies, createLine, type Line, type Sent } from './line.ts';
import type { Call, Message, StoredFile, Trouble, View, Workspace } from './model.ts';
import { edit, mention, openHome, type Spoken, say, shortcut, slash, type Typed } from './persona.ts';
import { pings } from './pings.ts';
import { createRateLimits } from './rate-limits.ts';
import type { Seed } from './seed.ts';
import { startServer } from './server.ts';
import { createSignedHttp } from './signed-http.ts';
import { createSocketMode, type SocketMode } from './socket.ts';
import { createWorkspace, getChannel, getUser, inMainView, messagesIn, openDirect } from './state.ts';
import { text } from './text.ts';

export interface Options extends Seed {
  port?: number;
  /** How long `sees` and `waitFor` wait where they are not told. */
  patienceMs?: number;
  /** Answers addresses that are not Slack's: the demo's web page. */
  page?: RequestListener;
}

/**
 * A pretend Slack on loopback, and the people in it. Names are short (`bob`, `#ops`); `@stackhand` is the app's direct messages.
 * What people do is answered when the app has acknowledged it; what comes of it is waited for, with `sees` or `waitFor`.
 */
export interface Slack {
  /** What `slackApiUrl` is to be. */
  apiUrl: string;
  botToken: string;
  appToken: string;
  teamId: string;
  botUserId: string;
  /** IDs of users, channels (`#ops`) and groups (`@approvers`), by name. */
  ids: Record<string, string>;
  /** The same, for a name that must be there. */
  id(name: string): string;
  workspace: Workspace;
  /** What the app knows that requests to it are signed with. */
  signingSecret: string;
  /** How many Socket Mode connections are up. */
  readonly connections: number;

  slash(who: string, where: string, text: string, options?: Typed): Promise<Sent>;
  mention(who: string, where: string, text: string, options?: Typed): Promise<Spoken>;
  /** Writes to the app's direct messages. */
  direct(who: string, text: string, options?: Typed): Promise<Spoken>;
  say(who: string, where: string, text: string, options?: Typed): Promise<Spoken>;
  edit(who: string, message: Message, text: string): Promise<Sent>;
  click(who: string, where: Message | View, wanted: string, options?: Click): Promise<Sent>;
  fill(view: View, entries: Record<string, Entry>): void;
  submit(who: string, view: View, entries?: Record<string, Entry>, copies?: Copies): Promise<Submitted>;
  dismiss(who: string, view: View, all?: boolean): Promise<Sent | undefined>;
  suggestions(who: string, where: Message | View, wanted: string, typed: string): Promise<string[]>;
  openHome(who: string): Promise<Sent>;
  shortcut(who: string, callbackId: string, message?: Message): Promise<Sent>;

  /** All messages in a channel's main view, oldest first. */
  messages(where: string): Message[];
  /** The message and its replies. */
  thread(message: Message): Message[];
  /** What the app and the person wrote to each other. */
  directs(who: string): Message[];
  /** What only this person sees, in any channel. */
  ephemerals(who: string): Message[];
  /** Files this person can open. */
  files(who: string): StoredFile[];
  modal(who: string): View | undefined;
  home(who: string): View | undefined;
  /** What went wrong before this person's eyes: `operation_timeout`, `dispatch_failed`. */
  troubles(who: string): Trouble[];
  callsTo(method: string): Call[];
  text(thing: Message | View): string;
  /** Whom the message notified: `@alice`, `@approvers`, `@here`. */
  pings(message: Message): string[];
  dump(): string;
  /** The newest message before this person's eyes that reads so; waits for it. */
  sees(who: string, words: string | RegExp, timeoutMs?: number): Promise<Message>;
  /** Answers what `check` answers as soon as that is truthy; looks again at each change. */
  waitFor<T>(check: () => T, what: string, timeoutMs?: number): Promise<NonNullable<Exclude<T, false>>>;

  /** Lets the next calls of a method go wrong. */
  answer(method: string, fault: Fault): void;
  clearFaults(): void;
  strictLimits(on: boolean): void;
  disconnect: SocketMode['disconnect'];
  loseAcks: Line['loseAcks'];
  /** From here on the app gets everything by signed HTTP at this address, which has to answer Slack's challenge first. */
  postTo(url: string): Promise<void>;
  /** Slack is away: connections are refused until `recover`. */
  outage(): Promise<void>;
  recover(): Promise<void>;
  /** Puts Slack's clock forward, for triggers and response URLs. */
  advance(ms: number): void;
  grant(...scopes: string[]): void;
  revoke(...scopes: string[]): void;
  setGroup(handle: string, members: string[]): void;
  invite(where: string, who?: string): void;
  remove(where: string, who?: string): void;
  archive(where: string): void;
  stop(): Promise<void>;
}

/** A wait ends with what it waits for: this is only how long one in vain takes, on a machine that has much else to do. */
const PATIENCE_MS = 15_000;

export async function startWorkspace({ port = 0, patienceMs = PATIENCE_MS, page, ...seed }: Options = {}): Promise<Slack> {
  const clock = { skewMs: 0 };
  const workspace = createWorkspace(seed, clock);
  const faults = createFaults();
  const limits = createRateLimits();
  const socket = createSocketMode(workspace);
  const http = createSignedHttp(workspace);
  const line = createLine(workspace, () => (http.url === undefined ? socket : http));
  const desk = { workspace, line };
  const server = await startServer({ workspace, faults, limits }, socket, port, page);
  workspace.url = server.url;
  workspace.emit = (event) => void sendEvent(workspace, line, event);

  const names = (id: string): string | undefined =>
    workspace.users.get(id)?.name ?? workspace.channels.get(id)?.name ?? workspace.groups.get(id)?.handle;
  const userId = (who: string): string => getUser(workspace, who).id;
  const group = (handle: string) => [...workspace.groups.values()].find((g) => g.handle === handle.replace(/^@/, ''));
  const top = (ids: string[] | undefined): View | undefined => workspace.views.get(ids?.at(-1) ?? '');
  const direct = (who: string): string => openDirect(workspace, workspace.app.botUserId, userId(who)).id;
  const placeId = (where: string): string => (where.startsWith('@') ? direct(where) : getChannel(workspace, where).id);
  const ids = idsOf(workspace);
  const shown = (): string => dump(workspace, names);

  return {
    apiUrl: `${server.url}/api/`,
    botToken: workspace.app.botToken,
    appToken: workspace.app.appToken,
    signingSecret: workspace.app.signingSecret,
    teamId: workspace.team.id,
    botUserId: workspace.app.botUserId,
    ids,
    id: (name) => {
      const found = ids[name];
      if (found === undefined) throw new Error(`the workspace has no ${name}: it has ${Object.keys(ids).join(', ')}`);
      return found;
    },
    workspace,
    get connections() {
      return socket.connections;
    },

    slash: (...rest) => slash(desk, ...rest),
    mention: (...rest) => mention(desk, ...rest),
    direct: (who, words, options) => say(desk, who, `@${workspace.users.get(workspace.app.botUserId)?.name}`, words, options),
    say: (...rest) => say(desk, ...rest),
    edit: (...rest) => edit(desk, ...rest),
    click: (...rest) => click(desk, ...rest),
    fill: (...rest) => fill(desk, ...rest),
    submit: (...rest) => submit(desk, ...rest),
    dismiss: (...rest) => dismiss(desk, ...rest),
    suggestions: (...rest) => suggestions(desk, ...rest),
    openHome: (who) => openHome(desk, who),
    shortcut: (...rest) => shortcut(desk, ...rest),

    messages: (where) => messagesIn(workspace, placeId(where)).filter(inMainView),
    thread: ({ channel, ts, threadTs }) =>
      messagesIn(workspace, channel).filter((m) => m.ts === (threadTs ?? ts) || m.threadTs === (threadTs ?? ts)),
    directs: (who) => messagesIn(workspace, direct(who)),
    ephemerals: (who) => workspace.messages.filter((m) => m.ephemeralTo === userId(who) && !m.deleted),
    files: (who) => filesOf(workspace, userId(who)),
    modal: (who) => top(workspace.modals.get(userId(who))),
    home: (who) => workspace.views.get(workspace.homes.get(userId(who)) ?? ''),
    troubles: (who) => workspace.troubles.filter((t) => t.user === userId(who)),
    callsTo: (method) => workspace.calls.filter((call) => call.method === method),
    text: (thing) => text(thing, names),
    pings: (message) => pings(message, names),
    dump: shown,
    sees: (who, words, timeoutMs = patienceMs) => {
      const reads = (message: Message): boolean => {
        const said = text(message, names);
        return typeof words === 'string' ? said.includes(words) : words.test(said);
      };
      return waitFor(workspace, () => seenBy(workspace, userId(who)).findLast(reads), `${who} to see ${words}`, timeoutMs, shown);
    },
    waitFor: (check, what, timeoutMs = patienceMs) => waitFor(workspace, check, what, timeoutMs, shown),

    answer: faults.answer,
    clearFaults: faults.clear,
    strictLimits: (on) => {
      limits.on = on;
    },
    disconnect: socket.disconnect,
    loseAcks: line.loseAcks,
    postTo: http.setUrl,
    outage: server.away,
    recover: server.back,
    advance: (ms) => {
      clock.skewMs += ms;
    },
    grant: (...scopes) => {
      for (const scope of scopes) workspace.scopes.add(scope);
    },
    revoke: (...scopes) => {
      for (const scope of scopes) workspace.scopes.delete(scope);
    },
    setGroup: (handle, members) => {
      const found = group(handle);
      if (!found) throw new Error(`the workspace has no group ${handle}`);
      found.users = members.map(userId);
    },
    invite: (where, who) => void getChannel(workspace, where).members.add(who ? userId(who) : workspace.app.botUserId),
    remove: (where, who) => void getChannel(workspace, where).members.delete(who ? userId(who) : workspace.app.botUserId),
    archive: (where) => {
      getChannel(workspace, where).archived = true;
    },
    stop: async () => {
      line.stop();
      http.stop();
      await socket.stop();
      await server.stop();
    },
  };
}

function idsOf({ users, channels, groups }: Workspace): Record<string, string> {
  return Object.fromEntries([
    ...[...users.values()].map((user) => [user.name, user.id]),
    ...[...channels.values()].map((channel) => [`#${channel.name}`, channel.id]),
    ...[...groups.values()].map((group) => [`@${group.handle}`, group.id]),
  ]);
}

function seenBy(workspace: Workspace, user: string): Message[] {
  return workspace.messages.filter(({ deleted, ephemeralTo, channel }) => {
    if (deleted || (ephemeralTo !== undefined && ephemeralTo !== user)) return false;
    return workspace.channels.get(channel)?.members.has(user);
  });
}

function filesOf(workspace: Workspace, user: string): StoredFile[] {
  const canSee = (channel: string): boolean => workspace.channels.get(channel)?.members.has(user) ?? false;
  return [...workspace.files.values()].filter((file) => file.completed && file.channels.some(canSee));
}

function waitFor<T>(
  workspace: Workspace,
  check: () => T,
  what: string,
  timeoutMs: number,
  shown: () => string,
): Promise<NonNullable<Exclude<T, false>>> {
  return new Promise((resolve, reject) => {
    let lastError = '';
    const look = (): boolean => {
      try {
        const found = check();
        if (!found) return false;
        end();
        resolve(found as NonNullable<Exclude<T, false>>);
        return true;
      } catch (error) {
        lastError = ` (${error instanceof Error ? error.message : String(error)})`;
        return false;
      }
    };
    const stopWatching = workspace.watch(look);
    const timer = setTimeout(() => {
      if (look()) return;
      end();
      reject(new Error(`waited ${timeoutMs} ms for ${what}${lastError}; the workspace then showed:\n${shown()}`));
    }, timeoutMs);
    const end = (): void => {
      clearTimeout(timer);
      stopWatching();
    };
    look();
  });
}
