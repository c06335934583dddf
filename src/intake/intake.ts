import type { Logger } from 'pino';
import { type AuditEntry, chain, NOTHING_BEFORE } from '../audit/chain.ts';
import { stops } from '../chat/match.ts';
import { readsInWords } from '../chat/request-words.ts';
import { fromSlackText } from '../chat/slack-text.ts';
import type { Metrics } from '../process/metrics.ts';
import { type Wakers, wake, wakeForClick } from '../queue.ts';
import { within } from '../redis/within.ts';
import type { Registry } from '../registry.ts';
import type { Entry, Request, Requester } from '../request.ts';
import { findRequest, type Store } from '../requests/store.ts';
import type { IncomingClick, IncomingLine, Intake, Taken } from './incoming.ts';
import { noteLook } from './look.ts';
import { type Answer, takeClickRecord, takeRecord } from './take.ts';

/** What was not taken by then, by Redis's clock, can never be taken later. Slack waits 3 s for its acknowledgement. */
const DEADLINE_MS = 1_500;
const ASK_AGAIN_MS = 250;

export interface IntakeParts {
  store: Store;
  wakers: Wakers;
  /** Knows which lines are taken even when Redis is nearly full. */
  registry: Registry;
  log: Logger;
  metrics?: Metrics;
}

/** The queue's door: one Lua call each; waking a worker is not waited for. */
export function createIntake({ store, wakers, registry, log, metrics }: IntakeParts): Intake {
  const { redis, keys, clock } = store;
  /** Once the acknowledgement is on its way. The sweeper wakes what this could not. */
  const woken = (waking: () => Promise<void>): void => {
    setImmediate(() => waking().catch((error) => log.warn({ err: error }, 'wake-up not added')));
  };

  return {
    async line(line) {
      const began = performance.now();
      const { request, ...record } = newRecord(line, clock.now());
      const taken = await take(
        store,
        line.dedupe,
        (deadline) =>
          takeRecord(redis, keys, {
            dedupe: line.dedupe,
            deadline,
            parent: line.parent,
            mustFit: stops(line.text, registry),
            ...record,
          }),
        { taken: (number) => woken(() => wake(wakers, { ...request, number }, 'line')) },
      );
      metrics?.lineTaken(line.entry, taken.taken ? 'taken' : taken.because);
      metrics?.acknowledged(line.entry, (performance.now() - began) / 1_000);
      return taken;
    },
    click: (click) =>
      take(
        store,
        click.dedupe,
        (deadline) =>
          takeClickRecord(redis, keys, {
            dedupe: click.dedupe,
            deadline,
            click: JSON.stringify(storedClick(click, clock.now())),
          }),
        { taken: (number) => woken(() => wakeForClick(wakers, number)) },
      ),
    async look(look) {
      const noting = noteLook(redis, keys, look);
      const workers = await within(DEADLINE_MS, noting).catch(() => 'no answer' as const);
      const later = noting.then(
        () => undefined,
        (error: unknown) => log.warn({ err: error }, 'look at a home not noted'),
      );
      if (workers === 'no answer') return { noted: false, because: 'no answer', later };
      return workers > 0 ? { noted: true } : { noted: false, because: 'no worker' };
    },
    async request(number) {
      const stored = await within(DEADLINE_MS, findRequest(store, number));
      if (stored === 'no answer') throw new Error('Redis does not answer');
      return stored?.request;
    },
  };
}

/** A click as it waits in Redis. */
export interface StoredClick extends Omit<IncomingClick, 'dedupe'> {
  /** When it came. */
  at: number;
}

function storedClick({ dedupe: _, ...click }: IncomingClick, at: number): StoredClick {
  return { ...click, at };
}

async function take(
  store: Store,
  dedupe: string[],
  call: (deadline: number) => Promise<Answer>,
  on: { taken: (number: number) => void },
): Promise<Taken> {
  const deadline = store.clock.now() + DEADLINE_MS;
  const calling = call(deadline);
  const answer = await within(DEADLINE_MS, calling).catch(() => 'no answer' as const);
  if (answer === 'no answer') {
    const later = settle(store, dedupe, deadline, calling).then((taken) => {
      if (taken.taken && taken.number !== undefined) on.taken(taken.number);
      return taken;
    });
    return { taken: false, because: 'no answer', later };
  }
  // A call that was on its way when the connection broke is sent again, and then has seen itself.
  if ('number' in answer) on.taken(answer.number);
  return answer;
}

/** Once Redis answers again: was it taken? Past the deadline the answer is final. */
async function settle(
  { redis, keys, clock }: Store,
  dedupe: string[],
  deadline: number,
  calling: Promise<Answer>,
): Promise<{ taken: boolean; number?: number }> {
  try {
    const answer = await calling;
    return 'number' in answer ? { taken: true, number: answer.number } : { taken: false };
  } catch {
    // The connection broke with the call in it: only the dedupe key tells.
  }
  for (;;) {
    try {
      const seen = await redis.mget(dedupe.map(keys.dedupe));
      const number = seen.find((value) => value !== null);
      if (number) return { taken: true, number: Number(number) };
      if (clock.now() > deadline) return { taken: false };
    } catch {
      // Still away.
    }
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  }
}

/** Lines with Slack's markup in them. What comes from a form, a button or a terminal is as it was typed. */
const FROM_SLACK: ReadonlySet<Entry> = new Set<Entry>(['slash', 'mention', 'direct']);

/** The record begins with its number, which Lua puts in; the first audit entry cannot hold it. */
function newRecord(line: IncomingLine, at: number): { request: Request; record: string; head: string; entry: string } {
  const request: Request = {
    number: 0,
    state: 'received',
    line: FROM_SLACK.has(line.entry) ? fromSlackText(line.text) : line.text,
    requester: line.requester,
    place: line.place,
    entry: line.entry,
    receivedAt: at,
    since: at,
    attempt: 0,
    votes: [],
    locks: [],
    ...(line.replaces === undefined ? {} : { replaces: line.replaces }),
    ...(line.parent === undefined ? {} : { parent: line.parent }),
    ...(line.reads === undefined ? {} : { reads: line.reads }),
  };
  const { responseUrl: _, ...place } = { responseUrl: '', ...line.place };
  const first: AuditEntry = {
    at,
    event: 'received',
    by: whoIs(line.requester),
    detail: {
      line: line.text,
      ...(line.reads ? { reads: readsInWords(line.reads) } : {}),
      entry: line.entry,
      place,
      dedupe: line.dedupe,
    },
  };
  const chained = chain(NOTHING_BEFORE, first);
  return { request, record: JSON.stringify(request), head: chained.hash, entry: JSON.stringify(chained) };
}

/** As the audit names people: a Slack user ID, `unix:bob`, `schedule:nightly`. */
export function whoIs(requester: Requester): string {
  if (requester.kind === 'schedule') return `schedule:${requester.name}`;
  if (requester.kind === 'terminal') return `unix:${requester.unixUser}`;
  return requester.user;
}
