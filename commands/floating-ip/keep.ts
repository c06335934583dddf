import { z } from 'zod';
import { noSuchRequest } from '../../src/chat/request-words.ts';
import { formatInstant, IpAddress, RequestNumber } from '../../src/chat/values.ts';
import { defineCommand } from '../../src/command.ts';
import type { CommandContext } from '../../src/command-context.ts';
import { UserError } from '../../src/errors.ts';
import { code, count } from '../../src/reply.ts';
import { label } from '../../src/request.ts';
import type { OpenGrace } from '../../src/requests/request-book.ts';
import type { Target } from '../../src/target.ts';

interface Args {
  addresses: string[];
  of: number;
  project?: string | undefined;
}

export default defineCommand({
  summary: 'Keep floating IPs that an approved cleanup has put into quarantine; they are not deleted, and get the tag keep.',
  examples: ['floating ip keep 203.0.113.7 --of R-1042', 'floating ip keep --of R-1042'],
  // Changes nothing in the cloud by itself, and a stop needs no vote.
  effect: 'read',
  cloud: false,
  args: z.object({
    addresses: z.array(IpAddress).default([]).describe('which ones; left out: all of them'),
    of: RequestNumber.describe('number of the cleanup, such as R-1042'),
    project: z.string().optional().describe('only those of this project, by name or ID'),
  }),
  positionals: ['addresses'],
  completes: { of: 'request' },

  async isNamed(args, { user, channel, requests }) {
    const graces = await requests.graces(args.of);
    const wanted = wantedOf(graces, args).flatMap(({ values }) => values.map(({ id }) => id));
    const named = new Set(
      graces
        .flatMap(({ tells }) => tells)
        .filter(({ to }) => ('user' in to ? to.user === user : to.channel === channel))
        .flatMap(({ values }) => values),
    );
    return wanted.length > 0 && wanted.every((id) => named.has(id));
  },

  async run(args, { requests, who, isNamed, mayTouch }) {
    const { of: number } = args;
    if (!(await requests.find(number))) throw noSuchRequest(number);
    const all = await requests.graces(number);
    const wanted = wantedOf(all, args);
    mustBeThere(
      all.map((grace) => seenBy(mayTouch, grace)),
      wanted,
      args,
    );
    return {
      touches: wanted.flatMap(touchesOf),
      async carryOut() {
        const kept = wanted.map(({ region, values }) => ({ region, values: values.map(({ id }) => id) }));
        await requests.keep(number, kept, who, isNamed);
        return { text: sayKept(wanted, number) };
      },
    };
  },
});

/** Those that the line means, of what nobody has kept so far. */
function wantedOf(graces: readonly OpenGrace[], { addresses, project }: Args): OpenGrace[] {
  return graces
    .map((grace) => {
      const ofProject = new Set(
        grace.touches
          .filter((target) => project === undefined || target.project?.id === project || target.project?.name === project)
          .map(({ id }) => id),
      );
      const values = grace.values.filter(
        ({ id, typed }) => ofProject.has(id) && (addresses.length === 0 || addresses.includes(typed)),
      );
      return { ...grace, values };
    })
    .filter(({ values }) => values.length > 0);
}

function seenBy(mayTouch: CommandContext['mayTouch'], grace: OpenGrace): OpenGrace {
  const seen = new Set(grace.touches.filter((target) => mayTouch(target)).map(({ id }) => id));
  return { ...grace, values: grace.values.filter(({ id }) => seen.has(id)) };
}

function touchesOf({ touches, values }: OpenGrace): Target[] {
  return touches.filter(({ id }) => values.some((value) => value.id === id));
}

/** @param seen what the asker may know of */
function mustBeThere(seen: readonly OpenGrace[], wanted: readonly OpenGrace[], { addresses, of: number }: Args): void {
  const found = wanted.flatMap(({ values }) => values.map(({ typed }) => typed));
  const missing = addresses.filter((address) => !found.includes(address));
  if (missing.length === 0 && found.length > 0) return;
  const which = missing.length > 0 ? missing.map((address) => code(address)).join(', ') : 'any of these';
  const left = seen.flatMap(({ values }) => values.map(({ typed }) => code(typed)));
  const instead =
    left.length > 0 ? `Type one of ${left.join(', ')}.` : `${code(`request show ${label(number)}`)} tells what became of them.`;
  throw new UserError(`${label(number)} is not about to delete ${which}. ${instead}`);
}

function sayKept(wanted: readonly OpenGrace[], number: number): string {
  const values = wanted.flatMap((grace) => grace.values.map(({ back }) => back));
  // Its time may be up already, and what ends it waits.
  const ending = wanted.find(({ child }) => child !== undefined)?.child;
  const until =
    ending === undefined ? `on ${formatInstant(Math.max(...wanted.map(({ due }) => due)))}` : `when ${label(ending)} goes on`;
  const kept = `${count(values, 'floating IP')} ${values.length === 1 ? 'is' : 'are'} kept`;
  return `${kept}: ${values.join(', ')}. ${label(number)} does not delete ${values.length === 1 ? 'it' : 'them'}, and marks ${values.length === 1 ? 'it' : 'them'} with the tag ${code('keep')} ${until}.`;
}
