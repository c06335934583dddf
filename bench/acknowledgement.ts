import { open, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Slack } from '../demo/workspace/workspace.ts';
import { startStackhand } from './stackhand.ts';

/**
 * How long Slack waits for the acknowledgement of a line while OpenStack hangs: at a trickle, and at a rush. The lines go out on a fixed
 * schedule, whatever has become of those before; each is timed from its sending to the arrival of its acknowledgement.
 */

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '200' },
    idle: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '20' },
    profile: { type: 'string' },
  },
});
const rush = bounded('rate', values.rate, 1_000);
const trickle = bounded('idle', values.idle, 1_000);
const seconds = bounded('seconds', values.seconds, 120);

/** A process that has just started compiles while it answers. */
const WARM_UP = { perSecond: 20, seconds: 2 };
/** More than one person types; all may. */
const PEOPLE = ['bob', 'alice', 'carol'];

interface Figures {
  sent: number;
  /** Without any acknowledgement in Slack's three seconds. */
  lost: number;
  /** Acknowledged with "not taken". */
  refused: number;
  p50: number;
  p99: number;
  max: number;
  /** p99 of what two things take that are not ours: a flush to the disk on which Redis is, and the generator's own wake-up. */
  disk: number;
  late: number;
}

console.log(`${availableParallelism()} cores, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)} before; milliseconds`);
console.log(
  row(['', 'lines/s', 'sent', 'lost', 'refused', 'p50', 'p99', 'max', 'p99 to idle', 'disk p99', 'generator late p99']),
);
for (const processes of ['one process', 'two processes'] as const) {
  const { slack, taken, stop } = await startStackhand(processes, values.profile);
  try {
    const warm = await run(slack, WARM_UP.perSecond, WARM_UP.seconds);
    const idle = await run(slack, trickle, seconds);
    tell(processes, trickle, idle, idle);
    const busy = await run(slack, rush, seconds);
    tell(processes, rush, busy, idle);
    const sent = warm.sent + idle.sent + busy.sent;
    console.log(`${processes}: ${await taken()} of ${sent} lines are in Redis`);
  } finally {
    await stop();
  }
}

/** Sends on schedule, and waits for the last acknowledgement. */
async function run(slack: Slack, perSecond: number, forSeconds: number): Promise<Figures> {
  const began = performance.now();
  const sending: ReturnType<Slack['slash']>[] = [];
  const late: number[] = [];
  const disk = flushes(forSeconds);
  for (let number = 0; number < perSecond * forSeconds; number += 1) {
    const due = began + (number * 1_000) / perSecond;
    const early = due - performance.now();
    if (early > 0) await sleep(early);
    late.push(performance.now() - due);
    sending.push(slack.slash(PEOPLE[number % PEOPLE.length] ?? 'bob', '#ops', 'quota show demo'));
  }
  const sent = await Promise.all(sending);
  const times = sent.map(({ acked, ms }) => (acked ? ms : Number.POSITIVE_INFINITY));
  return {
    sent: sent.length,
    lost: sent.filter(({ acked }) => !acked).length,
    refused: sent.filter(({ payload }) => payload.text !== undefined).length,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    max: percentile(times, 1),
    disk: percentile(await disk, 0.99),
    late: percentile(late, 0.99),
  };
}

/** Ten times a second, a few bytes, as Redis does with every write. */
async function flushes(forSeconds: number): Promise<number[]> {
  const path = join(tmpdir(), `stackhand-bench-${process.pid}`);
  const file = await open(path, 'w');
  const times: number[] = [];
  try {
    for (let number = 0; number < forSeconds * 10; number += 1) {
      await file.write('a line of a few hundred bytes at most\n');
      const began = performance.now();
      await file.datasync();
      times.push(performance.now() - began);
      await sleep(100);
    }
  } finally {
    await file.close();
    await rm(path);
  }
  return times;
}

/** The smallest time that this share of all did not exceed. */
function percentile(times: number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

function tell(what: string, perSecond: number, one: Figures, idle: Figures): void {
  const ms = (value: number): string => value.toFixed(1);
  const counts = [one.sent, one.lost, one.refused].map(String);
  const times = [ms(one.p50), ms(one.p99), ms(one.max), `× ${(one.p99 / idle.p99).toFixed(1)}`, ms(one.disk), ms(one.late)];
  console.log(row([what, String(perSecond), ...counts, ...times]));
}

function row([first = '', ...cells]: string[]): string {
  return first.padEnd(14) + cells.map((cell) => cell.padStart(Math.max(8, cell.length + 2))).join('');
}

function bounded(name: string, text: string, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new Error(`--${name} is a whole number from 1 to ${most}`);
}
