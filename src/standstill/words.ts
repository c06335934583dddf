import { quote } from '../chat/tokenize.ts';
import { UserError } from '../errors.ts';
import { utc } from '../outbox/times.ts';
import type { Core } from '../process/core.ts';
import { code, plain } from '../reply.ts';
import { readStandstill, type Standstill } from './standstill.ts';

/** Why, and what lifts it: as a request keeps it, and as its card says it. */
export interface StandstillInWords {
  /** "`prod` is frozen by bob since 2026-11-23 06:40 UTC: `storage is on fire`." */
  why: string;
  /** What is waited for: "the thaw" */
  until: string;
}

/** Undefined where nothing is in the way. */
export function standstillInWords({ cloud, freeze, brake }: Standstill): StandstillInWords | undefined {
  const why = [
    ...(brake ? [`${code(cloud)} has the brake on since ${utc(brake.at)}: ${brake.what}.`] : []),
    ...(freeze ? [`${code(cloud)} is frozen by ${plain(freeze.name)} since ${utc(freeze.at)}: ${code(freeze.reason)}.`] : []),
  ];
  const until = [...(brake ? ["the brake's lift"] : []), ...(freeze ? ['the thaw'] : [])];
  return why.length === 0 ? undefined : { why: why.join(' '), until: until.join(' and ') };
}

/** Why each cloud that is frozen or has its brake on is so. */
export async function listStandstills({ store, clouds }: Pick<Core, 'store' | 'clouds'>): Promise<string[]> {
  const all = await Promise.all(clouds.names.map((cloud) => readStandstill(store, cloud)));
  return all.flatMap((one) => standstillInWords(one)?.why ?? []);
}

/** Said to whoever would change something there. @throws UserError */
export function mustBeOpen(standstill: Standstill): void {
  const words = standstillInWords(standstill);
  if (!words) return;
  const still = `Nothing was changed, and nothing new is begun there before ${words.until}.`;
  const look = `To see the plan all the same add ${code('--dry-run')}.`;
  throw new UserError([`${words.why} ${still}`, ...howToGoOn(standstill), look].join('\n'));
}

/** What to type, and what that takes. */
export function howToGoOn({ cloud, freeze, brake }: Standstill): string[] {
  return [
    ...(brake
      ? [
          'So much at once is an incident of the message queue, the database or the network, not of single hosts: look there first.',
          `Once it is over, or known to be harmless, type ${code(`brake lift --cloud ${quote(cloud)} --reason "…"`)}; two others approve that.`,
        ]
      : []),
    ...(freeze ? [`To go on there type ${code(`thaw --cloud ${quote(cloud)}`)}; somebody else approves that.`] : []),
  ];
}
