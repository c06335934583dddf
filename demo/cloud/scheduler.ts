import { fits, takenBy, usesOf } from './allocations.ts';
import { isDown } from './nova-services.ts';
import type { CloudState } from './state.ts';
import type { Flavor } from './state-compute.ts';

export interface Wanted {
  flavor: Flavor;
  imageId: string | null;
  /** Just this one, which the filters are not asked about. */
  forced?: string | null;
  /** Just this one, where the filters let it pass. */
  only?: string | null;
  /** Never this one. */
  not?: string | null;
  zone?: string | null;
}

export type Scheduled = { host: string } | { fault: string };

const NO_VALID_HOST = 'No valid host was found. ';

/**
 * The host with most memory left, as nova's weighers do where hosts are alike. Placement leaves out those that are full or disabled, of
 * which nova then says no reason; its own filters those that are down. Source: nova/scheduler/manager.py, select_destinations
 */
export function schedule(
  state: CloudState,
  { flavor, imageId, forced = null, only = null, not = null, zone = null }: Wanted,
): Scheduled {
  const named = forced ?? only;
  if (named !== null && !state.hosts.some(({ name }) => name === named)) {
    return { fault: `${NO_VALID_HOST}No such host - host: ${named} node: None ` };
  }
  const uses = usesOf(state);
  const takes = takenBy(flavor, imageId);
  const candidates = state.hosts.filter(
    (host) =>
      (named === null || host.name === named) &&
      (zone === null || host.zone === zone) &&
      host.status === 'enabled' &&
      fits(state, host, uses.of(host), takes),
  );
  if (candidates.length === 0) return { fault: NO_VALID_HOST };
  const left = candidates
    .filter((host) => host.name !== not && (forced !== null || !isDown(host)))
    .map((host) => ({ name: host.name, left: host.memoryMiB - uses.of(host).MEMORY_MB }))
    .sort((a, b) => b.left - a.left);
  return left[0] ? { host: left[0].name } : { fault: `${NO_VALID_HOST}There are not enough hosts available.` };
}
