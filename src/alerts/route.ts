import type { AlertsYaml } from '../config/alerts-schema.ts';
import { matchesStar } from '../policy/match.ts';
import type { Mention } from '../reply.ts';
import type { Labels } from './labels.ts';

export interface Route {
  /** From 0, in the order of stackhand.yaml; what fits none comes after all of them. */
  index: number;
  channel: string;
  /** Whom these alerts wake. */
  mentions: Mention[];
}

/** Where a group belongs by what fires in it: the first route that fits one of its alerts, so that no other alert can hide a critical one. */
export function routeOf({ routes, channel, mention }: AlertsYaml, firing: readonly { labels: Labels }[]): Route {
  const found = routes.findIndex(({ match }) => firing.some(({ labels }) => fits(match, labels)));
  const index = found === -1 ? routes.length : found;
  const route = routes[index];
  return { index, channel: route?.channel ?? channel, mentions: mentionsFor(route?.mention ?? mention, firing) };
}

function fits(match: Labels, labels: Labels): boolean {
  return Object.entries(match).every(([name, pattern]) => labels[name] !== undefined && matchesStar(pattern, labels[name]));
}

function mentionsFor(bySeverity: Readonly<Record<string, string[]>>, firing: readonly { labels: Labels }[]): Mention[] {
  const severities = new Set(firing.map(({ labels }) => labels.severity?.toLowerCase()));
  const woken = Object.entries(bySeverity).filter(([severity]) => severities.has(severity.toLowerCase()));
  const ids = new Set(woken.flatMap(([, people]) => people));
  return [...ids].toSorted().map((id) => (id.startsWith('S') ? { group: id } : { user: id }));
}
