import { loseHost, repairHost } from './cloud/accidents.ts';
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
  /** Cuts the message queue in two, so that no host is heard, though all of them run; or mends it. */
  partition(on: boolean): void;
}

/** The mains and the message queue: what makes hosts silent. After a restart, what was silent counts as without power. */
export function openPower(state: CloudState): Power {
  const off = new Set(state.hosts.filter(({ silentSince }) => silentSince !== undefined).map(({ name }) => name));
  return {
    isOff: (name) => off.has(name),
    set(name, on) {
      if (on) repairHost(state, name);
      else loseHost(state, name, SILENT_FOR_MS);
      if (on) off.delete(name);
      else off.add(name);
    },
    partition(on) {
      for (const { name } of state.hosts) {
        if (off.has(name)) continue;
        if (on) loseHost(state, name, SILENT_FOR_MS);
        else repairHost(state, name);
      }
    },
  };
}
