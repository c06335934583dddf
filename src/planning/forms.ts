import { setTimeout as sleep } from 'node:timers/promises';
import type { Typed } from '../chat/compose.ts';
import { LineError, type ParsedLine, parseLine } from '../chat/parse.ts';
import { DeliveryError, NotAllowed, UserError } from '../errors.ts';
import { findNames, type NamesOf, wantNames } from '../names/names.ts';
import { NAME_SOURCES } from '../names/sources.ts';
import { knownMembers } from '../policy/groups.ts';
import { rolesOf } from '../policy/people.ts';
import { decideAnywhere, mayUse } from '../policy/who.ts';
import { type Asker, decidePlan } from '../policy.ts';
import type { Core } from '../process/core.ts';
import { NO_ANSWER, within } from '../redis/within.ts';
import type { NamedCommand, Registry } from '../registry.ts';
import type { Target } from '../target.ts';
import { type CloudAndRegions, chooseCloud } from './choose-cloud.ts';

/** Slack takes no more options at once. */
const MOST_NAMES = 100;
const DEADLINE_MS = 1_500;
const NAMES_WITHIN_MS = 1_200;
const LOOK_EVERY_MS = 100;

/**
 * What the gateway knows for filling in a line, from Redis and the configuration alone: never from Slack or OpenStack. It is good for
 * forms; what a form sends is a line like any other, and the worker decides.
 */
export interface Forms {
  registry: Registry;
  clouds: { names: readonly string[]; regionsOf(cloud: string): readonly string[] };
  /** Roles by ID, and by groups as far as Redis knows their members. */
  asker(user: string): Promise<Asker>;
  /** The line as the worker will read it. @throws NotAllowed, UserError */
  parse(line: string, asker: Asker, channel: string | undefined): ParsedLine;
  /** The command of a line and what it says already, wrong or not whole as that may be. @throws NotAllowed, UserError */
  understand(line: string, asker: Asker, channel: string | undefined): { named: NamedCommand; typed: Typed };
  /** @throws UserError where it cannot be known without asking. */
  chooseCloud(channel: string | undefined, asked: { cloud?: string; region?: string }): CloudAndRegions;
  hasNames(type: string): boolean;
  /** Has workers list them, and keep them for as long as they are asked for. */
  want(wanted: readonly NamesOf[]): Promise<void>;
  /** What begins so and what the asker may see, for this command; undefined where no worker has listed it yet. */
  names(
    of: NamesOf,
    beginning: string,
    who: { asker: Asker; named: NamedCommand; channel: string | undefined },
  ): Promise<Target[] | undefined>;
}

export function createForms(core: Pick<Core, 'config' | 'registry' | 'clouds' | 'store'>, prefix: string): Forms {
  const { config, registry, clouds, store } = core;
  const { redis, keys, clock } = store;
  const parse: Forms['parse'] = (line, asker, channel) =>
    parseLine(line, registry, { mayUse: (command) => mayUse(core, asker, command, channel) });
  const groupMembers = async (group: string): Promise<string[]> => {
    const known = await knownMembers(redis, prefix, group);
    if (!known) throw new DeliveryError('unreachable', { final: false });
    return known.members;
  };
  return {
    registry,
    clouds,
    async asker(user) {
      const { roles, unsure } = await inTime(rolesOf(user, config.roles, { groupMembers }, { fresh: false }));
      return { user, roles, unsure };
    },
    parse,
    understand(line, asker, channel) {
      const { command, typed } = whatItSays(() => parse(line, asker, channel));
      const named = registry.findCommand(command);
      if (!named) throw new NotAllowed('There is no such command any more. Type `help` for those you may use.');
      const decision = decideAnywhere(core, asker, named, channel);
      if (!decision.allowed) throw new NotAllowed(decision.because);
      return { named, typed };
    },
    chooseCloud: (channel, asked) => chooseCloud(core, channel, asked),
    hasNames: (type) => Object.hasOwn(NAME_SOURCES, type),
    want: (wanted) => inTime(wantNames(redis, keys, wanted, clock.now())),
    async names(of, beginning, { asker, named: { name, command }, channel }) {
      const question = { policy: config, asker, command: name, effect: command.effect, channel, cloud: of.cloud };
      const maySee = (thing: Target): boolean => decidePlan({ ...question, touches: [thing] }).allowed;
      await inTime(wantNames(redis, keys, [of], clock.now()));
      const until = performance.now() + NAMES_WITHIN_MS;
      for (;;) {
        const found = await inTime(findNames(redis, keys, of, { beginning, most: MOST_NAMES, maySee }));
        // Slack asks again only once more is typed, so the first answer waits a moment for the list.
        if (found !== undefined || performance.now() > until) return found;
        await sleep(LOOK_EVERY_MS);
      }
    },
  };
}

function whatItSays(parse: () => ParsedLine): { command: string; typed: Typed } {
  try {
    const { name, typed } = parse();
    return { command: name, typed };
  } catch (error) {
    if (error instanceof LineError) return error;
    throw error;
  }
}

/** Slack waits three seconds for a form or its options. */
async function inTime<T>(asked: Promise<T>): Promise<T> {
  const answer = await within(DEADLINE_MS, asked);
  if (answer !== NO_ANSWER) return answer;
  throw new UserError('Redis does not answer, so nothing has changed. Try again in a moment.');
}
