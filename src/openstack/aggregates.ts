import { z } from 'zod';
import type { Session } from './session.ts';

export const Aggregate = z.object({
  id: z.number(),
  name: z.string(),
  /** Null for those that are no availability zone. */
  availability_zone: z.string().nullable(),
  /** Compute hosts, by name. */
  hosts: z.array(z.string()),
  metadata: z.record(z.string(), z.string()),
});
export type Aggregate = z.infer<typeof Aggregate>;

/** All host aggregates, each with its hosts. GET /os-aggregates, 2.1; 1 call, nova has no pages for them. Admins only. */
export async function listAggregates(os: Session): Promise<Aggregate[]> {
  return os.list({ service: 'compute', path: '/os-aggregates', key: 'aggregates', response: Aggregate });
}
