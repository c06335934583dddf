import { lookForMassDown } from '../../src/brake/look.ts';
import { mendStandstill } from '../../src/brake/pull.ts';
import { defineCheck } from '../../src/check.ts';

/** Looks whether so much of a cloud is down at once that nothing is to be changed there, and pulls its brake. 2 calls. */
export default defineCheck({
  everyMs: 30_000,

  async run({ openstack, cloud, region, core }) {
    // Before the look, which the cloud may not answer: whoever froze, thawed or braked it may have died in the middle of that.
    await mendStandstill(core, cloud);
    await lookForMassDown(core, { cloud, region }, openstack);
  },
});
