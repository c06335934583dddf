import { label, type Request } from '../request.ts';
import type { Store, Stored } from '../requests/store.ts';
import { type ChainedEntry, checkChain, checkSealed, endsAsSealed, type Sealed } from './chain.ts';
import { checkDailyFiles } from './files.ts';

export interface Verified {
  requests: number;
  entries: number;
  files: number;
  /** The newest hash of the global chain: compare it with one noted elsewhere. */
  head: string;
  /** In words; empty where nothing was changed, left out or put in. */
  problems: string[];
  /** Daily files that another machine has, in words: no sign of a change. */
  elsewhere: string[];
}

/** Checks every request's own chain, the global chain over the ended ones, and the daily files. */
export async function verifyAudit(store: Store, folder: string): Promise<Verified> {
  const { redis, keys } = store;
  const { sealed, head, trimmed } = await readGlobal(store);
  const problems = checkSealed(sealed, 'the global chain', trimmed);
  if ((sealed.at(-1)?.hash ?? head) !== head) problems.push('the global chain does not end at its head');
  const ends = new Map(sealed.map(({ request, head: end }) => [request, end]));
  let entries = 0;
  const numbers = (await redis.zrange(keys.byNumber, '0', '-1')).map(Number);
  for (const number of numbers) {
    const { audit, stored } = await readRequest(store, number);
    entries += audit.length;
    if (stored) problems.push(...checkRequest(number, audit, stored, ends.get(number)));
  }
  const { files, ...checked } = await checkDailyFiles(folder, await redis.hgetall(keys.auditDays));
  const { elsewhere } = checked;
  return { requests: numbers.length, entries, files, head, problems: [...problems, ...checked.problems], elsewhere };
}

/** What must fit together is read at one moment: the sweeper goes on meanwhile. */
async function readGlobal({ redis, keys }: Store): Promise<{ sealed: Sealed[]; head: string; trimmed: string }> {
  const answers = await redis.multi().lrange(keys.sealed, 0, -1).get(keys.sealedHead).hget(keys.auditFiles, 'trimmed').exec();
  const [sealed, head, trimmed] = answersOf(answers);
  return {
    sealed: (sealed as string[]).map((entry) => JSON.parse(entry) as Sealed),
    head: (head as string | null) ?? '',
    trimmed: (trimmed as string | null) ?? '',
  };
}

async function readRequest({ redis, keys }: Store, number: number): Promise<{ audit: ChainedEntry[]; stored?: Stored }> {
  const answers = await redis.multi().lrange(keys.audit(number), 0, -1).hmget(keys.request(number), 'doc', 'head').exec();
  const [entries, record] = answersOf(answers);
  const audit = (entries as string[]).map((entry) => JSON.parse(entry) as ChainedEntry);
  const [doc, head] = record as (string | null)[];
  return doc && head ? { audit, stored: { request: JSON.parse(doc) as Request, head } } : { audit };
}

function answersOf(answers: [error: Error | null, answer: unknown][] | null): unknown[] {
  return (answers ?? []).map(([error, answer]) => {
    if (error) throw error;
    return answer;
  });
}

function checkRequest(number: number, audit: ChainedEntry[], { request, head }: Stored, sealedEnd: string | undefined): string[] {
  const problems = checkChain(audit, label(number));
  const end = audit.at(-1)?.hash;
  if (end !== head) problems.push(`${label(number)}: its audit does not end at its record's head`);
  if (sealedEnd !== undefined && !endsAsSealed(audit, sealedEnd))
    problems.push(`${label(number)}: its audit does not end as it was sealed`);
  const state = audit.findLast(({ to }) => to !== undefined)?.to ?? 'received';
  if (state !== request.state) problems.push(`${label(number)}: its record says ${request.state}, its audit ${state}`);
  return problems;
}
