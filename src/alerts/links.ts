import type { Link } from '../reply.ts';
import type { Alert, AlertGroup } from './group.ts';
import type { UrlKind } from './payload.ts';

const KINDS: readonly [UrlKind, string][] = [
  ['runbook', 'Runbook'],
  ['dashboard', 'Dashboard'],
  ['graph', 'Graph'],
];
/** Slack may count addresses among the characters of a message. */
const CHARACTERS = 1_500;

/**
 * Where more stands. Whoever can send alerts can write any address into them, so that only those are linked to that lead to an origin
 * which stackhand.yaml names, and the label is ours.
 */
export function linksOf({ from, receiver }: AlertGroup, alerts: readonly Alert[], origins: readonly string[]): Link[] {
  const links: Link[] = [];
  let left = CHARACTERS;
  const add = (label: string, url: string | undefined): void => {
    const href = url === undefined ? undefined : allowed(url, origins);
    if (href === undefined || href.length > left) return;
    left -= href.length;
    links.push({ label, url: href });
  };
  for (const [kind, label] of KINDS) add(label, alerts.find(({ urls }) => allowed(urls[kind] ?? '', origins))?.urls[kind]);
  add('Alertmanager', `${from.replace(/\/$/, '')}/#/alerts?receiver=${encodeURIComponent(receiver)}`);
  return links;
}

/**
 * The address as every browser reads it, where it leads to one of these. Not by its beginning: `https://am.example.org.evil.example`
 * and `https://am.example.org@evil.example` begin so too.
 */
function allowed(url: string, origins: readonly string[]): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { origin, username, password, href } = new URL(url);
  return username === '' && password === '' && origins.includes(origin) ? href : undefined;
}
