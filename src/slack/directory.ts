import { WebAPIPlatformError, type WebClient } from '@slack/web-api';
import type { Redis } from 'ioredis';
import type { Directory } from '../outbox/delivery.ts';
import { keepMembers, knownMembers } from '../policy/groups.ts';
import type { Call } from './calls.ts';

const GROUP_KNOWN_MS = 60_000;

/** What Slack knows about people and channels. What it does not know grants nothing. */
export function createDirectory(
  client: WebClient,
  call: Call,
  { workspace, redis, prefix }: { workspace(): Promise<{ teamId: string }>; redis: Redis; prefix: string },
): Directory {
  return {
    async isMember(channel) {
      const answer = await call({ method: 'conversations.info' }, () =>
        unless(['channel_not_found', 'method_not_supported_for_channel_type'], () => client.conversations.info({ channel })),
      );
      return answer?.channel?.is_member === true || answer?.channel?.is_im === true;
    },

    async groupMembers(group, { fresh }) {
      const known = fresh ? undefined : await knownMembers(redis, prefix, group);
      if (known && known.ageMs < GROUP_KNOWN_MS) return known.members;
      const answer = await call({ method: 'usergroups.users.list' }, () => client.usergroups.users.list({ usergroup: group }));
      const members = answer.users ?? [];
      await keepMembers(redis, prefix, group, members);
      return members;
    },

    async findUser(id) {
      const answer = await call({ method: 'users.info' }, () =>
        unless(['user_not_found', 'user_not_visible'], () => client.users.info({ user: id })),
      );
      const user = answer?.user;
      if (user?.id === undefined) return undefined;
      const team = user.team_id ?? '';
      const { teamId: own } = await workspace();
      const ours = team === own || user.enterprise_user?.teams?.includes(own) === true;
      const deleted = user.deleted === true;
      return {
        id: user.id,
        name: user.profile?.display_name || user.real_name || user.name || user.id,
        team,
        stranger: !ours || user.is_stranger === true || deleted,
        deleted,
        bot: user.is_bot === true,
      };
    },
  };
}

/** Undefined where Slack refuses with one of these. */
async function unless<T>(refusals: string[], run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof WebAPIPlatformError && refusals.includes(error.data.error)) return undefined;
    throw error;
  }
}
