import { z } from 'zod';

export const EvacuatedServer = z.object({
  id: z.string(),
  name: z.string(),
  /** As approved: `ACTIVE`, `SHUTOFF`, `ERROR`. */
  status: z.string(),
  /** Its project's ID. */
  project: z.string(),
  /** IDs of its volumes. */
  volumes: z.array(z.string()),
  losesDisk: z.boolean(),
});
export type EvacuatedServer = z.infer<typeof EvacuatedServer>;

export const EvacuatePayload = z.object({
  host: z.string(),
  /** Null: the scheduler picks. */
  to: z.string().nullable(),
  fenced: z.string(),
  /** Who said so: for a retry, which another may click. */
  saidBy: z.string().optional(),
  reason: z.string(),
  shared: z.boolean(),
  /** Of the host's nova-compute. */
  service: z.string(),
  heartbeatMs: z.number(),
  /** The newest evacuation away from the host when this was planned: only later ones are of now. */
  lastMigration: z.number(),
  /** IDs of all servers that were on the host when this was planned. */
  known: z.array(z.string()),
  servers: z.array(EvacuatedServer),
  /** For the end: whose servers these are. */
  affected: z.array(
    z.object({
      project: z.object({ id: z.string(), name: z.string() }),
      owners: z.array(z.string()),
      servers: z.array(z.string()),
    }),
  ),
});
export type EvacuatePayload = z.infer<typeof EvacuatePayload>;
