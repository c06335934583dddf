import { listDown } from '../brake/down-book.ts';
import { liftBrake } from '../brake/lift.ts';
import type { Who } from '../command-context.ts';
import type { Core } from '../process/core.ts';
import { freezeCloud, thawCloud } from './freeze.ts';
import { readStandstill } from './standstill.ts';
import type { StandstillBook } from './standstill-book.ts';

/** Of one request, in whose name it freezes and thaws. */
export function createStandstillBook(
  core: Core,
  request: number,
  { requester, user, name = user ?? 'somebody' }: Who,
): StandstillBook {
  const by = user ?? (requester.kind === 'terminal' ? requester.unixUser : name);
  return {
    find: (cloud) => readStandstill(core.store, cloud),
    freeze: (cloud, reason) => freezeCloud(core, cloud, { by, name, reason, at: core.store.clock.now(), request }),
    async down(cloud) {
      const regions = core.clouds.regionsOf(cloud);
      const down = await Promise.all(regions.map((region) => listDown(core.store, { cloud, region })));
      return Object.fromEntries(regions.map((region, index) => [region, down[index] ?? []]));
    },
    lift: (lift) => liftBrake(core, lift, { request, name }),
    thaw: (thaw) => thawCloud(core, thaw, { request, name }),
  };
}
