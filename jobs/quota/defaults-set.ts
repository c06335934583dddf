import { z } from 'zod';
import { defineJob } from '../../src/job.ts';
import { QUOTA_VERSION } from '../../src/openstack/compute-quotas.ts';
import { newValues, problemsIn, ServicePayload, setUnlessSet, tableOfNow, whatTook, whatWasSet } from '../../src/quotas/apply.ts';
import { typedOf } from '../../src/quotas/change.ts';
import { readDefaults, writeDefaults } from '../../src/quotas/defaults.ts';

/**
 * Sets the limits that projects without their own have, one service after the other. Safe to run again: each is looked at first, what has
 * its value is passed over, and what somebody else has changed since is left alone and named.
 */
export default defineJob({
  payload: z.object({ services: z.array(ServicePayload) }),
  microversions: ({ services }) => (services.some(({ id }) => id === 'compute') ? { compute: QUOTA_VERSION } : {}),

  undo: ({ services }, did) => ({ line: `quota defaults set ${typedOf(whatTook(services, did), 'was')}` }),

  async run({ services }, context) {
    const outcomes = await context.converge(services, {
      async step(service, _seen, { openstack, begun }) {
        context.progress(`${service.name}'s default quotas.`);
        const step = await setUnlessSet(service, {
          read: () => readDefaults(openstack, service.id),
          write: (limits) => writeDefaults(openstack, service.id, limits),
        });
        return begun && step.state === 'already' ? { ...step, state: 'done' } : step;
      },
    });
    const partly = whatWasSet(outcomes);
    return {
      text: partly
        ? `The default quotas were ${partly}.`
        : `Projects without limits of their own now have ${newValues(services)}.`,
      lines: problemsIn(outcomes),
      table: await tableOfNow(services, (service) => readDefaults(context.openstack, service)),
      outcomes,
    };
  },
});
