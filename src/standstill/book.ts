import type { Who } from '../command.ts';
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
    thaw: (thaw) => thawCloud(core, thaw, { request, name }),
  };
}
