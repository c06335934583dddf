import type { Guard } from '../redis/commit.ts';
import type { Store } from '../requests/store.ts';

/** Somebody told us to change nothing more on a cloud. Times are milliseconds since 1970, by Redis's clock. */
export interface Freeze {
  /** Slack user ID; at a terminal that nobody mapped, the Unix user. */
  by: string;
  name: string;
  reason: string;
  at: number;
  /** The request whose line it was. */
  request: number;
}

/** So much of a cloud was down at once that nothing is to be changed there before people have looked. */
export interface Brake {
  /** Where it was found; empty where the cloud's only region has no name. */
  region: string;
  /** "140 of 300 compute services are down" */
  what: string;
  at: number;
}

/** What keeps a cloud from being changed, as it stood at one moment. */
export interface Standstill {
  cloud: string;
  freeze?: Freeze;
  brake?: Brake;
  /** As Redis has them: what a step may be conditional on. */
  json: { freeze: string | null; brake: string | null };
}

export async function readStandstill({ redis, keys }: Pick<Store, 'redis' | 'keys'>, cloud: string): Promise<Standstill> {
  const [freeze = null, brake = null] = await redis.mget(keys.freeze(cloud), keys.brake(cloud));
  return {
    cloud,
    // Our own writing.
    ...(freeze === null ? {} : { freeze: JSON.parse(freeze) as Freeze }),
    ...(brake === null ? {} : { brake: JSON.parse(brake) as Brake }),
    json: { freeze, brake },
  };
}

export function standsStill({ freeze, brake }: Pick<Standstill, 'freeze' | 'brake'>): boolean {
  return freeze !== undefined || brake !== undefined;
}

/** That the cloud is still as it was read. */
export function asItStood({ keys }: Pick<Store, 'keys'>, { cloud, json }: Standstill): Guard[] {
  return [
    { key: keys.freeze(cloud), is: json.freeze },
    { key: keys.brake(cloud), is: json.brake },
  ];
}

/** That it may be changed. */
export function mayBeChanged({ keys }: Pick<Store, 'keys'>, cloud: string): Guard[] {
  return asItStood({ keys }, { cloud, json: { freeze: null, brake: null } });
}
