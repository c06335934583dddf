import { createRequestBook } from './book.ts';
import { broke } from './broke.ts';
import type { Core } from './core.ts';
import { NotAllowed, UserError } from './errors.ts';
import { createIntake, type StoredClick } from './gateway.ts';
import { commit } from './redis/commit.ts';
import type { Act } from './reply.ts';
import { label } from './request.ts';
import { findRequest } from './store.ts';
import { tellClicker } from './tell.ts';
import { type Answering, castVote, typeTarget } from './vote.ts';
import { asWho, whoClicks } from './who.ts';

/** Decides what a click means, from our own record; the clicker always gets an answer. */
export async function handleClick(core: Core, number: number): Promise<void> {
  const { redis, keys } = core.store;
  const stored = await redis.hget(keys.clicks, String(number));
  if (!stored) return;
  const click = JSON.parse(stored) as StoredClick;
  const done = ['HDEL', keys.clicks, number];
  const answering: Answering = {
    guard: { key: keys.clicks, field: String(number), is: stored },
    tell: (text) => [done, ...tellClicker(core, number, click.place, click.user, { text })],
  };
  const { answer, said } = await decide(core, number, click, answering).catch((error: unknown) => {
    if (error instanceof UserError || error instanceof NotAllowed) return { answer: error.message, said: false };
    return { answer: `${broke(core, number, error)} Your click did not count.`, said: false };
  });
  if (!said) await commit(redis, [answering.guard], answer === '' ? [done] : answering.tell(answer));
}

type Answered = { answer: string; said: boolean };

async function decide(core: Core, id: number, click: StoredClick, answering: Answering): Promise<Answered> {
  const { act, user, values } = click;
  if (act.kind === 'line') return lineFromButton(core, id, click, act.line);
  const who = await whoClicks(core, click, await decisiveRoles(core, act));
  switch (act.kind) {
    case 'approve':
    case 'deny':
      return castVote(
        core,
        {
          number: act.request,
          user,
          name: who.name,
          roles: [...who.asker.roles],
          verdict: act.kind,
          hash: act.hash,
          ...(values?.reason ? { reason: values.reason } : {}),
        },
        answering,
      );
    case 'cancel': {
      const outcome = await createRequestBook(core).cancel(
        act.request,
        asWho(core, who, { kind: 'slack', user, team: click.team }, undefined),
      );
      return {
        answer:
          outcome === 'cancelled' ? `${label(act.request)} is cancelled.` : `${label(act.request)} stops before its next item.`,
        said: false,
      };
    }
    case 'type target':
      return typeTarget(core, { number: act.request, user, typed: values?.typed ?? '', hash: act.hash }, answering);
    case 'change':
      throw new Error('a change comes as a line from its modal');
  }
}

/** What the clicker must hold now, not a minute ago: what a vote is asked of; for a stop any role may do. */
async function decisiveRoles({ store, config }: Core, act: Exclude<Act, { kind: 'line' }>): Promise<string[]> {
  if (act.kind === 'cancel') return Object.keys(config.roles);
  if (act.kind !== 'approve' && act.kind !== 'deny') return [];
  const needs = (await findRequest(store, act.request))?.request.approval?.needs ?? [];
  return needs.flatMap(({ roles }) => roles);
}

async function lineFromButton(core: Core, id: number, { user, team, place }: StoredClick, line: string): Promise<Answered> {
  const intake = createIntake(core.store, core.wakers, core.log);
  // The click was deduplicated; its own number makes this line the same however often it is handled.
  await intake.line({ dedupe: [`click/${id}`], text: line, requester: { kind: 'slack', user, team }, place, entry: 'button' });
  return { answer: '', said: false };
}
