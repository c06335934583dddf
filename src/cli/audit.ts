import type { Logger } from 'pino';
import { type Verified, verifyAudit } from '../audit/verify.ts';
import { connectRedis } from '../redis/connection.ts';
import { keysOf } from '../redis/keys.ts';
import type { RedisTarget } from '../redis/url.ts';
import { count } from '../reply.ts';
import { clockOf } from './core.ts';
import type { Output } from './system.ts';
import { spans } from './terminal.ts';

/** @returns 1 where the audit is not as it was written. */
export function printAudit({ requests, entries, files, elsewhere, head, problems }: Verified, out: Output): number {
  const looked = `${count(entries, 'entry', 'entries')} of ${count(requests, 'request')}, ${count(files, 'daily file')}`;
  for (const file of elsewhere) out.write(`${spans(file)}\n`);
  if (problems.length === 0) {
    out.write(`The audit is whole: ${looked}, each following the one before it.\n`);
    if (head !== '')
      out.write(`Its head is ${head}. The heads in the audit channel must be the last ones of their days' files.\n`);
    return 0;
  }
  out.write(`The audit is NOT whole: ${looked}, ${count(problems, 'problem')}.\n`);
  for (const problem of problems) out.write(`  ${spans(problem)}\n`);
  out.write('Keep Redis and the files as they are, and compare the heads that were posted to the audit channel.\n');
  return 1;
}

export async function verifyThisAudit(target: RedisTarget, folder: string, log: Logger, prefix = 'stackhand'): Promise<Verified> {
  const redis = connectRedis(target, 'commands', log);
  const clock = await clockOf(redis);
  try {
    return await verifyAudit({ redis, keys: keysOf(prefix), clock }, folder);
  } finally {
    clock.stop();
    redis.disconnect();
  }
}
