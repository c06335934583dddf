import { OpenStackError } from '../errors.ts';
import type { Outcome, Report } from '../job.ts';
import { type FloatingIp, getFloatingIp, listFloatingIps } from '../openstack/floating-ips.ts';
import { unlessGone } from '../openstack/gone.ts';
import type { Session } from '../openstack/session.ts';
import { code } from '../reply.ts';
import type { ApprovedAddress } from './approved.ts';

/** What jobs on floating IPs do several of at a time. */
export const AT_ONCE = 8;

/** As items of a job. */
export function itemsOf(addresses: readonly ApprovedAddress[]): (ApprovedAddress & { name: string })[] {
  return addresses.map((one) => ({ ...one, name: one.address }));
}

/** Those of them that there are, by their IDs; 1 call for each 100. */
export async function lookAtAll(os: Session, addresses: readonly { id: string }[]): Promise<ReadonlyMap<string, FloatingIp>> {
  const ips = await listFloatingIps(os, { ids: addresses.map(({ id }) => id) });
  return new Map(ips.map((ip) => [ip.id, ip]));
}

/** One of them, by a look of its own: after a write, of which the look of before cannot tell. */
export function lookAtOne(os: Session, { id }: { id: string }): Promise<FloatingIp | undefined> {
  return unlessGone(getFloatingIp(os, id));
}

export function isConflict(error: unknown): error is OpenStackError {
  return error instanceof OpenStackError && error.code === 'conflict';
}

const IN_WORDS: Record<Outcome['state'], string> = {
  done: 'done',
  already: 'passed over',
  drifted: 'left alone',
  failed: 'FAILED',
  unknown: 'UNKNOWN',
  'not started': 'not begun',
};

/** What a job says at its end, with each address and what became of it. @param done what is said of those that are done: "deleted" */
export function reportOf(text: string, addresses: readonly ApprovedAddress[], outcomes: Outcome[], done: string): Report {
  const inWords = { ...IN_WORDS, done };
  const rows = outcomes.map(({ item, state, detail = '' }) => {
    const of = addresses.find(({ id }) => id === item.id);
    return [item.name, of ? (of.project.name ?? of.project.id) : '', inWords[state], detail];
  });
  const lines = outcomes.flatMap(({ item, state, detail }) =>
    state === 'done' ? [] : [`${code(item.name)}: ${inWords[state]}.${detail === undefined ? '' : ` ${detail}`}`],
  );
  return {
    text,
    ...(lines.length > 0 ? { lines: few(lines) } : {}),
    table: { columns: ['address', 'project', 'outcome', 'detail'], rows },
    outcomes,
  };
}

const FEW = 10;

function few(lines: readonly string[]): string[] {
  return lines.length <= FEW ? [...lines] : [...lines.slice(0, FEW), `And ${lines.length - FEW} more, which the table has.`];
}
