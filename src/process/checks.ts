import type { Check } from '../check.ts';
import type { HandingOver } from '../requests/hold.ts';
import { type Repeating, repeat } from './repeat.ts';

interface Due {
  name: string;
  check: Check;
  cloud: string;
  region: string;
}

/**
 * Runs the checks of jobs/check/ on each cloud and region: one worker for all of them, whoever first finds that a check's key has gone. The
 * first look comes when its time has passed once: a start is no reason to ask every service of a cloud at once.
 */
export function startChecks(core: HandingOver): Repeating {
  const { registry, clouds } = core;
  const all = registry.checks.flatMap(({ name, check }) =>
    clouds.names.flatMap((cloud) => clouds.regionsOf(cloud).map((region): Due => ({ name, check, cloud, region }))),
  );
  const running = new Set<Promise<void>>();
  let first = true;
  const loop = repeat(async () => {
    try {
      const due = await takeDue(core, all);
      // What nobody had taken before now is due in its own time.
      for (const one of first ? [] : due) {
        const run = look(core, one).finally(() => running.delete(run));
        running.add(run);
      }
      first = false;
    } catch (error) {
      core.log.warn({ err: error }, 'checks not looked for');
    }
    return core.pace.checkMs;
  });
  return {
    kick: loop.kick,
    async stop() {
      await loop.stop();
      await Promise.all(running);
    },
  };
}

/** Whoever sets its key looks; the key goes when the next look is due. */
async function takeDue({ store: { redis, keys }, worker }: HandingOver, all: readonly Due[]): Promise<Due[]> {
  if (all.length === 0) return [];
  const keyOf = ({ name, cloud, region }: Due): string => keys.check(name, cloud, region);
  // One call for all, as mostly there is nothing to take.
  const taken = await redis.mget(all.map(keyOf));
  const free = all.filter((_, index) => taken[index] === null);
  const mine = await Promise.all(free.map((due) => redis.set(keyOf(due), worker, 'PX', due.check.everyMs, 'NX')));
  return free.filter((_, index) => mine[index] === 'OK');
}

async function look(core: HandingOver, { name, check, cloud, region }: Due): Promise<void> {
  const late = AbortSignal.timeout(check.everyMs);
  const signal = core.handOver ? AbortSignal.any([core.handOver, late]) : late;
  const log = core.log.child({ check: name, cloud, region });
  try {
    await check.run({ openstack: core.clouds.reader(cloud, region, signal), cloud, region, core, signal, log });
  } catch (error) {
    if (!core.handOver?.aborted) log.warn({ err: error }, 'check ended early');
  }
}
