import { sayNeeds } from '../policy/needs.ts';
import type { PlanAllowed } from '../policy.ts';
import type { Core } from '../process/core.ts';
import type { Mention } from '../reply.ts';
import { type Approval, type FrozenPlan, type Request, userOf } from '../request.ts';

/** More direct messages than this would wake a whole company; the mention of their group stays. */
const DIRECT_MESSAGES_AT_MOST = 20;

/** Where the card goes and who is asked. @returns how the record changes when the plan begins to wait. */
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
  const people = approval ? await approversOf(core, approval, tell) : { mentions: [], users: [] };
  return (draft) => {
    draft.plan = plan;
    draft.hash = hash;
    draft.card = { kind: 'channel', channel, ...(thread ? { thread } : {}), ...(tell ? { tell } : {}) };
    draft.mentions = people.mentions;
    draft.asked = people.users;
    draft.approval = { needs: approval?.needs ?? [], channel, expiresMs, expiresAt: store.clock.now() + expiresMs };
    draft.missing = sayNeeds(draft.approval.needs);
    draft.state = plan.typed !== undefined ? 'planned' : approval ? 'waiting' : 'queued';
  };
}

async function approversOf(
  { config, directory, log }: Core,
  { needs }: Pick<Approval, 'needs'>,
  requester: string | undefined,
): Promise<{ mentions: Mention[]; users: string[] }> {
  const groups = new Set<string>();
  const users = new Set<string>();
  for (const need of needs) {
    for (const user of need.users ?? []) users.add(user);
    for (const role of need.roles) {
      for (const group of config.roles[role]?.groups ?? []) groups.add(group);
      for (const user of config.roles[role]?.users ?? []) users.add(user);
    }
  }
  const mentions: Mention[] = [...groups].map((group) => ({ group }));
  if (mentions.length === 0) mentions.push(...[...users].filter((user) => user !== requester).map((user) => ({ user })));
  for (const group of groups) {
    try {
      for (const user of await directory.groupMembers(group, { fresh: false })) users.add(user);
    } catch (error) {
      // Their mention still reaches them.
      log.warn({ err: error, group }, 'group members unknown, no direct messages to them');
    }
  }
  if (requester !== undefined) users.delete(requester);
  return { mentions, users: [...users].slice(0, DIRECT_MESSAGES_AT_MOST) };
}
