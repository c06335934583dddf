import { setTimeout as sleep } from 'node:timers/promises';
import type { Who } from '../command.ts';
import type { StackhandYaml } from '../config-schema.ts';
import { DeliveryError, NotAllowed, UserError } from '../errors.ts';
import type { StoredClick } from '../intake/intake.ts';
import { type Asker, decideLine, type Refusal } from '../policy.ts';
import type { Core } from '../process/core.ts';
import type { NamedCommand } from '../registry.ts';
import { code } from '../reply.ts';
import type { Request } from '../request.ts';
import { RolesUnknown, rolesOf, slackUserOf } from './people.ts';

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

function notMapped(requester: Request['requester']): string {
  const who = requester.kind === 'terminal' ? `The Unix user ${code(requester.unixUser)}` : 'Whoever asked';
  return `${who} is no Slack user in the stackhand.yaml of this Stackhand. Whoever keeps that adds it under ${code('terminal')}.`;
}

/**
 * For a click. Who is in the groups of the `decisive` roles is asked of Slack anew; where it does not answer, the click does not count.
 * Slack lets us ask for few groups a minute, so what decides nothing is not asked for again.
 */
export async function whoClicks(
  { config, directory }: Core,
  { user }: Pick<StoredClick, 'user'>,
  decisive: readonly string[],
): Promise<Person> {
  const found = await patiently(() => directory.findUser(user));
  if (!found || found.stranger || found.deleted) throw new NotAllowed('Only members of this workspace decide here.');
  const rolesWhere = (wanted: boolean): StackhandYaml['roles'] =>
    Object.fromEntries(Object.entries(config.roles).filter(([role]) => decisive.includes(role) === wanted));
  const fresh = await patiently(() => rolesOf(user, rolesWhere(true), directory, { fresh: true }));
  const others = await rolesOf(user, rolesWhere(false), directory, { fresh: false });
  return { asker: { user, roles: [...fresh.roles, ...others.roles], unsure: others.unsure }, name: found.name };
}

/** For a stop, which must not wait for Slack: what it said a while ago will do, and a requester needs no role at all. */
export async function whoStops({ config, directory }: Core, { user }: Pick<StoredClick, 'user'>): Promise<Person> {
  const found = await directory.findUser(user).catch((error: unknown) => {
    if (error instanceof DeliveryError) return { name: user, stranger: false, deleted: false };
    throw error;
  });
  if (!found || found.stranger || found.deleted) throw new NotAllowed('Only members of this workspace decide here.');
  const { roles, unsure } = await rolesOf(user, config.roles, directory, { fresh: false });
  return { asker: { user, roles, unsure }, name: found.name };
}

/** Waits where only a limit keeps us from asking: a clicker rather waits than clicks again. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let left = PATIENCE_MS; ; ) {
    try {
      return await ask();
    } catch (error) {
      const cause = error instanceof RolesUnknown ? error.cause : error;
      if (!(cause instanceof DeliveryError)) throw error;
      const wait = cause.retryAfterMs;
      if (wait === undefined || wait > left) throw slackSilent(error);
      left -= wait;
      await sleep(wait);
    }
  }
}

function slackSilent(cause: unknown): UserError {
  return new UserError('Slack did not tell me which groups you are in, so your click did not count. Click again in a minute.', {
    cause,
  });
}

async function nameOf({ directory }: Core, user: string): Promise<string> {
  const found = await directory.findUser(user).catch(() => undefined);
  return found?.name ?? user;
}

/** What commands may know of the asker. */
export function asWho(core: Core, { asker, name }: Person, requester: Request['requester'], channel: string | undefined): Who {
  return {
    requester,
    name,
    roles: [...asker.roles],
    ...(asker.user === undefined ? {} : { user: asker.user }),
    mayUse: (command) => mayUse(core, asker, command, channel),
  };
}

/** The policy's first question, for help, suggestions and stops. */
export function mayUse(
  core: Pick<Core, 'config' | 'clouds' | 'registry'>,
  asker: Asker,
  command: string,
  channel: string | undefined,
): boolean {
  const named = core.registry.findCommand(command);
  return named !== undefined && decideAnywhere(core, asker, named, channel).allowed;
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
