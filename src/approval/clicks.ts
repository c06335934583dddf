import { NotAllowed, UserError } from '../errors.ts';
import type { Taken } from '../intake/incoming.ts';
import { createIntake, type StoredClick } from '../intake/intake.ts';
import { tellClicker } from '../outbox/tell.ts';
import { lineFor } from '../planning/line-for.ts';
import { turnPage } from '../planning/turn-page.ts';
import { slackUserOf } from '../policy/people.ts';
import { asWho, type Clicker, notMapped, whoClicks, whoStops } from '../policy/who.ts';
import { broke } from '../process/broke.ts';
import type { Core } from '../process/core.ts';
import { commit } from '../redis/commit.ts';
import type { Act, Reply } from '../reply.ts';
import { label, type Reads, userOf } from '../request.ts';
import { CANCELLED, cancelRequest } from '../requests/cancel.ts';
import { findRequest } from '../requests/store.ts';
import { breakGlass } from './break-glass.ts';
import { keepAnswer } from './click-answer.ts';
import { sign } from './sign.ts';
import { type Answering, castVote, typeTarget } from './vote.ts';

/** Decides what a click means, from our own record; the clicker always gets an answer. */
export async function handleClick(core: Core, number: number): Promise<void> {
  const { redis, keys } = core.store;
  const stored = await redis.hget(keys.clicks, String(number));
  if (!stored) return;
  const click = JSON.parse(stored) as StoredClick;
  const done = ['HDEL', keys.clicks, number];
  const answering: Answering = {
    guard: { key: keys.clicks, field: String(number), is: stored },
    tell: (text, counted) => [
      done,
      ...(click.place.kind === 'terminal'
        ? keepAnswer(keys, number, { text, counted })
        : tellClicker(core, number, click, { text })),
    ],
  };
  const { answer, said, page } = await decide(core, number, click, answering).catch((error: unknown): Answered => {
    if (error instanceof UserError || error instanceof NotAllowed) return { answer: error.message, said: false };
    return { answer: `${broke(core, number, error)} Your click did not count.`, said: false };
  });
  if (said) return;
  if (page) await commit(redis, [answering.guard], [done, ...tellClicker(core, number, click, page.reply, page)]);
  else await commit(redis, [answering.guard], answer === '' ? [done] : answering.tell(answer, false));
}

/** At a terminal: whoever the worker's own stackhand.yaml says, whatever came with it. */
function clickerOf({ config }: Core, { place, user }: StoredClick): Clicker {
  if (place.kind !== 'terminal') return { user };
  const slackUser = slackUserOf(user, config.terminal);
  if (slackUser === undefined) throw new NotAllowed(notMapped({ kind: 'terminal', unixUser: user }));
  return { user: slackUser, unixUser: user };
}

interface Answered {
  /** Empty where something else answers. */
  answer: string;
  /** In the same step as what the click did. */
  said: boolean;
  page?: { reply: Reply; replace: boolean };
}

async function decide(core: Core, id: number, click: StoredClick, answering: Answering): Promise<Answered> {
  const { act, team, values, place } = click;
  const clicker = clickerOf(core, click);
  const { user } = clicker;
  if (act.kind === 'line') return lineFromButton(core, id, click, { text: act.line });
  if (act.kind === 'plan again') return planAgain(core, id, click, act.request);
  if (act.kind === 'page' || act.kind === 'csv')
    return readOn(core, id, click, { request: act.request, page: act.kind === 'page' ? act.page : 'all' });
  if (act.kind === 'cancel') {
    const channel = place.kind === 'channel' ? place.channel : undefined;
    const who = asWho(core, await whoStops(core, clicker), { kind: 'slack', user, team }, channel);
    const { came, said } = await cancelRequest(core, act.request, who, answering);
    return { answer: `${label(act.request)} ${CANCELLED[came]}.`, said };
  }
  const who = await whoClicks(core, clicker, await decisiveRoles(core, act));
  switch (act.kind) {
    case 'approve':
    case 'deny':
      return castVote(
        core,
        {
          number: act.request,
          ...clicker,
          name: who.name,
          roles: [...who.asker.roles],
          unsure: who.asker.unsure,
          verdict: act.kind,
          hash: act.hash,
          ...(values?.reason ? { reason: values.reason } : {}),
        },
        answering,
      );
    case 'type target':
      return typeTarget(core, { ...clicker, number: act.request, typed: values?.typed ?? '', hash: act.hash }, answering);
    case 'break glass':
      return breakGlass(
        core,
        {
          number: act.request,
          ...clicker,
          name: who.name,
          roles: who.asker.roles,
          unsure: who.asker.unsure ?? [],
          hash: act.hash,
          typed: values?.typed ?? '',
          reason: values?.reason ?? '',
        },
        answering,
      );
    case 'sign':
      return sign(core, { number: act.request, ...clicker, name: who.name, words: values?.reason }, answering);
    case 'change':
    case 'fill in':
      throw new Error(`${act.kind}: it comes as a line from its form`);
  }
}

/** What the clicker must hold now, not a minute ago: what a vote is asked of, or the glass may be broken as. */
async function decisiveRoles({ store }: Core, act: Act): Promise<string[]> {
  if (act.kind !== 'approve' && act.kind !== 'deny' && act.kind !== 'break glass') return [];
  const { needs = [], breakGlass = [] } = (await findRequest(store, act.request))?.request.approval ?? {};
  return act.kind === 'break glass' ? breakGlass : needs.flatMap(({ roles }) => roles);
}

/** The line once more, as the clicker's own: parsed, allowed and planned as if they had typed it. */
async function planAgain(core: Core, id: number, click: StoredClick, number: number): Promise<Answered> {
  const stored = await findRequest(core.store, number);
  if (!stored) throw new UserError(`${label(number)} is not kept any more. Type its line again.`);
  return lineFromButton(core, id, click, { text: lineFor(stored.request, click.place, core), parent: number });
}

/**
 * Its asker's answer stands in the audit with their line. What anybody else reads of it becomes a request of their own: the chain of the
 * one that they read in may be sealed already, and so takes no entry any more.
 */
async function readOn(core: Core, id: number, click: StoredClick, reads: Reads): Promise<Answered> {
  const stored = await findRequest(core.store, reads.request);
  if (!stored || userOf(stored.request) === click.user) {
    // In the place of the page before; what everybody reads stays as it is for the others, and a file stands beside it.
    const replace = reads.page !== 'all' && stored?.request.shared !== true;
    return { answer: '', said: false, page: { reply: await turnPage(core, reads), replace } };
  }
  return lineFromButton(core, id, click, { text: stored.request.line, reads });
}

async function lineFromButton(
  { store, wakers, registry, log }: Core,
  id: number,
  { user, team, place }: StoredClick,
  line: { text: string; parent?: number; reads?: Reads },
): Promise<Answered> {
  const intake = createIntake({ store, wakers, registry, log });
  // The click was deduplicated; its own number makes this line the same however often it is handled.
  const taken = await intake.line({
    dedupe: [`click/${id}`],
    ...line,
    requester: { kind: 'slack', user, team },
    place,
    entry: 'button',
  });
  return { answer: await whyNotTaken(taken), said: false };
}

/** Empty where the line was taken, now or before, and so answers for itself. */
async function whyNotTaken(taken: Taken): Promise<string> {
  if (taken.taken || taken.because === 'seen') return '';
  if (taken.because === 'full') return 'Redis is nearly full, so I take no new lines for now. Nothing came of your click.';
  // While Redis is silent nobody can be told anyway.
  if (taken.because === 'no answer' && (await taken.later).taken) return '';
  return 'Redis was too slow, so nothing came of your click. Click again.';
}
