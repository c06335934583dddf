/** What services show of one that is down, and of which no test says when it died. */
const LONG_AGO = '2026-11-23T06:45:45.000000';

/** A heartbeat as nova and cinder show it: now for what lives, else when it was last. */
export function heardAt({ lastHeard, isUp }: { lastHeard?: string | null | undefined; isUp: boolean }): string {
  return lastHeard ?? (isUp ? wireTime(Date.now()) : LONG_AGO);
}

/** `2026-11-23T06:45:45.000000`: UTC, in whole seconds, as their databases keep it. */
export function wireTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}.000000`;
}

/** `2026-11-23 06:45:45`, as neutron shows it. */
export function networkTime(wire: string): string {
  return wire.slice(0, 19).replace('T', ' ');
}

/** By nova's and cinder's default `service_down_time`. */
const DOWN_AFTER_MS = 60_000;

export function isSilent(lastHeard: string | null | undefined): boolean {
  return typeof lastHeard === 'string' && Date.now() - Date.parse(`${lastHeard}Z`) > DOWN_AFTER_MS;
}
