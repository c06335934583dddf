import type { Check, Health } from '../http/server.ts';
import { rolesOf } from '../policy/people.ts';
import type { Core } from './core.ts';
import { workersAlive } from './heartbeat.ts';

/** Alive: this process can do its work. Ready: so can what it depends on, and what stackhand.yaml names is there. */
export function healthOf(core: Core, connected: (() => boolean) | undefined): Health {
  const isOurs = remembered((channel) => core.directory.isMember(channel));
  const redis = (): Promise<Check> => check('redis', async () => void (await core.store.redis.ping()));
  return {
    live: async () => [await redis()],
    async ready() {
      return [
        await redis(),
        await check('workers', async () => {
          if ((await workersAlive(core.store)) === 0) throw new Error('no worker was heard from lately');
        }),
        ...(connected ? [await check('slack', async () => (connected() ? undefined : fail('not connected')))] : []),
        await check('user groups', () => groupsAreKnown(core)),
        await check('channels', () => channelsAreOurs(core, isOurs)),
      ];
    },
  };
}

function fail(why: string): never {
  throw new Error(why);
}

async function check(name: string, look: () => Promise<void>): Promise<Check> {
  try {
    await look();
    return { name, ok: true };
  } catch (error) {
    return { name, ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

/** A group that Slack does not know grants nothing. */
async function groupsAreKnown({ config, directory }: Core): Promise<void> {
  // Nobody has this ID, so every group is asked for.
  const { unknownGroups } = await rolesOf('', config.roles, directory, { fresh: false });
  if (unknownGroups.length > 0) fail(`unknown to Slack: ${unknownGroups.join(', ')}`);
}

async function channelsAreOurs({ config }: Core, isOurs: (channel: string) => Promise<boolean>): Promise<void> {
  const { approvals, audit } = config.channels;
  const alerts = config.alerts ? [config.alerts.channel, ...config.alerts.routes.map(({ channel }) => channel)] : [];
  const channels = [...new Set([approvals, ...(audit ? [audit] : []), ...alerts])];
  const there = await Promise.all(channels.map(isOurs));
  const missing = channels.filter((_, index) => !there[index]);
  if (missing.length > 0) fail(`not a member of ${missing.join(', ')}: /invite @stackhand there`);
}

const MEMBER_FOR_MS = 60_000;

/** What was so is taken to be so for a minute: probes come often, and Slack answers some fifty such questions a minute. */
function remembered(look: (channel: string) => Promise<boolean>): (channel: string) => Promise<boolean> {
  const since = new Map<string, number>();
  return async (channel) => {
    const at = since.get(channel);
    if (at !== undefined && performance.now() - at < MEMBER_FOR_MS) return true;
    const now = performance.now();
    const isSo = await look(channel);
    if (isSo) since.set(channel, now);
    else since.delete(channel);
    return isSo;
  };
}
