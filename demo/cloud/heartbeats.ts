/** Nova's `service_down_time` and neutron's `agent_down_time` are of this order where nobody set them. */
const DOWN_AFTER_MS = 75_000;

/** Whatever reports that it lives, until it fell silent. */
export interface Reporting {
  /** Milliseconds since 1970; left out: it was heard just now. */
  silentSince?: number;
}

/** By the services' clock, which is this machine's: answers carry it as `Date`. */
export function isSilent({ silentSince }: Reporting): boolean {
  return silentSince !== undefined && Date.now() - silentSince > DOWN_AFTER_MS;
}

/** As nova writes it: `2026-11-23T06:45:45.000000`, in UTC. Neutron has a space in the middle, and no fractions. */
export function lastHeard({ silentSince = Date.now() }: Reporting): string {
  return `${new Date(silentSince).toISOString().slice(0, 19)}.000000`;
}

/** As nova and glance write when something was made or changed: `2026-11-23T06:45:45Z` */
export function stamp(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}
