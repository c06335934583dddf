import type { OwnStep } from '../command.ts';
import { UserError } from '../errors.ts';
import { utc } from '../outbox/times.ts';
import type { Core } from '../process/core.ts';
import type { Command } from '../redis/commit.ts';
import { code, plain } from '../reply.ts';
import { label } from '../request.ts';
import { markStandstill } from '../standstill/mark.ts';
import { readStandstill } from '../standstill/standstill.ts';
import type { Lift } from '../standstill/standstill-book.ts';
import { tellOfBrake } from './pull.ts';

/**
 * For after the votes: the very brake that was approved is lifted, or nothing is. What the approvers saw to be down is known from then on,
 * and sets no brake as long as it stays down; whatever goes down besides may.
 */
export async function liftBrake(
  core: Core,
  { cloud, brake, down }: Lift,
  by: { request: number; name: string },
): Promise<OwnStep> {
  const { keys } = core.store;
  const standstill = await readStandstill(core.store, cloud);
  if (!standstill.brake || standstill.json.brake !== brake)
    throw new UserError(
      `The brake of ${code(cloud)} is no longer the one that this was approved for. Look at ${code('cloud list')}.`,
    );
  const { what, at } = standstill.brake;
  const was = `It was on since ${utc(at)}: ${what}.`;
  const text = `The brake of ${code(cloud)} is lifted by ${label(by.request)}, which ${plain(by.name)} asked for and others approved.`;
  const known = Object.entries(down).flatMap(([region, names]): Command[] =>
    names.length === 0 ? [] : [['SADD', keys.downKnown(cloud, region), ...names]],
  );
  return {
    when: [{ key: keys.brake(cloud), is: brake }],
    commands: [['DEL', keys.brake(cloud)], ...known, ...tellOfBrake(core, cloud, standstill.brake, { text, lines: [was] })],
    reply: {
      text: `The brake of ${code(cloud)} is lifted, and what had begun goes on.`,
      lines: [was, 'What became void is asked for again by whoever still wants it.'],
    },
    afterwards: () => markStandstill(core, cloud, by.name),
  };
}
