import { wireTime } from './heard.ts';
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
  const lastHeard = wireTime(Date.now() - agoMs);
  hostOf(state, name).lastHeard = lastHeard;
  for (const agent of state.agents) if (agent.host === name) Object.assign(agent, { alive: false, lastHeard });
  for (const service of state.volumeServices)
    if (service.host.split('@')[0] === name) Object.assign(service, { state: 'down', lastHeard });
}

/** It is powered on again: nova-compute reports, and cleans up after the servers that were evacuated from it. */
export function repairHost(state: CloudState, name: string): void {
  hostOf(state, name).lastHeard = null;
  for (const agent of state.agents) if (agent.host === name) Object.assign(agent, { alive: true, lastHeard: null });
  for (const migration of state.migrations)
    if (migration.type === 'evacuation' && migration.source === name && migration.status === 'done')
      migration.status = 'completed';
}
