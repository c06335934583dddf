import type { Telling, ToldAlert } from './payload.ts';

/** `left out`: whoever told of it now tells of the group without it: it is silenced or inhibited, or its end was never told. */
export type AlertState = 'firing' | 'resolved' | 'left out';

export interface Alert extends Omit<ToldAlert, 'isFiring' | 'endsAt'> {
  state: AlertState;
  /** Of a resolved one, by Prometheus's clock. */
  endsAt?: number;
  /** When we heard that it is in this state. */
  changedAt: number;
  /** The Alertmanager that told of it last. */
  by: string;
  /** Since when it is said to fire again although it began before the end that we know of. */
  doubtedAt?: number;
}

/** What is so of a group of alerts, as Alertmanager groups them. Times without another word are milliseconds by Redis's clock. */
export interface AlertGroup {
  number: number;
  receiver: string;
  groupKey: string;
  /** Where its card stands, by the earliest of `alerts.routes` that fitted since it fires; the number of routes is none of them. */
  channel: string;
  route: number;
  /** How many cards it has had: each channel to which it went on has a new one. */
  cards: number;
  /** `unheard`: it fired, and nobody has told of it for too long. */
  state: 'firing' | 'resolved' | 'unheard';
  /** When we heard that it fires this time. */
  startedAt: number;
  /** Since when it fires this time, by Prometheus's clock. */
  since: number;
  /** When that was over, by Prometheus's clock where it told. */
  endedAt?: number;
  /** When it was last told of at all, and when that changed anything. */
  heardAt: number;
  changedAt: number;
  /** Alerts that the last telling left out for their number. */
  truncated: number;
  /** The Alertmanager that told last. */
  from: string;
  alerts: Alert[];
  /** What was already said of it in its thread. */
  history: History;
}

export interface History {
  /** Messages so far. */
  messages: number;
  /** Slack IDs that were pinged since it fires this time. */
  pinged: string[];
  /** The newest message, as long as it takes more lines; `skipped` are left out of its middle. */
  open?: { openedAt: number; lines: string[]; skipped: number };
  /** The message that told the channel that it fires again. */
  again?: number;
}

/** What came of a telling, or of time. */
export interface Change {
  firing: Alert[];
  resolved: Alert[];
  leftOut: Alert[];
}

export interface Changed {
  group: AlertGroup;
  change: Change;
}

/**
 * What is said to fire, with a beginning before its known end, was perhaps sent by the other Alertmanager of a pair before it knew of
 * that end. It is put right within a `group_interval`, whose default is 5 minutes; what is not put right by then does fire: an alert
 * that ended by timeout and goes on has its old beginning. https://github.com/prometheus/alertmanager/issues/2447
 */
const DOUBT_MS = 6 * 60_000;
/** What ended this long ago is forgotten as soon as something else changes. */
const REMEMBER_RESOLVED_MS = 24 * 3_600_000;
const ALERTS_AT_MOST = 1_000;

/** What counts in what is shown of the group now: not what ended before it fired again. */
export function currentOf({ startedAt, alerts }: AlertGroup): Alert[] {
  return alerts.filter(({ state, changedAt }) => state !== 'resolved' || changedAt >= startedAt);
}

export function firingOf({ alerts }: AlertGroup): Alert[] {
  return alerts.filter(({ state }) => state === 'firing');
}

/** A group that nobody has told of before. */
export function begin(telling: Telling, { number, now }: { number: number; now: number }): Changed {
  const nothing: AlertGroup = {
    number,
    receiver: telling.receiver,
    groupKey: telling.groupKey,
    channel: '',
    route: 0,
    cards: 1,
    state: 'resolved',
    startedAt: now,
    since: Math.min(...telling.alerts.map(({ startsAt }) => startsAt)),
    heardAt: now,
    changedAt: now,
    truncated: 0,
    from: telling.from,
    alerts: [],
    history: { messages: 0, pinged: [] },
  };
  return hear(nothing, telling, now);
}

/** What is so once somebody has told this of it; which may be old, or known. */
export function hear(before: AlertGroup, telling: Telling, now: number): Changed {
  const known = new Map(before.alerts.map((alert) => [alert.id, alert]));
  const told = new Set<string>();
  for (const alert of telling.alerts) {
    told.add(alert.id);
    const next = alert.isFiring
      ? hearFiring(known.get(alert.id), alert, telling.from, now)
      : hearResolved(known.get(alert.id), alert, telling.from, now);
    known.set(alert.id, next);
  }
  if (telling.truncated === 0) {
    for (const alert of known.values()) {
      // Another Alertmanager may not have heard of it yet: only who told of it can leave it out.
      if (alert.state !== 'firing' || alert.by !== telling.from || told.has(alert.id)) continue;
      known.set(alert.id, { ...alert, state: 'left out', changedAt: now });
    }
  }
  const heard = { ...before, heardAt: now, from: telling.from, truncated: telling.truncated };
  return settle(before, heard, [...known.values()], now);
}

/** What is so once time has passed: a doubt is over, or nobody told of it for too long. */
export function elapse(before: AlertGroup, now: number, unheardAfterMs: number): Changed {
  const isOver = ({ doubtedAt }: Alert): boolean => doubtedAt !== undefined && now - doubtedAt >= DOUBT_MS;
  const { group, change } = before.alerts.some(isOver)
    ? settle(
        before,
        before,
        before.alerts.map((alert) => (isOver(alert) ? firesAgain(alert, now) : alert)),
        now,
      )
    : { group: before, change: { firing: [], resolved: [], leftOut: [] } };
  if (group.state !== 'firing' || now - group.heardAt < unheardAfterMs) return { group, change };
  return { group: { ...group, state: 'unheard', endedAt: now, changedAt: now }, change };
}

/** When to look at it again though nobody tells of it. */
export function nextLook({ state, heardAt, alerts }: AlertGroup, unheardAfterMs: number): number | undefined {
  const times = alerts.flatMap(({ doubtedAt }) => (doubtedAt === undefined ? [] : [doubtedAt + DOUBT_MS]));
  if (state === 'firing') times.push(heardAt + unheardAfterMs);
  return times.length === 0 ? undefined : Math.min(...times);
}

function hearFiring(known: Alert | undefined, { isFiring: _, endsAt: __, ...told }: ToldAlert, by: string, now: number): Alert {
  if (!known) return { ...told, state: 'firing', changedAt: now, by };
  if (known.state === 'firing') {
    return { ...told, state: 'firing', startsAt: Math.max(known.startsAt, told.startsAt), changedAt: known.changedAt, by };
  }
  if (known.state === 'left out' || told.startsAt > (known.endsAt ?? 0)) return { ...told, state: 'firing', changedAt: now, by };
  const doubtedAt = known.doubtedAt ?? (now - known.changedAt < DOUBT_MS ? now : 0);
  return now - doubtedAt < DOUBT_MS ? { ...known, doubtedAt } : firesAgain({ ...known, ...told, by }, now);
}

function firesAgain({ endsAt: _, doubtedAt: __, ...alert }: Alert, now: number): Alert {
  return { ...alert, state: 'firing', changedAt: now };
}

function hearResolved(known: Alert | undefined, { isFiring: _, ...told }: ToldAlert, by: string, now: number): Alert {
  if (known?.state === 'resolved') {
    const { doubtedAt: __, ...undoubted } = known;
    return { ...undoubted, endsAt: Math.max(known.endsAt ?? 0, told.endsAt) };
  }
  // The end of an earlier time, told late.
  if (known && told.endsAt < known.startsAt) return known;
  return { ...told, state: 'resolved', changedAt: now, by };
}

/** Compares each alert with what it was, and says what that makes of the group. */
function settle(before: AlertGroup, heard: AlertGroup, alerts: Alert[], now: number): Changed {
  const was = new Map(before.alerts.map(({ id, state }) => [id, state]));
  const changed = alerts.filter(({ id, state }) => was.get(id) !== state);
  const change: Change = {
    firing: changed.filter(({ state }) => state === 'firing'),
    resolved: changed.filter(({ state }) => state === 'resolved'),
    leftOut: changed.filter(({ state }) => state === 'left out'),
  };
  // A pair of Alertmanagers takes turns in telling the same: which of them does is no change.
  if (changed.length === 0 && heard.truncated === before.truncated && before.state !== 'unheard') {
    return { group: { ...heard, from: before.from, alerts }, change };
  }
  const group: AlertGroup = { ...heard, changedAt: now, alerts: remembered(alerts, now) };
  const firing = firingOf(group);
  if (firing.length === 0) return { group: before.state === 'resolved' && was.size > 0 ? group : ended(group, now), change };
  return { group: before.state === 'firing' ? group : begun(group, firing, now), change };
}

function begun({ endedAt: _, ...group }: AlertGroup, firing: Alert[], now: number): AlertGroup {
  const since = Math.min(...firing.map(({ startsAt }) => startsAt));
  return { ...group, state: 'firing', startedAt: now, since, history: { messages: group.history.messages, pinged: [] } };
}

function ended(group: AlertGroup, now: number): AlertGroup {
  const ends = currentOf(group).flatMap(({ endsAt }) => (endsAt === undefined ? [] : [endsAt]));
  return { ...group, state: 'resolved', endedAt: ends.length > 0 ? Math.max(...ends) : now };
}

/** What fires, and what ended lately; a group that fires for weeks must not grow. */
function remembered(alerts: Alert[], now: number): Alert[] {
  const kept = alerts.filter(({ state, changedAt }) => state === 'firing' || now - changedAt < REMEMBER_RESOLVED_MS);
  if (kept.length <= ALERTS_AT_MOST) return kept;
  const rank = { firing: 0, 'left out': 1, resolved: 2 };
  return kept.toSorted((a, b) => rank[a.state] - rank[b.state] || b.changedAt - a.changedAt).slice(0, ALERTS_AT_MOST);
}
