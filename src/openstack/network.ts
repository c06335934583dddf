import { z } from 'zod';
import type { Limits, QuotaUses } from './quota-set.ts';
import type { Session } from './session.ts';

const LimitsBody = z.object({ quota: z.record(z.string(), z.number()) });

/**
 * A project's quotas with their use; which there are depends on neutron's extensions. GET /quotas/{project}/details.json
 * (extension `quota_details`, since Pike). Neutron knows no projects: it answers any text with its defaults, so the ID must be
 * keystone's. `forbidden` for another project than one's own. Source: neutron/extensions/quotasv2_detail.py
 */
export async function getNetworkQuota(os: Session, projectId: string): Promise<QuotaUses> {
  const { quota } = await os.request({
    service: 'network',
    method: 'GET',
    path: `/quotas/${encodeURIComponent(projectId)}/details.json`,
    response: z.object({
      quota: z.record(
        z.string(),
        z.object({ limit: z.number(), used: z.number(), reserved: z.number() }).transform(({ limit, used, reserved }) => ({
          limit,
          in_use: used,
          reserved,
        })),
      ),
    }),
  });
  return quota;
}

/**
 * What a project has where nobody set it anything else. GET /quotas/{project}/default. Neutron has no quota class: its defaults stand
 * in neutron.conf, and no call changes them. `forbidden` for another project than one's own.
 */
export async function getDefaultNetworkQuota(os: Session, projectId: string): Promise<Limits> {
  const { quota } = await os.request({
    service: 'network',
    method: 'GET',
    path: `/quotas/${encodeURIComponent(projectId)}/default`,
    response: LimitsBody,
  });
  return quota;
}

/**
 * Sets some of a project's quotas, and leaves the others. PUT /quotas/{project}. Limits below what is in use are taken silently before
 * 2025.1, and projects that do not exist always: look before. `bad_request` for an unknown name. Source: neutron/extensions/quotasv2.py
 */
export async function updateNetworkQuota(os: Session, projectId: string, limits: Limits): Promise<void> {
  await os.request({
    service: 'network',
    method: 'PUT',
    path: `/quotas/${encodeURIComponent(projectId)}`,
    body: { quota: limits },
    response: z.object({ quota: z.unknown() }),
  });
}

export const NetworkAgent = z.object({
  id: z.string(),
  agent_type: z.string(),
  binary: z.string(),
  host: z.string(),
  alive: z.boolean(),
  admin_state_up: z.boolean(),
  /** When it reported last, by neutron's clock, which is UTC. */
  heartbeat_timestamp: z.string().nullish(),
});
export type NetworkAgent = z.infer<typeof NetworkAgent>;

/** Neutron's agents. GET /agents. An empty list, not `forbidden`, for who is no admin; none at all with OVN before its agent support. */
export async function listNetworkAgents(os: Session): Promise<NetworkAgent[]> {
  return os.list({ service: 'network', path: '/agents', key: 'agents', response: NetworkAgent });
}
