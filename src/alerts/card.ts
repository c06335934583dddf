import { timeLeft, utc } from '../outbox/times.ts';
import { code, count, type Mention, plain, type Reply, type Table } from '../reply.ts';
import { type Alert, type AlertGroup, currentOf, firingOf } from './group.ts';
import { commonLabels, cut, distinction, type Labels, otherLabels, placeOf, rankOf, worstSeverity } from './labels.ts';
import { linksOf } from './links.ts';

/** What stackhand.yaml says of cards. */
export interface Look {
  shown: number;
  /** Origins that may be linked to. */
  links: readonly string[];
  /** Whom the firing alerts wake. */
  mentions: Mention[];
}

/** A-12: what people can say. A group that could not be stored has no number. */
export function labelOf({ number }: AlertGroup): string {
  return number === 0 ? '' : `A-${number}`;
}

/**
 * The group as it is now. It says the same as long as nothing changes: no time that passes, nor who of a pair told of it last. Its text is
 * what a phone shows.
 */
export function alertCard(group: AlertGroup, { shown, links: origins, mentions }: Look): Reply {
  const current = byUrgency(group);
  const about = subject(current);
  const common = commonLabels(about);
  const description = sharedText(about, 'description');
  const left = current.filter(({ state }) => state === 'left out');
  const others = otherLabels(common);
  const links = linksOf(group, current, origins);
  const table =
    current.length > 1 ? tableOf(current.slice(0, shown), common, sharedText(about, 'summary') === undefined) : undefined;
  const warnings =
    group.truncated > 0
      ? [`Alertmanager left out ${count(group.truncated, 'alert')} (\`max_alerts\`), which may fire or not.`]
      : [];
  return {
    text: headline(group),
    ...(warnings.length > 0 ? { warnings } : {}),
    lines: [
      whenLine(group),
      ...(description ? [bare(description, 600)] : []),
      ...(left.length > 0 ? [`Alertmanager tells no more of ${count(left, 'alert')}: silenced or inhibited.`] : []),
    ],
    ...(others === '' ? {} : { fields: [{ name: 'Labels', value: cut(others, 400) }] }),
    ...(links.length > 0 ? { links } : {}),
    ...(table ? { table } : {}),
    ...(group.state === 'firing' && mentions.length > 0 ? { mentions } : {}),
    note: smallPrint(group, current.length - shown),
  };
}

/** `🔥 A-12 FIRING 3 of 5 · critical · HostDown · host cmp-03: Compute host cmp-03 is down` */
export function headline(group: AlertGroup, again = false): string {
  return withSubject(group, stateInWords(group, again));
}

/** What an earlier card says for good once the group has a new one: not its state, which nobody keeps up to date there. */
export function movedCard(group: AlertGroup): Reply {
  return {
    text: withSubject(group, `➡️ ${labelOf(group)} WENT ON in ${code(group.channel)}`),
    lines: ['What becomes of it is told there, and no more here.'],
  };
}

function withSubject(group: AlertGroup, state: string): string {
  const about = subject(byUrgency(group));
  const severity = worstSeverity(about);
  const place = placeOf(commonLabels(about));
  const summary = sharedText(about, 'summary');
  const parts = [state, ...(severity ? [bare(severity, 40)] : []), names(about), ...(place ? [place] : [])];
  return `${parts.join(' · ')}${summary ? `: ${bare(summary, 300)}` : ''}`;
}

function stateInWords(group: AlertGroup, again: boolean): string {
  const number = labelOf(group);
  const label = number === '' ? '' : `${number} `;
  const firing = firingOf(group).length;
  const all = currentOf(group).length;
  const howMany = all === 1 ? '' : ` ${firing} of ${all}`;
  if (group.state === 'firing') return `🔥 ${label}FIRING${again ? ' AGAIN' : ''}${howMany}`;
  if (group.state === 'resolved') return `✅ ${label}RESOLVED`;
  return `❔ ${label}NOT HEARD OF any more, was FIRING${howMany}`;
}

/** "Firing since 2026-11-25 10:02 UTC." */
export function whenLine({ state, since, endedAt = since, heardAt }: AlertGroup): string {
  if (state === 'firing') return `Firing since ${utc(since)}.`;
  if (state === 'resolved') return `Fired from ${utc(since)} to ${utc(endedAt)}, ${timeLeft(endedAt - since)}.`;
  return `Firing since ${utc(since)}, last told of ${utc(heardAt)}. It may be silenced, Alertmanager may be away, or it may group this differently by now.`;
}

/** What the card is about: what fires, and once nothing does, all that did. */
function subject(current: Alert[]): Alert[] {
  const firing = current.filter(({ state }) => state === 'firing');
  return firing.length > 0 ? firing : current;
}

/** What counts, the worst first. */
function byUrgency(group: AlertGroup): Alert[] {
  const states = { firing: 0, 'left out': 1, resolved: 2 };
  const ranked = currentOf(group).map((alert) => {
    const { state, labels, startsAt, id } = alert;
    return { alert, rank: [states[state], rankOf(labels.severity ?? ''), startsAt] as const, name: `${placeOf(labels)} ${id}` };
  });
  ranked.sort((a, b) => a.rank[0] - b.rank[0] || a.rank[1] - b.rank[1] || a.rank[2] - b.rank[2] || (a.name < b.name ? -1 : 1));
  return ranked.map(({ alert }) => alert);
}

const NAMES_SHOWN = 3;

function names(alerts: Alert[]): string {
  const all = [...new Set(alerts.map(({ labels }) => labels.alertname ?? 'alert without a name'))];
  const shown = all.slice(0, NAMES_SHOWN).map((name) => code(cut(name, 80)));
  return all.length > shown.length ? `${shown.join(', ')} and ${all.length - shown.length} more` : shown.join(', ');
}

function sharedText(alerts: Alert[], key: 'summary' | 'description'): string | undefined {
  const [first] = alerts;
  return alerts.every((alert) => alert[key] === first?.[key]) ? first?.[key] : undefined;
}

function tableOf(alerts: Alert[], common: Labels, withSummary: boolean): Table {
  const withSeverity = new Set(alerts.map(({ labels }) => labels.severity)).size > 1;
  return {
    columns: ['alert', ...(withSeverity ? ['severity'] : []), 'state', 'since (UTC)', ...(withSummary ? ['summary'] : [])],
    rows: alerts.map((alert) => [
      cut(distinction(alert.labels, common), 120),
      ...(withSeverity ? [cut(plain(alert.labels.severity ?? ''), 20)] : []),
      alert.state,
      utc(alert.state === 'firing' ? alert.startsAt : (alert.endsAt ?? alert.changedAt)).replace(' UTC', ''),
      ...(withSummary ? [cut(plain(alert.summary ?? ''), 100)] : []),
    ]),
  };
}

function smallPrint(group: AlertGroup, hidden: number): string {
  return [
    ...(hidden > 0 ? [`and ${count(hidden, 'more alert')}`] : []),
    `group ${plain(cut(group.groupKey, 200))}`,
    `receiver ${plain(cut(group.receiver, 60))}`,
    ...(group.from === '' ? [] : [`from ${plain(cut(group.from, 80))}`]),
    `last change ${utc(group.changedAt)}`,
  ].join(' · ');
}

/** Text from outside as a sentence of ours: nothing in it looks like code. */
export function bare(text: string, longest: number): string {
  return plain(cut(text, longest)).replaceAll('`', "'").trim();
}
