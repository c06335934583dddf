import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { z } from 'zod';
import { isChange, label, type Request } from './request.ts';

/** `line`: parse, plan or read. `run`: an approved change. `click`: a button or modal. */
export type Phase = 'line' | 'run' | 'click';

const WakeUp = z.object({ number: z.number(), phase: z.enum(['line', 'run', 'click']) });
export type WakeUp = z.infer<typeof WakeUp>;

/** BullMQ only wakes somebody; what there is to do is in our own records. */
export interface Wakers {
  /** Lines that ask OpenStack something; many at once. */
  lines: Queue;
  /** Clicks, and lines that need no cloud: a vote or a stop must not wait behind lines that wait for OpenStack. */
  quick: Queue;
  /** Long: changes. */
  changes: Queue;
  redis: Redis;
  needsCloud(line: string): boolean;
}

/** @param needsCloud whether a line has to ask OpenStack, by its first words. */
export function openQueues(
  redis: Redis,
  prefix: string,
  log: Logger,
  needsCloud: (line: string) => boolean = () => true,
): Wakers {
  const open = (name: string): Queue => {
    const queue = new Queue(name, {
      connection: redis,
      prefix: `${prefix}:bull`,
      skipVersionCheck: true, // the workers look, and so do we
      // Retries, back-off and giving up are ours, counted in the record; what ended must not block its ID.
      defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: true },
    });
    queue.on('error', (error) => log.warn({ err: error, queue: name }, 'queue connection trouble'));
    return queue;
  };
  return { lines: open('lines'), quick: open('quick'), changes: open('changes'), redis, needsCloud };
}

export async function closeQueues({ lines, quick, changes }: Wakers): Promise<void> {
  await Promise.all([lines.close(), quick.close(), changes.close()]);
}

/**
 * Adding it twice is the same as once: the ID holds the attempt that would begin. A worker that dies has begun that attempt, so the
 * next wake-up has another ID than the job that hangs in its dead hands. `because` tells apart what must not be the same as once.
 */
export async function wake(
  wakers: Wakers,
  { number, attempt, line, reads }: Pick<Request, 'number' | 'attempt' | 'line' | 'reads'>,
  phase: 'line' | 'run',
  because?: string,
): Promise<void> {
  // Whoever reads on in an answer that is kept needs no cloud, though the line did.
  const isQuick = reads !== undefined || !wakers.needsCloud(line);
  const queue = phase === 'run' ? wakers.changes : isQuick ? wakers.quick : wakers.lines;
  const jobId = [label(number), phase, attempt, ...(because === undefined ? [] : [because])].join('-');
  // Adding it again would change nothing, and still be a write that Redis flushes to disk: for each line that waits, at each sweep.
  if ((await wakers.redis.exists(queue.toKey(jobId))) === 1) return;
  await queue.add(phase, { number, phase } satisfies WakeUp, { jobId });
}

/** @param again grows with each sweep, as a click has no attempts of its own. */
export async function wakeForClick({ quick }: Wakers, number: number, again = 0): Promise<void> {
  await quick.add('click', { number, phase: 'click' } satisfies WakeUp, { jobId: `C-${number}-${again}` });
}

/** Which phase an open request waits for; undefined where it waits for people. */
export function phaseOf(request: Request): 'line' | 'run' | undefined {
  const { state } = request;
  if (state === 'received' || state === 'planning') return 'line';
  if (state === 'queued' || state === 'running') return isChange(request) ? 'run' : 'line';
  return undefined;
}

/** They wait for Redis and Slack alone. */
export const QUICK_AT_ONCE = 32;

export interface Workers {
  /** Takes up nothing new, and waits for what runs. */
  close(): Promise<void>;
}

export function startWorkers(
  redis: Redis,
  prefix: string,
  atOnce: { lines: number; changes: number },
  handle: (wakeUp: WakeUp) => Promise<void>,
  log: Logger,
): Workers {
  const start = (name: string, concurrency: number): Worker => {
    const worker = new Worker(name, async ({ data }) => handle(WakeUp.parse(data)), {
      connection: redis,
      prefix: `${prefix}:bull`,
      concurrency,
      // A stalled wake-up is never BullMQ's to give up: our sweeper adds another.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
    });
    worker.on('error', (error) => log.warn({ err: error, queue: name }, 'worker connection trouble'));
    worker.on('failed', (job, error) => log.error({ err: error, job: job?.id }, 'wake-up failed'));
    return worker;
  };
  const workers = [start('lines', atOnce.lines), start('quick', QUICK_AT_ONCE), start('changes', atOnce.changes)];
  return {
    close: async () => {
      await Promise.all(workers.map((worker) => worker.close()));
    },
  };
}
