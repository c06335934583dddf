import { quote } from '../chat/tokenize.ts';
import type { Outcome, Report } from '../job.ts';
import type { Server } from '../openstack/compute.ts';
import type { Migration } from '../openstack/migrations.ts';
import { type Button, code, count, plain, unticked } from '../reply.ts';
import { affectedInWords } from './blast.ts';
import { FAILED } from './next.ts';
import { notice } from './notice.ts';
import type { EvacuatedServer, EvacuatePayload } from './payload.ts';
import { shortIds } from './pick.ts';

/** What was seen last. */
export interface Sightings {
  /** Each approved server that was looked at; undefined where it is gone. */
  places: Map<string, Server | undefined>;
  /** All that are on the dead host. */
  here: readonly Server[];
  /** The newest evacuation of each server since the plan. */
  evacuations: ReadonlyMap<string, Migration>;
  /** IDs of those that this run had Nova evacuate: the last look may have been before that. */
  asked: Set<string>;
}

interface Ended extends Sightings {
  payload: EvacuatePayload;
  fence: Outcome;
  outcomes: readonly Outcome[];
  /** ` --cloud prod --region RegionOne` */
  where: string;
}

/** The end card: what moved where, what did not and why, and what is left to do. */
export function evacuationReport(ended: Ended): Report {
  const { payload, fence, outcomes } = ended;
  const { host, affected } = payload;
  const moved = outcomes.filter(hasMoved);
  const others = outcomes.filter((outcome) => !hasMoved(outcome));
  const underWay = others.filter((outcome) => isUnderWay(outcome, ended));
  const left = others.filter((outcome) => !underWay.includes(outcome));
  const stays = payload.servers.filter(({ id }) => isStillThere(id, ended) && left.some(({ item }) => item.id === id));
  const retry = retryButton(ended, stays);
  return {
    text: `${moved.length} of ${count(outcomes, 'server')} of ${code(host)} ${moved.length === 1 ? 'is' : 'are'} on other hosts${othersInWords(left)}${underWay.length > 0 ? `, ${underWay.length} ${UNDER_WAY}` : ''}. ${hostInWords(host, fence)}`,
    ...(others.length > 0 ? { warnings: warningsOf(others, ended) } : {}),
    lines: [...strangersInWords(ended), ...nextSteps(host, fence), `Whose servers these are: ${affectedInWords(affected)}.`],
    table: {
      columns: ['server', 'project', 'outcome', 'where', 'what was seen', 'ID'],
      rows: payload.servers.map((server) => row(server, ended)),
    },
    pre: notice(payload, outcomes),
    ...(retry ? { buttons: [retry] } : {}),
    outcomes: [fence, ...outcomes],
  };
}

function hasMoved({ state }: Outcome): boolean {
  return state === 'done' || state === 'already';
}

/** The run was stopped, and Nova goes on with it. */
function isUnderWay({ state, item }: Outcome, { evacuations, asked }: Pick<Ended, 'evacuations' | 'asked'>): boolean {
  if (state !== 'not started') return false;
  const evacuation = evacuations.get(item.id);
  return evacuation ? !FAILED.has(evacuation.status) : asked.has(item.id);
}

const UNDER_WAY = 'under way in Nova';

/** What nobody has looked at stands where it stood. */
function isStillThere(id: string, { payload, places }: Ended): boolean {
  const server = places.get(id);
  return server ? server.host === payload.host && server.status !== 'DELETED' : !places.has(id);
}

/** ", 1 failed, 2 left alone" */
function othersInWords(others: readonly Outcome[]): string {
  const words: [Outcome['state'], string][] = [
    ['failed', 'failed'],
    ['drifted', 'left alone'],
    ['unknown', 'unknown'],
    ['not started', 'not begun'],
  ];
  return words
    .map(([state, word]) => [others.filter((outcome) => outcome.state === state).length, word] as const)
    .filter(([number]) => number > 0)
    .map(([number, word]) => `, ${number} ${word}`)
    .join('');
}

function hostInWords(host: string, fence: Outcome): string {
  if (hasMoved(fence)) return 'The host stays disabled.';
  if (fence.state === 'not started') return `I was stopped before I looked whether ${code(host)} is forced down.`;
  return `${code(host)} is not forced down and disabled: ${fence.detail ?? fence.state}`;
}

/** More than these are in the table. */
const MOST_WARNINGS = 10;

function warningsOf(others: readonly Outcome[], ended: Ended): string[] {
  const shown = others.slice(0, MOST_WARNINGS).map((outcome) => `${code(outcome.item.name)}: ${said(outcome, ended)}`);
  return others.length > shown.length ? [...shown, `and ${others.length - shown.length} more, in the table.`] : shown;
}

function said(outcome: Outcome, ended: Ended): string {
  return outcome.detail ?? (isUnderWay(outcome, ended) ? UNDER_WAY : outcome.state);
}

/** What came onto the host after it was planned, and what was left out on purpose. */
function strangersInWords({ payload, here }: Ended): string[] {
  const { host, known } = payload;
  const strangers = here.filter(({ id }) => !known.includes(id));
  if (strangers.length === 0) return [];
  return [
    `Not planned, so left alone: ${strangers.map(({ name }) => code(name)).join(', ')} came onto ${code(host)} after this was planned. Type the line again for ${strangers.length === 1 ? 'it' : 'them'}.`,
  ];
}

function nextSteps(host: string, fence: Outcome): string[] {
  if (!hasMoved(fence)) return [];
  return [
    `Left to do: repair ${code(host)} and let nova-compute start there, which removes its old copies of the servers by itself. Then ${code(`host restore ${host}`)} lets it take servers again. Do not lift the forced down by hand before: two copies of a server would write to one disk.`,
  ];
}

function row({ id, name, project }: EvacuatedServer, ended: Ended): string[] {
  const { payload, outcomes, places } = ended;
  const outcome = outcomes.find(({ item }) => item.id === id);
  const owner = payload.affected.find((one) => one.project.id === project)?.project.name ?? project;
  const words: Partial<Record<Outcome['state'], string>> = { done: 'moved', already: 'was elsewhere', drifted: 'left alone' };
  const state = outcome?.state ?? 'not started';
  const word = outcome && isUnderWay(outcome, ended) ? UNDER_WAY : (words[state] ?? state);
  const place = places.get(id);
  const at = place?.status === 'DELETED' ? '' : (place?.host ?? '');
  return [name, owner, word, at, unticked(outcome?.detail ?? ''), id];
}

/** The same line for those that are still there and did not move, for whoever clicks. */
function retryButton({ payload, where }: Ended, stays: readonly EvacuatedServer[]): Button | undefined {
  if (stays.length === 0) return undefined;
  const { host, to, reason, known } = payload;
  const short = new Map(
    shortIds(
      stays.map(({ id }) => id),
      known,
    ).map((text, at) => [stays[at]?.id, text]),
  );
  const lose = stays.filter(({ losesDisk }) => losesDisk);
  const list = (servers: readonly EvacuatedServer[]): string => servers.map(({ id }) => short.get(id) ?? id).join(',');
  const line = [
    `host evacuate ${quote(host)}`,
    ...(to === null ? [] : [`--to ${quote(to)}`]),
    `--only ${list(stays)}`,
    ...(lose.length > 0 ? [`--lose-disk ${list(lose)}`] : []),
    `--fenced ${quote(fencedBefore(payload))} --reason ${quote(plain(reason))}${where}`,
  ].join(' ');
  return { label: 'Retry the failed', act: { kind: 'line', line } };
}

const SAID_BEFORE = /^as .+? said before: /;

/** Whoever clicks says nothing anew: the first one's words stay theirs, however often it is retried. */
function fencedBefore({ fenced, saidBy = 'the requester' }: EvacuatePayload): string {
  const said = plain(fenced);
  return SAID_BEFORE.test(said) ? said : `as ${plain(saidBy)} said before: ${said}`;
}
