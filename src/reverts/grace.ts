import { formatInstant } from '../chat/values.ts';
import { type Destination, PRIORITY, say } from '../outbox/outbox.ts';
import type { Told } from '../plan.ts';
import type { Command } from '../redis/commit.ts';
import type { Keys } from '../redis/keys.ts';
import type { Button, Reply } from '../reply.ts';
import { cloudInWords, label, type Revert } from '../request.ts';
import { backInWords } from './later.ts';

/** More buttons than this nobody reads; one for all of them is always there. */
const MOST_BUTTONS = 4;

/**
 * Tells those whom the plan names what is about to become of theirs, with buttons that keep it: when the time begins, and again before it ends.
 * A later message is one of its own, since an edited one wakes nobody. @param values what nobody has decided about
 */
export function tellGrace(
  keys: Keys,
  revert: Revert,
  values: readonly string[],
  when: 'begins' | 'soon',
  now: number,
): Command[] {
  const { request, region, later, user } = revert;
  return (later.grace?.tells ?? []).flatMap((told, n) => {
    const theirs = told.values.filter((value) => values.includes(value));
    if (theirs.length === 0) return [];
    const to: Destination =
      'user' in told.to
        ? { kind: 'direct', user: told.to.user }
        : { kind: 'channel', channel: told.to.channel, ...(user === undefined ? {} : { tell: user }) };
    const id = `${label(request)}/grace-${when}/${region}/${n}`;
    return say(keys, { id, to, priority: PRIORITY.result, reply: graceReply(revert, told, theirs) }, now);
  });
}

function graceReply({ request, cloud, region, later, due, askedBy }: Revert, told: Told, theirs: readonly string[]): Reply {
  const { values, line } = later;
  const keep = (what: string): string => `${line.begin} ${what} --of ${label(request)}`;
  const each = values
    .filter(({ id }) => theirs.includes(id))
    .map(({ typed }): Button => ({ label: `Keep ${typed}`, act: { kind: 'line', line: keep(typed) } }));
  const all: Button = {
    label: 'Keep all',
    style: 'primary',
    act: { kind: 'line', line: keep(`--project ${told.project}`) },
  };
  return {
    text: `On ${formatInstant(due)}, unless somebody keeps them: ${backInWords(later, theirs)}`,
    lines: [
      told.text,
      `It is about ${cloudInWords({ cloud, region })}, and was asked for by ${askedBy} with ${label(request)}.`,
      'A button keeps what you still need. That takes no vote.',
    ],
    buttons: each.length > 1 && each.length <= MOST_BUTTONS ? [all, ...each] : [all],
  };
}
