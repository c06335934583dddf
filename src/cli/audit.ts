import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { UserError } from '../errors.ts';
import { connectRedis } from '../redis/connection.ts';
import type { RedisTarget } from '../redis/url.ts';
import { count } from '../reply.ts';
import type { Output } from './system.ts';
import { spans } from './terminal.ts';

/** What a look at all chains found. */
export interface AuditReport {
  requests: number;
  entries: number;
  problems: string[];
}

/** @returns 1 where the audit is not as it was written. */
export function printAudit({ requests, entries, problems }: AuditReport, out: Output): number {
  const looked = `${count(entries, 'entry', 'entries')} of ${count(requests, 'request')}`;
  if (problems.length === 0) {
    out.write(`The audit is whole: ${looked}, each following the one before it.\n`);
    return 0;
  }
  out.write(`The audit is NOT whole: ${looked}, ${count(problems, 'problem')}.\n`);
  for (const problem of problems) out.write(`  ${spans(problem)}\n`);
  out.write('Keep Redis as it is, and compare the heads that were posted to the audit channel.\n');
  return 1;
}

type VerifyAudit = (redis: Redis, prefix: string) => Promise<AuditReport>;

export async function verifyThisAudit(target: RedisTarget, log: Logger, prefix = 'stackhand'): Promise<AuditReport> {
  // Looked up when it runs, for src/audit.ts gets it from another hand; then this becomes a plain import.
  const audit: typeof import('../audit.ts') & { verifyAudit?: VerifyAudit } = await import('../audit.ts');
  if (!audit.verifyAudit) throw new UserError('This version cannot verify its audit yet.');
  const redis = connectRedis(target, 'commands', log);
  try {
    return await audit.verifyAudit(redis, prefix);
  } finally {
    redis.disconnect();
  }
}
