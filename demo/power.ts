import type { Reporting } from './cloud/heartbeats.ts';
import type { CloudState } from './cloud/state.ts';

/**
 * What falls silent here was heard last so long ago. Nobody watches for the minutes that Stackhand waits before it believes a host dead:
 * the demo pretends that they have passed.
 */
const SILENT_FOR_MS = 6 * 60_000;

export interface Power {
  isOff(host: string): boolean;
  /** Cuts a host's power, or gives it back. Its servers read ACTIVE as before, since Nova hears nothing of them. @throws where there is no such host */
  set(host: string, on: boolean): void;
  /** Whether the message queue is cut in two, so that nothing that runs is heard. */
  isPartitioned: boolean;
  partition(on: boolean): void;
}

/** The mains, and the message queue: what makes hosts and their agents silent. Remembers who has power by who was heard. */
export function openPower(state: CloudState): Power {
  const off = new Set(state.hosts.filter(({ silentSince }) => silentSince !== undefined).map(({ name }) => name));
  let isPartitioned = false;

  function settle(): void {
    for (const host of state.hosts) settleOne(host, isPartitioned || off.has(host.name));
    for (const agent of state.agents) settleOne(agent, isPartitioned || off.has(agent.host));
  }

  return {
    isOff: (name) => off.has(name),
    set(name, on) {
      if (!state.hosts.some((host) => host.name === name)) throw new Error(`the cloud has no host ${name}`);
      if (on) off.delete(name);
      else off.add(name);
      settle();
    },
    get isPartitioned() {
      return isPartitioned;
    },
    partition(on) {
      isPartitioned = on;
      settle();
    },
  };
}

function settleOne(one: Reporting, isSilent: boolean): void {
  if (!isSilent) delete one.silentSince;
  else one.silentSince ??= Date.now() - SILENT_FOR_MS;
}
