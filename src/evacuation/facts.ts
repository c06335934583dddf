import { formatDuration, formatInstant } from '../chat/values.ts';
import { UserError } from '../errors.ts';
import { timeOf } from '../openstack/times.ts';
import { code } from '../reply.ts';
import type { Heard, LifeLook } from './life.ts';

/*
 * The facts that an evacuation stands on: nothing is heard of the host, somebody says that it is fenced, its disks can be had elsewhere.
 * A fourth, that this is no incident of the queue or the network, begins here with `elsewhereMs`; the brake looks at the whole cloud.
 */

/** Whatever reports from the host and was heard within the limit: it lives, or a part of it does. */
export function signsOfLife({ others }: LifeLook, limitMs: number): Heard[] {
  return others.filter(({ agoMs }) => agoMs < limitMs);
}

/** "Open vSwitch agent was heard 3s ago" */
export function heardInWords(heard: readonly Heard[]): string {
  return heard.map(({ name, agoMs }) => `${name} was heard ${formatDuration(agoMs)} ago`).join(', ');
}

/** @throws UserError naming what speaks against it: to evacuate from a host that lives would write to its servers' disks from two sides. */
export function mustBeSilent(host: string, look: LifeLook, limitMs: number): void {
  const limit = formatDuration(limitMs);
  const signs = signsOfLife(look, limitMs);
  if (signs.length > 0) {
    throw new UserError(
      `${code(host)} is not dead: its ${heardInWords(signs)}. Nothing at all may have been heard of a host for ${limit} before its servers are rebuilt elsewhere. If it cannot be repaired as it is, power it off, and type the line again then.`,
    );
  }
  if (look.silentMs < limitMs) {
    throw new UserError(
      `Nova heard nova-compute of ${code(host)} ${formatDuration(look.silentMs)} ago, and evacuation takes ${limit} of silence. If the host lives, its servers can be live-migrated instead. A change of the service, as when somebody disables it, counts as heard too, since Nova keeps one time for both: then type the line again in ${formatDuration(limitMs - look.silentMs)}.`,
    );
  }
  if (look.elsewhereMs >= limitMs) {
    throw new UserError(
      `Nova has heard nothing of its services on any other host for ${limit} either. That is no dead host but an incident of the message queue, the database, the network or a clock: mend that first.`,
    );
  }
}

/** The evidence for the first fact, for the plan. */
export function silenceInWords(host: string, look: LifeLook, limitMs: number): string {
  const heard = look.service?.updated_at;
  const when = heard
    ? `last heard ${formatDuration(look.silentMs)} ago, at ${formatInstant(timeOf(heard))} by Nova's clock`
    : 'never heard';
  const [freshest] = look.others;
  const others =
    freshest === undefined
      ? 'nothing else reports from it'
      : `of the ${look.others.length} others that report from it the last, ${freshest.name}, was heard ${ageInWords(freshest.agoMs)}`;
  return `1. Silent: nova-compute of ${code(host)} was ${when}; ${others}. The limit is ${formatDuration(limitMs)}.`;
}

function ageInWords(agoMs: number): string {
  return Number.isFinite(agoMs) ? `${formatDuration(agoMs)} ago` : 'never';
}
