/** One thing of a cloud that a request reads or changes. Locks, policy and the audit are made from these. */
export interface Target {
  /** OpenStack's word: `server`, `host`, `project`, `volume`, `floating ip`, … */
  type: string;
  /** As OpenStack has it: not every ID is a UUID. A compute host's name is its ID. */
  id: string;
  name: string;
  /** The project that owns it: a rule on a project holds for everything in it. */
  project?: Owner;
  /** The compute host it is on. */
  host?: string;
  /** Nobody told whether it is on a host, and on which: rules on hosts are then in doubt. */
  hostUnknown?: true;
  /** Which region's it is, in a plan. None of what all regions share. */
  region?: string;
}

/** A project as far as it is known. Without the name where nobody told that: rules that name projects by name are then in doubt. */
export interface Owner {
  id: string;
  name?: string;
}

/** As people read it. */
export function ownerName({ id, name }: Owner): string {
  return name ?? id;
}

/** What keystone and nova make IDs of today. Older and other IDs look like names. */
export const LOOKS_LIKE_ID = /^([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/** Keystone's, of which a cloud has one for all its regions. */
const OF_ALL_REGIONS: ReadonlySet<string> = new Set(['project', 'domain', 'user', 'group', 'role', 'region', 'endpoint']);

/** As it is told from what has the same type and ID in another region, such as a host of the same name. */
export function targetIn(region: string, target: Target): Target {
  return region === '' || OF_ALL_REGIONS.has(target.type) ? target : { ...target, region };
}

/** `cloud/type/id`, or `cloud/region/type/id`: what a lock is named after. */
export function lockName(cloud: string, { type, id, region }: Target): string {
  return [cloud, ...(region === undefined ? [] : [region]), type, id].join('/');
}

/** A cloud as a whole, for what is decided about all of it. */
export function cloudTarget(cloud: string): Target {
  return { type: 'cloud', id: cloud, name: cloud };
}
