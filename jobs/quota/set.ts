import { z } from 'zod';
import { defineJob } from '../../src/job.ts';
import { QUOTA_VERSION } from '../../src/openstack/compute-quotas.ts';
import { getQuotas, quotaValue, updateQuotas } from '../../src/openstack/quotas.ts';
import { newValues, problemsIn, ServicePayload, setUnlessSet, tableOfNow, whatTook, whatWasSet } from '../../src/quotas/apply.ts';
import { typedOf } from '../../src/quotas/change.ts';
import { code } from '../../src/reply.ts';

/**
 * Sets a project's quotas, one service after the other. Safe to run again: each service is looked at first, what has its value is
 * passed over, and what neither has the old nor the new one is left alone and named. One service's failure does not stop the others; what
 * was set stays. The same job takes a temporary change back, with old and new the other way round.
 */
export default defineJob({
  payload: z.object({ project: z.object({ id: z.string(), name: z.string() }), services: z.array(ServicePayload) }),
  microversions: ({ services }) => (services.some(({ id }) => id === 'compute') ? { compute: QUOTA_VERSION } : {}),

  undo: ({ project, services }, did) => ({ line: `quota set ${project.id} ${typedOf(whatTook(services, did), 'was')}` }),

  async run({ project, services: approved }, context) {
    const services = approved
      .map((service) => without(service, context.except))
      .filter(({ limits }) => Object.keys(limits).length > 0);
    if (services.length === 0)
      return { text: `Nothing goes back in project ${code(project.name)}: somebody has decided otherwise since.`, outcomes: [] };
    const outcomes = await context.converge(services, {
      async step(service, _seen, { openstack, begun }) {
        context.progress(`${service.name}'s quotas of ${code(project.name)}.`);
        const step = await setUnlessSet(service, {
          read: () => getQuotas(openstack, service.id, project.id),
          write: (limits) => updateQuotas(openstack, service.id, project.id, limits),
        });
        return begun && step.state === 'already' ? { ...step, state: 'done' } : step;
      },
    });
    const partly = whatWasSet(outcomes);
    return {
      text: partly
        ? `The quotas of project ${code(project.name)} were ${partly}.`
        : `Project ${code(project.name)} now has ${newValues(services)}.`,
      lines: problemsIn(outcomes),
      table: await tableOfNow(services, (service) => getQuotas(context.openstack, service, project.id)),
      outcomes,
    };
  },
});

/** Without the values that somebody has decided about since this was approved. */
function without(service: ServicePayload, except: ReadonlySet<string>): ServicePayload {
  const limits = Object.entries(service.limits).filter(([key]) => !except.has(quotaValue(service.id, key)));
  return { ...service, limits: Object.fromEntries(limits) };
}
