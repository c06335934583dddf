import { setTimeout as sleep } from 'node:timers/promises';
import type { NamedContact, Who } from '../command-context.ts';
import type { StackhandYaml } from '../config-schema.ts';
import { DeliveryError, NotAllowed, UserError } from '../errors.ts';
import type { StoredClick } from '../intake/intake.ts';
import { type Asker, decideLine, type Refusal } from '../policy.ts';
import type { Core } from '../process/core.ts';
import type { NamedCommand } from '../registry.ts';
import { code } from '../reply.ts';
import type { Request } from '../request.ts';
import type { Owner } from '../target.ts';
import { contactsOf } from './contacts.ts';
import { projectOwners } from './needs.ts';
import { type Roles, RolesUnknown, rolesOf, slackUserOf } from './people.ts';

const PATIENCE_MS = 10_000;

/** Who is behind a line or a click, as the policy sees them. */
export interface Person {
  asker: Asker;
  name: string;
}

/** For a line: roles by ID count even while Slack is away. */
export async function whoAsks(core: Core, { requester }: Request): Promise<Person> {
  const { config, directory, log } = core;
  if (requester.kind === 'schedule') return { asker: { roles: [] }, name: requester.name };
  const { user } = requester;
  if (user === undefined) throw new NotAllowed(notMapped(requester));
  const { roles, unsure, unknownGroups } = await rolesOf(user, config.roles, directory, { fresh: false });
  if (unknownGroups.length > 0) log.warn({ groups: unknownGroups }, 'groups unknown to slack grant nothing');
  const name = requester.kind === 'terminal' ? requester.unixUser : await nameOf(core, user);
  return { asker: { user, roles, unsure }, name };
}

/** A terminal's line as whoever the worker's own stackhand.yaml says, whatever came with it. */
export function mapTerminalUser(draft: Request, { terminal }: StackhandYaml): void {
  const { requester } = draft;
  if (requester.kind !== 'terminal') return;
  const user = slackUserOf(requester.unixUser, terminal);
  draft.requester = { kind: 'terminal', unixUser: requester.unixUser, ...(user === undefined ? {} : { user }) };
}

/** Said to whoever stands in no `terminal` of stackhand.yaml. */
export function notMapped(requester: Request['requester']): string {
  const who = requester.kind === 'terminal' ? `The Unix user ${code(requester.unixUser)}` : 'Whoever asked';
  return `${who} is no Slack user in the stackhand.yaml of this Stackhand. Whoever keeps that adds it under ${code('terminal')}.`;
}

/** Whoever clicked a button, or typed a vote at a terminal. */
export interface Clicker {
  /** Slack user ID. */
  user: string;
  /** At a terminal: the Unix user, who is that Slack user by the worker's own stackhand.yaml. */
  unixUser?: string | undefined;
}

/**
 * For a click. Who is in the groups of the `decisive` roles is asked of Slack anew; where it does not answer, a click in Slack does not
 * count. At a terminal stackhand.yaml says who somebody is, so that work goes on while Slack is away: roles by ID count, and those whose
 * members Slack does not tell are `unsure`. Whom Slack does call a stranger or deactivated decides nothing, wherever.
 * Slack lets us ask for few groups a minute, so what decides nothing is not asked for again.
 */
export async function whoClicks(
  { config, directory }: Core,
  { user, unixUser }: Clicker,
  decisive: readonly string[],
): Promise<Person> {
  const rolesWhere = (wanted: boolean): StackhandYaml['roles'] =>
    Object.fromEntries(Object.entries(config.roles).filter(([role]) => decisive.includes(role) === wanted));
  const found = await patiently(() => directory.findUser(user));
  if ('said' in found) mustBeMember(found.said);
  else if (unixUser === undefined) throw slackSilent(found.silent);
  const fresh = await patiently(() => rolesOf(user, rolesWhere(true), directory, { fresh: true }));
  if ('silent' in fresh && unixUser === undefined) throw slackSilent(fresh.silent);
  const decided = 'said' in fresh ? fresh.said : knownWithout(fresh.silent);
  // A Slack that hangs need not be waited for a third time.
  const others = await rolesOf(user, rolesWhere(false), 'said' in found ? directory : NOBODY_TELLS, { fresh: false });
  return {
    asker: { user, roles: [...decided.roles, ...others.roles], unsure: [...decided.unsure, ...others.unsure] },
    name: 'said' in found ? (found.said?.name ?? user) : (unixUser ?? user),
  };
}

/** For a stop, which must not wait for Slack: what it said a while ago will do, and a requester needs no role at all. */
export async function whoStops({ config, directory }: Core, { user }: Pick<StoredClick, 'user'>): Promise<Person> {
  const found = await directory.findUser(user).catch((error: unknown) => {
    if (error instanceof DeliveryError) return { name: user, stranger: false, deleted: false };
    throw error;
  });
  mustBeMember(found);
  const { roles, unsure } = await rolesOf(user, config.roles, directory, { fresh: false });
  return { asker: { user, roles, unsure }, name: found.name };
}

function mustBeMember<T extends { stranger: boolean; deleted: boolean }>(found: T | undefined): asserts found is T {
  if (!found || found.stranger || found.deleted) throw new NotAllowed('Only members of this workspace decide here.');
}

const NOBODY_TELLS = {
  groupMembers(): Promise<string[]> {
    return Promise.reject(new DeliveryError('unreachable', { final: false }));
  },
};

type Asked<T> = { said: T } | { silent: DeliveryError | RolesUnknown };

/** For their Home, where roles by ID count even while Slack is away; undefined for whom nothing here is meant. Throws DeliveryError. */
export async function whoLooks(
  { config, log }: Pick<Core, 'config' | 'log'>,
  directory: Pick<Core['directory'], 'findUser' | 'groupMembers'>,
  user: string,
): Promise<Person | undefined> {
  const found = await directory.findUser(user);
  if (!found || found.stranger || found.deleted || found.bot) return undefined;
  const { roles, unsure, unknownGroups } = await rolesOf(user, config.roles, directory, { fresh: false });
  if (unknownGroups.length > 0) log.debug({ groups: unknownGroups }, 'groups unknown to slack grant nothing');
  return { asker: { user, roles, unsure }, name: found.name };
}

/** Waits where only a limit keeps us from asking: a clicker rather waits than clicks again. */
async function patiently<T>(ask: () => Promise<T>): Promise<Asked<T>> {
  for (let left = PATIENCE_MS; ; ) {
    try {
      return { said: await ask() };
    } catch (error) {
      if (!(error instanceof DeliveryError || error instanceof RolesUnknown)) throw error;
      const cause = error instanceof RolesUnknown ? error.cause : error;
      const wait = cause instanceof DeliveryError ? cause.retryAfterMs : undefined;
      if (wait === undefined || wait > left) return { silent: error };
      left -= wait;
      await sleep(wait);
    }
  }
}

function knownWithout(silent: DeliveryError | RolesUnknown): Roles {
  if (silent instanceof RolesUnknown) return silent.known;
  throw silent;
}

function slackSilent(cause: unknown): UserError {
  return new UserError('Slack did not tell me which groups you are in, so your click did not count. Click again in a minute.', {
    cause,
  });
}

/** Whom stackhand.yaml names for a project, as people read it; a channel by its ID, which Slack shows as its name only where it is a link. */
export async function namedContacts(core: Core, project: Owner): Promise<NamedContact[]> {
  return Promise.all(
    contactsOf(project, core.config.projects).map(async (to) => ({
      to,
      name: 'user' in to ? `@${await nameOf(core, to.user)}` : to.channel,
    })),
  );
}

async function nameOf({ directory }: Core, user: string): Promise<string> {
  const found = await directory.findUser(user).catch(() => undefined);
  return found?.name ?? user;
}

/** Whom stackhand.yaml names as a project's owners, as Slack shows them. */
export async function ownerNames(core: Core, project: Owner): Promise<string[]> {
  return Promise.all(projectOwners(project, core.config.projects).map((user) => nameOf(core, user)));
}

/** What commands may know of the asker. */
export function asWho(core: Core, { asker, name }: Person, requester: Request['requester'], channel: string | undefined): Who {
  return {
    requester,
    name,
    roles: [...asker.roles],
    ...(asker.user === undefined ? {} : { user: asker.user }),
    mayUse: (command, cloud) => mayUse(core, asker, command, channel, cloud),
  };
}

/** The policy's first question, for help, suggestions and stops. */
export function mayUse(
  core: Pick<Core, 'config' | 'clouds' | 'registry'>,
  asker: Asker,
  command: string,
  channel: string | undefined,
  cloud?: string,
): boolean {
  const named = core.registry.findCommand(command);
  if (named === undefined) return false;
  if (cloud === undefined || named.command.cloud === false) return decideAnywhere(core, asker, named, channel).allowed;
  const { name, command: found } = named;
  return decideLine({ policy: core.config, asker, command: name, effect: found.effect, channel, cloud }).allowed;
}

/** The same before a cloud is chosen: whether there is any on which they may. */
export function decideAnywhere(
  { config, clouds }: Pick<Core, 'config' | 'clouds'>,
  asker: Asker,
  { name, command }: Pick<NamedCommand, 'name' | 'command'>,
  channel: string | undefined,
): { allowed: true } | Refusal {
  const question = { policy: config, asker, command: name, effect: command.effect, channel };
  if (command.cloud === false) return decideLine(question);
  const [first, ...others] = clouds.names.map((cloud) => decideLine({ ...question, cloud }));
  return [first, ...others].find((decision) => decision?.allowed) ?? first ?? decideLine(question);
}
