import type { StackhandYaml } from '../config-schema.ts';
import { matchesStar } from '../policy/match.ts';

/** What stackhand.yaml says of a cloud's compute hosts. */
export interface HostSettings {
  /** Whether its servers' disks are on shared storage. What is not named is not. */
  isShared(host: string): boolean;
  /** How long nothing may have been heard of a host before its servers are rebuilt elsewhere. */
  heartbeatMs: number;
}

/** Without a cloud, as for what needs none, no host is ever silent for long enough. */
export function hostSettings({ clouds }: Pick<StackhandYaml, 'clouds'>, cloud: string): HostSettings {
  const { shared = [], heartbeat = Number.POSITIVE_INFINITY } = clouds.find(({ name }) => name === cloud)?.hosts ?? {};
  return { isShared: (host) => shared.some((named) => matchesStar(named, host)), heartbeatMs: heartbeat };
}
