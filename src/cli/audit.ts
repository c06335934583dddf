import { join } from 'node:path';
import type { Logger } from 'pino';
import type { FiledSeal } from '../audit/check-files.ts';
import { type Exported, exportAudit, type Wanted } from '../audit/export.ts';
import { type Verified, verifyAudit } from '../audit/verify.ts';
import type { EnvironmentOf } from '../config.ts';
import { stateFolder } from '../process/state-folder.ts';
import { count } from '../reply.ts';
import { label } from '../request.ts';
import { findRedis, openStore } from './core.ts';
import { DONE, NOT_DONE } from './door.ts';
import type { Output } from './system.ts';
import { spans } from './terminal.ts';

/** A shorter one might be another's by chance. */
const SHORTEST_HEAD = 8;

/** @returns the head in small letters, or what is wrong with it. */
export function readHead(head: string): { head: string } | string {
  const small = head.toLowerCase();
  if (/^[0-9a-f]+$/.test(small) && small.length >= SHORTEST_HEAD && small.length <= 64) return { head: small };
  return `--head takes a head as the audit channel shows it, at least its first ${SHORTEST_HEAD} characters, and not ${JSON.stringify(head)}`;
}

/** @returns 1 where the audit is not as it was written, or lacks the head that was asked for. */
export function printAudit(
  { requests, entries, files, elsewhere, head, problems, found }: Verified,
  out: Output,
  wanted?: string,
): number {
  const looked = `${count(entries, 'entry', 'entries')} of ${count(requests, 'request')}, ${count(files, 'daily file')}`;
  for (const file of elsewhere) out.write(`${spans(file)}\n`);
  if (problems.length === 0) {
    out.write(`The audit is whole: ${looked}, each following the one before it.\n`);
    if (head !== '')
      out.write(`Its head is ${head}. The heads in the audit channel must be in it: audit verify --head says so of each.\n`);
  } else {
    out.write(`The audit is NOT whole: ${looked}, ${count(problems, 'problem')}.\n`);
    for (const problem of problems) out.write(`  ${spans(problem)}\n`);
    out.write('Keep Redis and the files as they are, and compare the heads that were posted to the audit channel.\n');
  }
  const isThere = wanted === undefined || printHead(wanted, found ?? [], elsewhere, out);
  return problems.length === 0 && isThere ? DONE : NOT_DONE;
}

/** @returns whether there is one that can be meant. */
function printHead(wanted: string, found: readonly FiledSeal[], elsewhere: readonly string[], out: Output): boolean {
  const [one, ...others] = found;
  if (others.length > 0) {
    out.write(`${wanted} is how ${count(found, 'head')} begin; type more of the one you mean:\n`);
    for (const { hash, day, request } of found) out.write(`  ${hash} of ${day}, ${label(request)}\n`);
    return false;
  }
  if (one) {
    out.write(`It holds the head ${one.hash}: the chain stood there on ${one.day}, once ${label(one.request)} had ended.\n`);
    return true;
  }
  out.write(`It does NOT hold the head ${wanted}.\n`);
  out.write(
    elsewhere.length > 0
      ? 'It may be in a file that is not in this folder: look on the machines that are named above.\n'
      : 'If this Stackhand posted it, what had ended until then was changed, left out or made anew since.\n',
  );
  return false;
}

export async function verifyThisAudit(
  environment: EnvironmentOf<'cli'>,
  log: Logger,
  head: string | undefined,
): Promise<Verified> {
  const { store, close } = await openStore(await findRedis(environment), log);
  try {
    return await verifyAudit(store, auditFolder(environment), head);
  } finally {
    close();
  }
}

export async function* exportThisAudit(environment: EnvironmentOf<'cli'>, log: Logger, wanted: Wanted): AsyncGenerator<Exported> {
  const { store, close } = await openStore(await findRedis(environment), log);
  try {
    yield* exportAudit(store, auditFolder(environment), wanted);
  } finally {
    close();
  }
}

function auditFolder(environment: EnvironmentOf<'cli'>): string {
  return join(stateFolder(environment), 'audit');
}
