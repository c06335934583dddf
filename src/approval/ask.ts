import { type Needs, sayNeeds } from '../policy/needs.ts';
import type { PlanAllowed } from '../policy.ts';
import type { Core } from '../process/core.ts';
import type { Mention } from '../reply.ts';
import { type FrozenPlan, isChange, type Request, userOf } from '../request.ts';
import { nextRoles } from './unanswered.ts';

/** More direct messages than this would wake a whole company; the mention of their group stays. */
const DIRECT_MESSAGES_AT_MOST = 20;

/** Where the card goes and who is asked first. @returns how the record changes when the plan begins to wait. */
export async function askApprovers(
  core: Core,
  request: Request,
  { plan, hash, allowed }: { plan: FrozenPlan; hash: string; allowed: PlanAllowed },
): Promise<(draft: Request) => void> {
  const { config, store } = core;
  const { approval, expiresMs } = allowed;
  const asked = request.place.kind === 'channel' ? request.place : undefined;
  const channel = approval?.channel ?? asked?.channel ?? config.channels.approvals;
  const thread = asked?.channel === channel ? asked.thread : undefined;
  const tell = userOf(request);
  const { roles, mentions, users } = await firstAsked(core, approval?.needs ?? [], tell);
  return (draft) => {
    draft.plan = plan;
    draft.hash = hash;
    draft.card = { kind: 'channel', channel, ...(thread ? { thread } : {}), ...(tell ? { tell } : {}) };
    draft.mentions = mentions;
    draft.asked = users;
    draft.approval = {
      needs: approval?.needs ?? [],
      channel,
      expiresMs,
      expiresAt: store.clock.now() + expiresMs,
      ...(approval ? { escalateAfterMs: approval.escalateAfterMs, firstAsked: roles } : {}),
      // Only a job can be held to what was typed, and only what it came to be signed.
      ...(approval?.breakGlass && isChange({ plan }) ? { breakGlass: approval.breakGlass } : {}),
    };
    draft.missing = sayNeeds(draft.approval.needs);
    draft.state = plan.typed !== undefined ? 'planned' : approval ? 'waiting' : 'queued';
  };
}

export interface Asked {
  roles: string[];
  mentions: Mention[];
  users: string[];
}

/** Of each need the first role, and the owners of its projects. */
async function firstAsked(core: Core, needs: Needs, requester: string | undefined): Promise<Asked> {
  const owners = needs.flatMap(({ users = [] }) => users);
  return askFrom(core, needs, { before: new Set(), owners, requester });
}

/** Of each need the next role; where that reaches nobody but the requester, the one after it at once. */
export async function askFrom(
  core: Core,
  needs: Needs,
  { before, owners = [], requester }: { before: ReadonlySet<string>; owners?: readonly string[]; requester: string | undefined },
): Promise<Asked> {
  const roles: string[] = [];
  const groups = new Set<string>();
  const users = new Set(owners);
  for (;;) {
    const next = nextRoles(needs, new Set([...before, ...roles]));
    roles.push(...next);
    const found = await peopleOf(core, next);
    for (const group of found.groups) groups.add(group);
    for (const user of found.users) users.add(user);
    if (requester !== undefined) users.delete(requester);
    if (next.length === 0 || users.size > 0 || found.someUnknown) break;
  }
  const mentions: Mention[] = groups.size > 0 ? [...groups].map((group) => ({ group })) : [...users].map((user) => ({ user }));
  return { roles, mentions, users: [...users].slice(0, DIRECT_MESSAGES_AT_MOST) };
}

async function peopleOf(
  { config, directory, log }: Core,
  roles: readonly string[],
): Promise<{ groups: string[]; users: string[]; someUnknown: boolean }> {
  const groups = [...new Set(roles.flatMap((role) => config.roles[role]?.groups ?? []))];
  const users = roles.flatMap((role) => config.roles[role]?.users ?? []);
  let someUnknown = false;
  for (const group of groups) {
    try {
      users.push(...(await directory.groupMembers(group, { fresh: false })));
    } catch (error) {
      // Their mention still reaches them.
      log.warn({ err: error, group }, 'group members unknown, no direct messages to them');
      someUnknown = true;
    }
  }
  return { groups, users, someUnknown };
}
