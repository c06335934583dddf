import { label, type Request } from '../request.ts';
import type { Store, Stored } from '../requests/store.ts';
import { type ChainedEntry, checkChain, checkSealed, endsAsSealed, type Sealed } from './chain.ts';
import { checkDailyFiles, type FiledSeal, type FilesChecked } from './check-files.ts';
import { dayOf, fileOf } from './day-files.ts';

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
  /** Only where a head was asked for: each that is that one, or begins so. */
  found?: FiledSeal[];
}

/**
 * Checks every request's own chain, the global chain over the ended ones, and the daily files, and that these and Redis have one chain
 * together. `wanted`: a head of the global chain, or how it begins, that must be in it.
 */
export async function verifyAudit(store: Store, folder: string, wanted?: string): Promise<Verified> {
  const { redis, keys } = store;
  // The files first: whatever is in them is older than what Redis then has.
  const filed = await checkDailyFiles(folder, await redis.hgetall(keys.auditDays));
  const { files, elsewhere } = filed;
  const chain = await readGlobal(store);
  const { sealed, head, trimmed } = chain;
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
  problems.push(...(filed.problems.length > 0 ? filed.problems : checkTogether(filed, chain)));
  const found = wanted === undefined ? {} : { found: findHeads(wanted, filed.seals, sealed) };
  return { requests: numbers.length, entries, files, head, problems, elsewhere, ...found };
}

/** Files that are whole and a chain that is whole need not be of the same history. */
function checkTogether({ seals, missing }: FilesChecked, { sealed, trimmed, written }: GlobalChain): string[] {
  const kept = new Set(sealed.slice(0, written).map(({ hash }) => hash));
  // What Redis has no more is older than all that it has.
  const first = seals.findIndex(({ hash }) => kept.has(hash));
  const since = seals.slice(trimmed === '' ? 0 : first === -1 ? seals.length : first);
  const stray = since.find(({ hash }) => !kept.has(hash));
  if (stray) return [`${fileOf(stray.day)}: ${label(stray.request)} is not in the global chain that Redis keeps`];
  const last = seals.at(-1);
  const isNewestHere = last !== undefined && missing.every((day) => day < last.day);
  if (!isNewestHere || first !== -1 || last.hash === trimmed) return [];
  return ['what Redis keeps of the global chain does not follow the last daily file'];
}

/** By hash, since one may be in a file and in Redis. */
function findHeads(wanted: string, filed: readonly FiledSeal[], sealed: readonly Sealed[]): FiledSeal[] {
  const all = [...filed, ...sealed.map(({ at, request, hash }) => ({ day: dayOf(at), request, hash }))];
  const found = all.filter(({ hash }) => hash.startsWith(wanted));
  return [...new Map(found.map((seal) => [seal.hash, seal])).values()];
}

interface GlobalChain {
  sealed: Sealed[];
  head: string;
  /** The hash before the first entry left. */
  trimmed: string;
  /** So many of them are in files. */
  written: number;
}

/** What must fit together is read at one moment: the sweeper goes on meanwhile. */
async function readGlobal({ redis, keys }: Store): Promise<GlobalChain> {
  const reading = redis.multi().lrange(keys.sealed, 0, -1).get(keys.sealedHead).hmget(keys.auditFiles, 'trimmed', 'written');
  const [sealed, head, files] = answersOf(await reading.exec());
  const [trimmed, written] = files as (string | null)[];
  return {
    sealed: (sealed as string[]).map((entry) => JSON.parse(entry) as Sealed),
    head: (head as string | null) ?? '',
    trimmed: trimmed ?? '',
    written: Number(written ?? 0),
  };
}

type Read = Pick<Stored, 'request' | 'head'>;

async function readRequest({ redis, keys }: Store, number: number): Promise<{ audit: ChainedEntry[]; stored?: Read }> {
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

function checkRequest(number: number, audit: ChainedEntry[], { request, head }: Read, sealedEnd: string | undefined): string[] {
  const problems = checkChain(audit, label(number));
  const end = audit.at(-1)?.hash;
  if (end !== head) problems.push(`${label(number)}: its audit does not end at its record's head`);
  if (sealedEnd !== undefined && !endsAsSealed(audit, sealedEnd))
    problems.push(`${label(number)}: its audit does not end as it was sealed`);
  const state = audit.findLast(({ to }) => to !== undefined)?.to ?? 'received';
  if (state !== request.state) problems.push(`${label(number)}: its record says ${request.state}, its audit ${state}`);
  return problems;
}
