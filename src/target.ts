/** One thing of a cloud that a request reads or changes. Locks, policy and the audit are made from these. */
export interface Target {
  /** OpenStack's word: `server`, `host`, `project`, `volume`, `floating ip`, … */
  type: string;
  /** As OpenStack has it: not every ID is a UUID. A compute host's name is its ID. */
  id: string;
  name: string;
  /** The project that owns it: a rule on a project holds for everything in it. */
  project?: { id: string; name: string };
  /** The compute host it is on. */
  host?: string;
}

/** `cloud/type/id`: what a lock is named after. */
export function lockName(cloud: string, target: Target): string {
  return `${cloud}/${target.type}/${target.id}`;
}
