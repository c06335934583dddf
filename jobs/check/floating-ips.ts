import { defineCheck } from '../../src/check.ts';
import { bookAfter, LOOK_EVERY_MS, LOOKS } from '../../src/floating-ips/looks.ts';
import { listFloatingIps } from '../../src/openstack/floating-ips.ts';
import { keepSeen, seenBy } from '../../src/process/seen.ts';

/**
 * Notes which floating IPs are in use and which are not, for `floating ip cleanup`. One call. A look that fails notes nothing: what was known
 * before stays so.
 */
export default defineCheck({
  everyMs: LOOK_EVERY_MS,

  async run({ openstack, cloud, region, core: { store } }) {
    const ips = await listFloatingIps(openstack);
    const before = await seenBy(store, LOOKS, cloud, region);
    await keepSeen(store, { check: LOOKS, cloud, region }, before, bookAfter(before, ips, store.clock.now()));
  },
});
