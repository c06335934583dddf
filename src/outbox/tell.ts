import type { StoredClick } from '../intake/intake.ts';
import type { Core } from '../process/core.ts';
import type { Command } from '../redis/commit.ts';
import { code, type Reply } from '../reply.ts';
import { ENDED, isOver, label, type Place, type Request, userOf } from '../request.ts';
import { card, cardInChannel, details } from './card.ts';
import { type Destination, KEEP_MESSAGE_SECONDS, PRIORITY, PROGRESS_DELAY_MS, say } from './outbox.ts';

/** An ephemeral answer later than this after the line would be missed: it goes to direct messages. */
const QUICK_MS = 10_000;

/** Where somebody is answered for their own eyes: quick ones where they asked, files and late ones in their direct messages. */
export function toAsker(place: Place, user: string, askedAt: number): Destination {
  // A slash command typed in a direct message between other people: we are not in that one. In the Home there is no channel.
  if (place.kind === 'direct' && (place.responseUrl || place.channel === user)) return { kind: 'direct', user };
  if (place.kind === 'direct')
    return { kind: 'direct', user, channel: place.channel, ...(place.thread ? { thread: place.thread } : {}) };
  if (place.kind === 'terminal') return { kind: 'direct', user };
  const { channel, thread, responseUrl } = place;
  return {
    kind: 'ephemeral',
    user,
    channel,
    ...(thread ? { thread } : {}),
    ...(responseUrl ? { responseUrl } : {}),
    until: askedAt + QUICK_MS,
  };
}

/** In the place of the message that the button stands in. */
function toMessageOf(place: Place, user: string, at: number): Destination {
  if (place.kind === 'terminal' || !place.responseUrl) return toAsker(place, user, at);
  const { channel, thread, responseUrl } = place;
  return { kind: 'ephemeral', user, channel, ...(thread ? { thread } : {}), responseUrl, replace: true, until: at + QUICK_MS };
}

/** Tells the requester, alone. A terminal reads the record, and gets in direct messages only what that does not hold. */
export function tellRequester(
  { store }: Core,
  request: Request,
  what: string,
  reply: Reply,
  { notInRecord = reply.file !== undefined } = {},
): Command[] {
  const user = userOf(request);
  if (user === undefined || (request.place.kind === 'terminal' && !notInRecord)) return [];
  const to = toAsker(request.place, user, request.receivedAt);
  const id = `${label(request.number)}/${what}`;
  return say(store.keys, { id, to, priority: PRIORITY.result, reply: fitting(request, reply) }, store.clock.now());
}

/** A shared answer, for everybody in the channel or thread; with who asked what, since the line itself was seen by nobody. */
export function tellEverybody({ store }: Core, request: Request, reply: Reply): Command[] {
  const { place, askedBy, line, number } = request;
  if (place.kind !== 'channel') throw new Error('only a channel has everybody');
  const { channel, thread } = place;
  const tell = userOf(request);
  const to: Destination = { kind: 'channel', channel, ...(thread ? { thread } : {}), ...(tell ? { tell } : {}) };
  const asked = `${label(number)}, asked by ${askedBy ?? 'somebody'}: ${line}`;
  const shared = fitting(request, { ...reply, note: reply.note ? `${asked}. ${reply.note}` : asked });
  return say(store.keys, { id: `${label(number)}/answer`, to, priority: PRIORITY.result, reply: shared }, store.clock.now());
}

/** Answers whoever clicked. */
export function tellClicker(
  { store }: Core,
  click: number,
  { place, user, at }: StoredClick,
  reply: Reply,
  { replace = false } = {},
): Command[] {
  const to = replace ? toMessageOf(place, user, at) : toAsker(place, user, at);
  return say(store.keys, { id: `C-${click}/answer`, to, priority: PRIORITY.result, reply }, store.clock.now());
}

/** A body over 1 MiB would fill Redis: its file is left out, and read again when the message is delivered. */
const LARGEST_FILE = 1_048_576;

function fitting({ number }: Request, reply: Reply): Reply {
  const { file, ...rest } = reply;
  if (!file || Buffer.byteLength(file.content) <= LARGEST_FILE) return reply;
  return { ...rest, fileAgain: number };
}

/** The card, wherever it is shown, as it should be now; at the end also a word to the requester. */
export function tellState(core: Core, request: Request): Command[] {
  const { store } = core;
  const now = store.clock.now();
  const priority =
    request.state === 'waiting' ? PRIORITY.approval : request.state === 'running' ? PRIORITY.progress : PRIORITY.result;
  const id = label(request.number);
  const due = request.state === 'running' && request.progress ? now + PROGRESS_DELAY_MS : now;
  const reply = card(request, now);
  const keepSeconds = keptFor(request);
  const commands: Command[] = isOver(request) || isNewlyUnknown(request) ? tellEnd(core, request) : [];
  if (waitsForRequester(request)) return commands;
  if (request.card) {
    const shown = { ...cardInChannel(request, now), ...(request.mentions ? { mentions: request.mentions } : {}) };
    commands.push(...say(store.keys, { id: `${id}/card`, to: request.card, priority, reply: shown, keepSeconds }, due));
    const more = details(request);
    const { tell } = request.card;
    const to: Destination = { ...belowCard(request.number, request.card), ...(tell ? { tell } : {}) };
    if (more)
      commands.push(...say(store.keys, { id: `${id}/${more.what}`, to, priority: PRIORITY.result, reply: more.reply }, now));
  }
  // Twenty people's copies of every step would use up what Slack lets us edit in a minute.
  for (const user of request.state === 'running' ? [] : (request.asked ?? [])) {
    const to: Destination = { kind: 'direct', user };
    commands.push(...say(store.keys, { id: `${id}/ask/${user}`, to, priority, reply, keepSeconds }, due));
  }
  // What went on without votes: a message of its own when it is to be signed, since an edited one wakes nobody.
  for (const user of isOver(request) ? (request.glass?.owners ?? []) : [])
    commands.push(
      ...say(store.keys, { id: `${id}/sign/${user}`, to: { kind: 'direct', user }, priority: PRIORITY.approval, reply }, now),
    );
  return commands;
}

/** A card that waits for longer than messages are kept is still edited at its end. */
function keptFor({ state, approval }: Request): number {
  return ENDED.has(state) || !approval ? 0 : approval.expiresMs / 1_000 + KEEP_MESSAGE_SECONDS;
}

/** Its target was never typed: neither channel nor approvers have heard of it, nor do they hear of its end. */
function waitsForRequester({ plan, typedAt }: Request): boolean {
  return plan?.typed !== undefined && typedAt === undefined;
}

/** In the card's thread: below it, or beside it where it stands in a thread itself. */
export function belowCard(
  number: number,
  { channel, thread }: NonNullable<Request['card']>,
): Extract<Destination, { kind: 'channel' }> {
  return { kind: 'channel', channel, threadOf: `${label(number)}/card`, ...(thread ? { thread } : {}) };
}

/** Later looks are for the card alone. */
function isNewlyUnknown({ state, looks }: Request): boolean {
  return state === 'unknown' && looks === 0;
}

/** A requester hears of every end by direct message, and so does who follows it; of what was unknown in another one, since an edited message wakes nobody. */
function tellEnd({ store }: Core, request: Request): Command[] {
  const { buttons, ...said } = card(request, store.clock.now());
  // This message stays as it is: what can be done until the end would stand there after it.
  const reply: Reply = ENDED.has(request.state) && buttons ? { ...said, buttons } : said;
  const settled = isOver(request) && request.looks !== undefined ? 'settled' : 'end';
  const what = request.glass?.signed ? 'signed' : settled;
  const told = (user: string, id: string): Command[] =>
    say(store.keys, { id, to: { kind: 'direct', user }, priority: PRIORITY.result, reply }, store.clock.now());
  const id = `${label(request.number)}/${what}`;
  const user = userOf(request);
  const others = (request.followers ?? []).filter((follower) => follower !== user);
  return [...(user === undefined ? [] : told(user, id)), ...others.flatMap((follower) => told(follower, `${id}/${follower}`))];
}

/** "R-1042 `quota set …` waits for approval": the short word to whoever asked. */
export function waitingNotice(request: Request): Reply {
  const waits = request.missing ? `waits for ${request.missing}` : 'is queued';
  return {
    text: `${label(request.number)} ${waits}: ${request.plan?.text ?? code(request.line)}`,
    lines: [
      ...(request.insteadOf === undefined
        ? []
        : [`It takes the place of ${label(request.insteadOf)}, which does the same and waited for votes.`]),
      `You hear from me when it is decided. ${code(`request cancel ${label(request.number)}`)} takes it back.`,
    ],
  };
}
