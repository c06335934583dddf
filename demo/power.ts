import type { CloudState } from './cloud/state.ts';

export interface Power {
  isOff(host: string): boolean;
  /** @throws where there is no such host */
  set(host: string, on: boolean): void;
}

/**
 * The mains. A host without it falls silent: Nova calls its compute service down, neutron its agent dead. Its servers read ACTIVE as before,
 * since Nova hears nothing of them.
 */
export function openPower(state: CloudState): Power {
  const off = new Set(state.hosts.filter((host) => host.state === 'down').map(({ name }) => name));
  return {
    isOff: (name) => off.has(name),
    set(name, on) {
      const host = state.hosts.find((one) => one.name === name);
      if (!host) throw new Error(`the cloud has no host ${name}`);
      if (on) off.delete(name);
      else off.add(name);
      host.state = on ? 'up' : 'down';
      for (const agent of state.agents) if (agent.host === name) agent.alive = on;
    },
  };
}
