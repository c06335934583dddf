import { z } from 'zod';
import { quote } from '../src/chat/tokenize.ts';
import { defineCommand } from '../src/command.ts';
import type { CommandContext } from '../src/command-context.ts';
import { NotAllowed, UserError } from '../src/errors.ts';
import { code, count, type Reply } from '../src/reply.ts';
import { label } from '../src/request.ts';
import { mayStop } from '../src/requests/cancel.ts';
import type { Standstill } from '../src/standstill/standstill.ts';
import { standstillInWords } from '../src/standstill/words.ts';

export default defineCommand({
  summary: 'Stop all changes at once, on one cloud or on all, until somebody else agrees to a thaw.',
  examples: ['freeze --reason "storage is on fire"', 'freeze --cloud prod --reason "core switch is being replaced"'],
  // A stop: it changes nothing in the cloud, and needs no vote.
  effect: 'read',
  cloud: false,
  stops: true,
  args: z.object({
    cloud: z.string().optional().describe('the only cloud to freeze; left out: all of them, whatever this channel means'),
    reason: z.string().min(3).describe('why; everybody who waits for the thaw reads it'),
  }),

  async run({ cloud, reason }, context) {
    const { may, mayNot } = frozenBy(context, cloud);
    // Clouds are Stackhand's own names: there is nothing of a cloud in this.
    return { touches: [], carryOut: () => freeze(context, may, mayNot, reason) };
  },
});

/** Those that are meant, by whether the asker may stop what changes there. */
function frozenBy({ clouds, registry, who }: CommandContext, cloud: string | undefined): { may: string[]; mayNot: string[] } {
  const names = clouds.all.map((one) => one.cloud);
  if (cloud !== undefined && !names.includes(cloud)) {
    const choices = names.map((name) => ({ label: name, argument: 'cloud', value: name }));
    const type = names.map((name) => code(`--cloud ${quote(name)}`)).join(' or ');
    throw new UserError(`There is no cloud ${code(cloud)}, and nothing is frozen. Type ${type}, or leave it out to freeze all.`, {
      choices,
    });
  }
  const meant = cloud === undefined ? names : [cloud];
  const may = meant.filter((name) => mayStop({ registry }, who, name));
  const mayNot = meant.filter((name) => !may.includes(name));
  if (may.length > 0) return { may, mayNot };
  throw new NotAllowed(`Only who may use a change command there may freeze ${mayNot.map(code).join(' or ')}. Nothing is frozen.`);
}

async function freeze(
  { standstill, request }: CommandContext,
  may: readonly string[],
  mayNot: readonly string[],
  reason: string,
): Promise<Reply> {
  const now: Standstill[] = [];
  for (const cloud of may) now.push(await standstill.freeze(cloud, reason));
  // A line that is considered twice finds its own freeze.
  const ours = now.filter(({ freeze }) => freeze?.request === request.number);
  const before = now.filter((one) => !ours.includes(one));
  return {
    text:
      ours.length > 0
        ? `${sayAll(ours.map(({ cloud }) => cloud))} frozen: ${code(reason)}.`
        : 'Nothing was frozen by this: it was already.',
    lines: [
      ...before.map((one) => standstillInWords(one)?.why ?? ''),
      ...mayNot.map((cloud) => `${code(cloud)} is not frozen: you may use no change command there.`),
      'New changes are refused. What runs hands itself back before its next write, and waits as what is queued does. Votes still count, and what may be read may be read.',
      `To go on, ${now.map(({ cloud }) => code(`thaw --cloud ${quote(cloud)}`)).join(' and ')}: who asks for that needs somebody else's approval, whoever froze it.`,
    ],
    note: `${count(now, 'cloud')} of ${label(request.number)}`,
  };
}

function sayAll(clouds: readonly string[]): string {
  return `${clouds.map(code).join(' and ')} ${clouds.length === 1 ? 'is' : 'are'}`;
}
