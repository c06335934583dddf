import type { StackhandYaml } from '../config-schema.ts';
import { PRIORITY, PROGRESS_DELAY_MS } from '../outbox/outbox.ts';
import type { Reply } from '../reply.ts';
import { alertCard, labelOf, movedCard } from './card.ts';
import { type AlertGroup, begin, type Changed, firingOf } from './group.ts';
import { type Due, endThread, pinged, type Thread, type Written, writeDown } from './history.ts';
import type { Telling } from './payload.ts';
import { type Route, routeOf } from './route.ts';

/** What stackhand.yaml says of alerts, and which channels there are besides. */
export type AlertsConfig = Pick<StackhandYaml, 'channels'> & { alerts: NonNullable<StackhandYaml['alerts']> };

/** Groups are kept this long after they were last told of, and as long can their cards be edited in place. */
export const KEEP_GROUP_SECONDS = 90 * 86_400;

/** Of its newest card, or of an earlier one, from 1. */
export function cardId(group: AlertGroup, card = group.cards): string {
  return card === 1 ? `${labelOf(group)}/card` : `${labelOf(group)}/card/${card}`;
}

/** A group that nobody has told of before, with the channel where it belongs. */
export function beginFor(config: AlertsConfig, telling: Telling, about: { number: number; now: number }): Changed {
  const { group, change } = begin(telling, about);
  const { index, channel } = routeFor(config, group);
  return { group: { ...group, route: index, channel }, change };
}

/**
 * Where it belongs from now on. Each time that it fires, its route is asked anew; while it fires, only an earlier one takes it elsewhere:
 * so it gets worse where people look for that, and goes on at most as often as there are routes.
 */
function routed(config: AlertsConfig, before: AlertGroup, group: AlertGroup): AlertGroup {
  if (group.state !== 'firing') return group;
  const { index, channel } = routeFor(config, group);
  if (before.state === 'firing' && index >= group.route) return group;
  return { ...group, route: index, channel, cards: group.cards + Number(channel !== group.channel) };
}

/** By what fires in it, or did. */
function routeFor({ alerts }: AlertsConfig, group: AlertGroup): Route {
  const firing = firingOf(group);
  return routeOf(alerts, firing.length > 0 ? firing : group.alerts);
}

export function cardFor(config: AlertsConfig, group: AlertGroup): Reply {
  const { shown, links } = config.alerts;
  const card = alertCard(group, { shown, links, mentions: routeFor(config, group).mentions });
  return group.cards === 1 ? card : { ...card, linksTo: [{ label: 'What was before', message: cardId(group, group.cards - 1) }] };
}

/**
 * What Slack is to say after a change: the card, where it would say something else than before, and what became of it in its thread. Where
 * it belongs into another channel now, that is a new card there, and the old one says where it went on.
 */
export function tell(config: AlertsConfig, before: AlertGroup | undefined, changed: Changed, now: number): Written {
  const { mentions } = routeFor(config, changed.group);
  if (!before) return { group: pinged(changed.group, mentions), messages: [cardDue(config, changed.group, now)] };

  const moved = routed(config, before, changed.group);
  const thread = { to: { ...toChannel(config, before), threadOf: cardId(before) }, mentions, now };
  if (moved.cards !== before.cards) {
    const { group, messages } = endThread(before, { ...changed, group: moved }, thread);
    return { group, messages: [cardDue(config, group, now), movedDue(config, before, group, now), ...messages] };
  }
  const { group, messages } = writeDown(before, { ...changed, group: moved }, thread);
  const isSame = JSON.stringify(cardFor(config, group)) === JSON.stringify(cardFor(config, before));
  if (isSame) return { group, messages };
  const due = group.state === before.state ? now + PROGRESS_DELAY_MS : now;
  return { group, messages: [cardDue(config, group, due), ...messages] };
}

function cardDue(config: AlertsConfig, group: AlertGroup, due: number): Due {
  const to = toChannel(config, group);
  const reply = cardFor(config, group);
  return [{ id: cardId(group), to, priority: PRIORITY.alert, reply, keepSeconds: KEEP_GROUP_SECONDS }, due];
}

function movedDue(config: AlertsConfig, before: AlertGroup, group: AlertGroup, due: number): Due {
  const to = toChannel(config, before);
  const reply = { ...movedCard(group), linksTo: [{ label: 'Open it there', message: cardId(group), waits: true } as const] };
  return [{ id: cardId(before), to, priority: PRIORITY.alert, reply, keepSeconds: KEEP_GROUP_SECONDS }, due];
}

/** Where we are not in the channel, somebody has to see it all the same. */
function toChannel({ channels }: AlertsConfig, { channel }: AlertGroup): Thread['to'] {
  return { kind: 'channel', channel, instead: channels.audit ?? channels.approvals };
}
