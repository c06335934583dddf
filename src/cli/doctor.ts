import { setTimeout as sleep } from 'node:timers/promises';
import type { Output } from './system.ts';
import { spans } from './terminal.ts';

export interface Finding {
  state: 'ok' | 'warning' | 'wrong';
  what: string;
  /** How to mend it; never left out where something is not ok. */
  mend?: string;
}

/** One look at one thing. What it throws is a finding too. */
export interface Check {
  name: string;
  look(): Promise<Finding[]>;
}

export function ok(what: string): Finding {
  return { state: 'ok', what };
}
export function warning(what: string, mend: string): Finding {
  return { state: 'warning', what, mend };
}
export function wrong(what: string, mend: string): Finding {
  return { state: 'wrong', what, mend };
}

/** All checks at once, so that none waits for another. Prints each as the list has it. @returns 1 where something is wrong. */
export async function examine(checks: readonly Check[], out: Output, withinMs = 15_000): Promise<number> {
  const counted = { ok: 0, warning: 0, wrong: 0 };
  const looks = checks.map((check) => ({ name: check.name, findings: inTime(check, withinMs) }));
  for (const { name, findings } of looks) {
    out.write(`${name}\n`);
    for (const { state, what, mend } of await findings) {
      counted[state]++;
      out.write(`  ${state.padEnd(8)} ${spans(what)}\n`);
      if (mend !== undefined) out.write(`${' '.repeat(11)}${spans(mend)}\n`);
    }
  }
  const { wrong: bad, warning: doubtful } = counted;
  const warnings = doubtful === 0 ? '' : `, ${doubtful} ${doubtful === 1 ? 'warning' : 'warnings'}`;
  out.write(
    bad === 0 ? `\nNothing is wrong${warnings}.\n` : `\n${bad} ${bad === 1 ? 'thing is' : 'things are'} wrong${warnings}.\n`,
  );
  return bad === 0 ? 0 : 1;
}

async function inTime({ look }: Check, withinMs: number): Promise<Finding[]> {
  const late = new AbortController();
  try {
    return await Promise.race([
      look(),
      sleep(withinMs, undefined, { signal: late.signal }).then(() => [
        wrong(`no answer within ${withinMs / 1_000} s`, 'See that it runs, and that no firewall or proxy is between.'),
      ]),
    ]);
  } catch (error) {
    return [wrong(error instanceof Error ? error.message : String(error), 'Mend what it says, and look again.')];
  } finally {
    late.abort();
  }
}
