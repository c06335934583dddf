import { code, plain } from '../reply.ts';

export type Labels = Readonly<Record<string, string>>;

/** What says where something is, from wide to narrow: shown in the first line where a group has it in common. */
const PLACES: readonly string[] = [
  'cloud',
  'cluster',
  'region',
  'availability_zone',
  'az',
  'host',
  'hostname',
  'nodename',
  'node',
  'instance',
  'server',
  'project',
  'service',
];
const PLACES_SHOWN = 4;

/** From the worst on. A word that is not here counts as a warning: nobody may miss what they chose a word of their own for. */
const SEVERITIES = [
  ['critical', 'fatal', 'emergency', 'disaster', 'page', 'p1'],
  ['error', 'high', 'major', 'p2'],
  ['warning', 'medium', 'average', 'minor', 'p3'],
  ['info', 'information', 'low', 'notice', 'p4'],
  ['none', 'debug', 'ok', 'p5'],
];
const WARNING = 2;

/** 0 is the worst. */
export function rankOf(severity: string): number {
  const rank = SEVERITIES.findIndex((words) => words.includes(severity.toLowerCase()));
  return rank === -1 ? WARNING : rank;
}

/** The worst severity among them, in the word that an alert has for it. */
export function worstSeverity(alerts: readonly { labels: Labels }[]): string | undefined {
  const words = alerts.flatMap(({ labels }) => (labels.severity ? [labels.severity] : []));
  return words.toSorted((a, b) => rankOf(a) - rankOf(b))[0];
}

/** The labels that all of them have, with the same value. */
export function commonLabels(alerts: readonly { labels: Labels }[]): Labels {
  const [first, ...others] = alerts;
  const same = Object.entries(first?.labels ?? {}).filter(([name, value]) =>
    others.every(({ labels }) => labels[name] === value),
  );
  return Object.fromEntries(same);
}

/** `host cmp-03, region RegionOne`: where it is, as code. */
export function placeOf(labels: Labels): string {
  const places = PLACES.filter((name) => labels[name] !== undefined && labels[name] !== '');
  return places
    .slice(-PLACES_SHOWN)
    .map((name) => `${name} ${code(cut(labels[name] ?? '', 60))}`)
    .join(', ');
}

/** What is neither in the first line nor the alert's name: `job node, team infra`. */
export function otherLabels(labels: Labels): string {
  const shown = new Set<string>([
    'alertname',
    'severity',
    ...PLACES.filter((name) => labels[name] !== undefined).slice(-PLACES_SHOWN),
  ]);
  return Object.entries(labels)
    .filter(([name]) => !shown.has(name))
    .map(([name, value]) => `${name} ${plain(cut(value, 60))}`)
    .join(', ');
}

/** What tells this alert from the others of its group: `cmp-03`, `host cmp-03, device sda`. Its severity is told apart from it. */
export function distinction(labels: Labels, common: Labels): string {
  const own = Object.entries(labels).filter(([name, value]) => common[name] !== value && name !== 'severity');
  const byPlace = own.toSorted(([a], [b]) => placeRank(a) - placeRank(b) || (a < b ? -1 : 1));
  const [only] = byPlace;
  if (!only) return alone(labels);
  if (byPlace.length === 1) return plain(only[1]);
  return byPlace.map(([name, value]) => (name === 'alertname' ? plain(value) : `${name} ${plain(value)}`)).join(', ');
}

/** Where there are no others: the narrowest place. */
function alone(labels: Labels): string {
  const place = PLACES.findLast((name) => labels[name]);
  return plain((place === undefined ? labels.alertname : labels[place]) ?? 'alert');
}

/** An alert's own name comes first, then where it is, the narrowest place before the wider ones. */
function placeRank(name: string): number {
  if (name === 'alertname') return -1;
  const place = PLACES.indexOf(name);
  return place === -1 ? PLACES.length : PLACES.length - 1 - place;
}

const LABELS_AT_MOST = 40;
const LONGEST_LABEL = 200;

/** Labels as they are kept: what names and routes first, none too long. */
export function keptLabels(labels: Labels): Record<string, string> {
  const first = new Set<string>(['alertname', 'severity', ...PLACES]);
  const entries = Object.entries(labels).toSorted(([a], [b]) => Number(first.has(b)) - Number(first.has(a)) || (a < b ? -1 : 1));
  return Object.fromEntries(
    entries.slice(0, LABELS_AT_MOST).map(([name, value]) => [cut(name, LONGEST_LABEL), cut(value, LONGEST_LABEL)]),
  );
}

/** The beginning of a text from outside, with an ellipsis where something was cut; half a character is none. */
export function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  return `${text.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
