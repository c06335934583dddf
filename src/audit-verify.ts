import type { ChainedEntry } from './audit.ts';
import { checkChain, checkSealed } from './audit.ts';
import { checkDailyFiles, readSealed } from './audit-files.ts';
import { label } from './request.ts';
import { findRequest, readAudit, type Store } from './store.ts';

export interface Verified {
  requests: number;
  entries: number;
  files: number;
  /** The newest hash of the global chain: compare it with one noted elsewhere. */
  head: string;
  /** In words; empty where nothing was changed, left out or put in. */
  problems: string[];
}

/** Checks every request's own chain, the global chain over the ended ones, and the daily files. */
export async function verifyAudit(store: Store, folder: string): Promise<Verified> {
  const { redis, keys } = store;
  const sealed = await readSealed(store);
  const head = (await redis.get(keys.sealedHead)) ?? '';
  const problems = checkSealed(sealed, 'the global chain', (await redis.hget(keys.auditFiles, 'trimmed')) ?? '');
  if ((sealed.at(-1)?.hash ?? head) !== head) problems.push('the global chain does not end at its head');
  const ends = new Map(sealed.map(({ request, head: end }) => [request, end]));
  let entries = 0;
  const numbers = (await redis.zrange(keys.byNumber, '0', '-1')).map(Number);
  for (const number of numbers) {
    const audit = await readAudit(store, number);
    entries += audit.length;
    problems.push(...(await checkRequest(store, number, audit, ends.get(number))));
  }
  const files = await checkDailyFiles(folder);
  return { requests: numbers.length, entries, files: files.files, head, problems: [...problems, ...files.problems] };
}

async function checkRequest(
  store: Store,
  number: number,
  audit: ChainedEntry[],
  sealedEnd: string | undefined,
): Promise<string[]> {
  const stored = await findRequest(store, number);
  if (!stored) return [];
  const problems = checkChain(audit, label(number));
  const end = audit.at(-1)?.hash;
  if (end !== stored.head) problems.push(`${label(number)}: its audit does not end at its record's head`);
  if (sealedEnd !== undefined && sealedEnd !== end) problems.push(`${label(number)}: its audit does not end as it was sealed`);
  const state = audit.findLast(({ to }) => to !== undefined)?.to ?? 'received';
  if (state !== stored.request.state)
    problems.push(`${label(number)}: its record says ${stored.request.state}, its audit ${state}`);
  return problems;
}
