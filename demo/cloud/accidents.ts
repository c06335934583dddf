import { remove } from './builds.ts';
import type { CloudState } from './state.ts';
import type { Host } from './state-compute.ts';

/* What happens to hosts, for tests and the demo. */

function hostOf({ hosts }: CloudState, name: string): Host {
  const host = hosts.find((one) => one.name === name);
  if (!host) throw new Error(`the pretend cloud has no host ${name}`);
  return host;
}

/** Everything on the host falls silent, as when its power fails so long ago. Nova's database still has its servers as they were. */
export function loseHost(state: CloudState, name: string, agoMs = 10 * 60_000): void {
  const silentSince = Date.now() - agoMs;
  hostOf(state, name).silentSince = silentSince;
  for (const agent of state.agents) if (agent.host === name) agent.silentSince = silentSince;
  for (const service of state.volumeServices) if (service.host.split('@')[0] === name) service.silentSince = silentSince;
}

/** Its owner deletes it, whatever becomes of its host. */
export function loseServer(state: CloudState, name: string): void {
  const server = state.servers.find((one) => one.name === name);
  if (!server) throw new Error(`the pretend cloud has no server ${name}`);
  remove(state, server);
}

/** It is powered on again: nova-compute reports, and cleans up after the servers that were evacuated from it. */
export function repairHost(state: CloudState, name: string): void {
  delete hostOf(state, name).silentSince;
  for (const agent of state.agents) if (agent.host === name) delete agent.silentSince;
  for (const migration of state.migrations)
    if (migration.type === 'evacuation' && migration.source === name && migration.status === 'done')
      migration.status = 'completed';
}
