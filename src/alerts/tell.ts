import type { StackhandYaml } from '../config-schema.ts';
import { PRIORITY, PROGRESS_DELAY_MS } from '../outbox/outbox.ts';
import type { Reply } from '../reply.ts';
import { alertCard, labelOf } from './card.ts';
import { type AlertGroup, begin, type Changed, firingOf } from './group.ts';
import { type Due, pinged, type Written, writeDown } from './history.ts';
import type { Telling } from './payload.ts';
import { type Route, routeOf } from './route.ts';

/** What stackhand.yaml says of alerts, and which channels there are besides. */
export type AlertsConfig = Pick<StackhandYaml, 'channels'> & { alerts: NonNullable<StackhandYaml['alerts']> };

/** Groups are kept this long after they were last told of, and as long can their cards be edited in place. */
export const KEEP_GROUP_SECONDS = 90 * 86_400;

export function cardId(group: AlertGroup): string {
  return `${labelOf(group)}/card`;
}

/** A group that nobody has told of before, with the channel where it belongs. */
export function beginFor(config: AlertsConfig, telling: Telling, about: { number: number; now: number }): Changed {
  const { group, change } = begin(telling, about);
  return { group: { ...group, channel: routeFor(config, group).channel }, change };
}

/** By what fires in it, or did. */
function routeFor({ alerts }: AlertsConfig, group: AlertGroup): Route {
  const firing = firingOf(group);
  return routeOf(alerts, firing.length > 0 ? firing : group.alerts);
}

export function cardFor(config: AlertsConfig, group: AlertGroup): Reply {
  const { shown, links } = config.alerts;
  return alertCard(group, { shown, links, mentions: routeFor(config, group).mentions });
}

/** What Slack is to say after a change: the card, where it would say something else than before, and what became of it in its thread. */
export function tell(config: AlertsConfig, before: AlertGroup | undefined, changed: Changed, now: number): Written {
  const { mentions } = routeFor(config, changed.group);
  // Where we are not in the channel, somebody has to see it all the same.
  const instead = config.channels.audit ?? config.channels.approvals;
  const to = { kind: 'channel', channel: changed.group.channel, instead } as const;
  if (!before) return { group: pinged(changed.group, mentions), messages: [cardDue(config, changed.group, to, now)] };

  const thread = { to: { ...to, threadOf: cardId(changed.group) }, mentions, now };
  const { group, messages } = writeDown(before, changed, thread);
  const isSame = JSON.stringify(cardFor(config, group)) === JSON.stringify(cardFor(config, before));
  if (isSame) return { group, messages };
  const due = group.state === before.state ? now + PROGRESS_DELAY_MS : now;
  return { group, messages: [cardDue(config, group, to, due), ...messages] };
}

function cardDue(config: AlertsConfig, group: AlertGroup, to: Due[0]['to'], due: number): Due {
  const reply = cardFor(config, group);
  return [{ id: cardId(group), to, priority: PRIORITY.alert, reply, keepSeconds: KEEP_GROUP_SECONDS }, due];
}
