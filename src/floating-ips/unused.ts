import type { FloatingIp } from '../openstack/floating-ips.ts';
import { type Idle, idleOf } from './idle.ts';
import { keepMark } from './kept.ts';

export interface Asked {
  /** Milliseconds. */
  unusedForMs: number;
  /** Addresses that the line keeps. */
  keep: readonly string[];
  includeDescribed: boolean;
  limit: number;
}

export type IdleIp<T = FloatingIp> = T & { idle: Idle };

/** What a cleanup finds, each address once; in use or used lately is only counted. Longest idle first. */
export interface SortedOut<T = FloatingIp> {
  chosen: IdleIp<T>[];
  beyondLimit: IdleIp<T>[];
  /** Idle for long enough, and marked to stay. */
  kept: { ip: IdleIp<T>; because: string }[];
  inUse: number;
  usedLately: number;
  /** Neutron tells no time, and no look has found them yet. */
  untold: number;
}

/** @param book what the hourly looks found */
export function sortOut<T extends FloatingIp>(
  ips: readonly T[],
  asked: Asked,
  { book, now }: { book: ReadonlyMap<string, string>; now: number },
): SortedOut<T> {
  const unused = ips.filter(({ in_use }) => !in_use);
  const told = unused.flatMap((ip): IdleIp<T>[] => {
    const idle = idleOf(ip, book, now);
    return idle ? [{ ...ip, idle }] : [];
  });
  const long = told.filter(({ idle }) => now - idle.since >= asked.unusedForMs).sort(longestIdleFirst);
  const marked = long.map((ip) => ({ ip, because: whyKept(ip, asked) }));
  const free = marked.flatMap(({ ip, because }) => (because === undefined ? [ip] : []));
  return {
    chosen: free.slice(0, asked.limit),
    beyondLimit: free.slice(asked.limit),
    kept: marked.flatMap(({ ip, because }) => (because === undefined ? [] : [{ ip, because }])),
    inUse: ips.length - unused.length,
    usedLately: told.length - long.length,
    untold: unused.length - told.length,
  };
}

function whyKept(ip: FloatingIp, { keep, includeDescribed }: Asked): string | undefined {
  if (keep.includes(ip.floating_ip_address)) return 'named with `--keep`';
  return keepMark(ip, { includeDescribed });
}

/** Those of the same time by their IDs, so that two looks choose the same. */
function longestIdleFirst(a: IdleIp, b: IdleIp): number {
  return a.idle.since - b.idle.since || a.id.localeCompare(b.id, 'en');
}
