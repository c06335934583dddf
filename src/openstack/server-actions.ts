import { z } from 'zod';
import type { Session } from './session.ts';

export const ServerAction = z.object({
  /** `create`, `reboot`, `live-migration`, … */
  action: z.string(),
  request_id: z.string(),
  user_id: z.string().nullable(),
  project_id: z.string().nullable(),
  start_time: z.string(),
  updated_at: z.string().nullish(),
  /** `Error` where a step of it failed; nova-api's own words in few cases. */
  message: z.string().nullable(),
});
export type ServerAction = z.infer<typeof ServerAction>;

/**
 * A server's last actions, newest first, with the request ID of each. GET /servers/{id}/os-instance-actions?limit, 2.58 (pages).
 * They outlive the server. `not_found` as for getServer.
 */
export async function listServerActions(os: Session, id: string, most: number): Promise<ServerAction[]> {
  // One page, and the pages after it left alone: an old server has hundreds of actions.
  const { instanceActions } = await os.request({
    service: 'compute',
    method: 'GET',
    path: `/servers/${encodeURIComponent(id)}/os-instance-actions`,
    query: { limit: most },
    microversion: '2.58',
    older: 'all actions of a server are shown, and not when they ended.',
    response: z.object({ instanceActions: z.array(ServerAction) }),
  });
  return instanceActions;
}
