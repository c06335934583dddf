import { OpenStackError, UserError } from '../../src/errors.ts';
import type { Session } from '../../src/openstack/session.ts';
import type { Case, World } from './case.ts';

/** What a case came to, without what may differ between two clouds: IDs, addresses, times, how many. */
export type Outcome = { shape: Shape } | { error: string; text: string; status?: number };

/** `string`, `number | null`, `{ id: string }`, `[…]` */
export type Shape = string | { [key: string]: Shape };

export async function outcomeOf({ run }: Case, os: Session, world: World): Promise<Outcome> {
  try {
    return { shape: shapeOf(await run(os, world)) };
  } catch (error) {
    if (error instanceof OpenStackError) {
      return { error: error.code, text: masked(error.message), ...(error.status === undefined ? {} : { status: error.status }) };
    }
    if (error instanceof UserError) return { error: 'UserError', text: masked(error.message) };
    throw error;
  }
}

/** One answer as it came over the wire. */
export interface WireAnswer {
  call: string;
  status: number;
  body: unknown;
}

/**
 * Where the pretend cloud answers another status, or says what the real one does not: it may say less, as nobody reads all of it. A call
 * that was made as often in both is compared one by one; of one that was repeated until something had come about, each status counts once.
 */
export function wireDifferences(real: readonly WireAnswer[], pretend: readonly WireAnswer[]): string[] {
  const theirs = byCall(real);
  return [...byCall(pretend)].flatMap(([call, mine]) => {
    const those = theirs.get(call) ?? [];
    return mine.length === those.length ? oneByOne(those, mine) : byStatus(call, those, mine);
  });
}

function oneByOne(real: readonly WireAnswer[], pretend: readonly WireAnswer[]): string[] {
  return pretend.flatMap((mine, index) => {
    const theirs = real[index];
    if (!theirs) return [];
    if (mine.status !== theirs.status) return [`${mine.call}: real ${theirs.status}, pretend ${mine.status}`];
    return shapeDifferences(mine.call, shapeOf(theirs.body ?? null), shapeOf(mine.body ?? null), 'less is good');
  });
}

function byStatus(call: string, real: readonly WireAnswer[], pretend: readonly WireAnswer[]): string[] {
  const statuses = (answers: readonly WireAnswer[]): number[] => [...new Set(answers.map(({ status }) => status))].sort();
  if (statuses(real).join() !== statuses(pretend).join()) {
    return [`${call}: real ${statuses(real).join(' and ')}, pretend ${statuses(pretend).join(' and ')}`];
  }
  const shapeWith = (status: number, answers: readonly WireAnswer[]): Shape =>
    answers.flatMap((one) => (one.status === status ? [shapeOf(one.body ?? null)] : [])).reduce(merged, 'null');
  return statuses(pretend).flatMap((status) =>
    shapeDifferences(`${call} ${status}`, shapeWith(status, real), shapeWith(status, pretend), 'less is good'),
  );
}

/** Calls that are made at once are answered in any order. */
function byCall(answers: readonly WireAnswer[]): Map<string, WireAnswer[]> {
  const calls = new Map<string, WireAnswer[]>();
  for (const answer of answers) {
    const call = answer.call.replace(/[0-9a-f-]{32,36}/g, '<id>').replace(/\/migrations\/\d+/, '/migrations/<number>');
    calls.set(call, [...(calls.get(call) ?? []), answer]);
  }
  return calls;
}

/** Where the two differ, as sentences; an empty list of one cloud says nothing about the items of the other's. */
export function differences(real: Outcome, pretend: Outcome): string[] {
  if ('shape' in real && 'shape' in pretend) return shapeDifferences('', real.shape, pretend.shape);
  const [a, b] = [JSON.stringify(real), JSON.stringify(pretend)];
  return a === b ? [] : [`real: ${a}`, `pretend: ${b}`];
}

function shapeDifferences(path: string, real: Shape, pretend: Shape, less?: 'less is good'): string[] {
  const anything: Shape[] = ['null', 'nothing', MIXED];
  if (real === pretend || anything.includes(real) || anything.includes(pretend)) return [];
  if (typeof real === 'string' || typeof pretend === 'string') {
    return [`${path || 'answer'}: real ${JSON.stringify(real)}, pretend ${JSON.stringify(pretend)}`];
  }
  const keys = new Set([...Object.keys(real), ...Object.keys(pretend)]);
  return [...keys].flatMap((key) => {
    const [a, b] = [real[key], pretend[key]];
    const at = path ? `${path}.${key}` : key;
    if (b === undefined && less) return [];
    // What is kept by ID may be empty on one side, as a list may.
    if (key === BY_ID && (a === undefined || b === undefined)) return [];
    if (a === undefined || b === undefined) return [`${at}: only the ${a === undefined ? 'pretend' : 'real'} cloud has it`];
    return shapeDifferences(at, a, b, less);
  });
}

function shapeOf(value: unknown, isByNetwork = false): Shape {
  if (value === null) return 'null';
  if (value instanceof Date) return 'date';
  if (Array.isArray(value)) {
    const items = value.map((item) => shapeOf(item));
    return { 'each item': items.length === 0 ? 'nothing' : items.reduce(merged) };
  }
  if (typeof value !== 'object') return typeof value;
  const shape: { [key: string]: Shape } = {};
  for (const [key, item] of Object.entries(value)) {
    const known = AN_ID.test(key) || isByNetwork ? BY_ID : key;
    const found = FREE.has(key) ? 'any names' : shapeOf(item, key === 'addresses');
    shape[known] = merged(shape[known] ?? 'null', found);
  }
  return shape;
}

/** In the place of each of placement's keys: not two clouds have the same. */
const BY_ID = 'any';
const AN_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** What is in there is named by people. */
const FREE = new Set(['metadata', 'extra_specs']);

/** Nova's `image` is an object, and an empty text for a server that boots from a volume. */
const MIXED = 'one thing or another';

/** Null gives way: one item may lack what another has. */
function merged(a: Shape, b: Shape): Shape {
  if (a === 'null') return b;
  if (b === 'null' || a === b) return a;
  if (typeof a === 'string' || typeof b === 'string') return MIXED;
  const result: { [key: string]: Shape } = { ...a };
  for (const [key, shape] of Object.entries(b)) {
    const mine = result[key];
    result[key] = mine === undefined ? shape : merged(mine, shape);
  }
  return result;
}

const NOSUCH = /f{32}/g;

function masked(text: string): string {
  return text
    .replace(/req-[0-9a-f-]{36}/g, 'req-…')
    .replace(NOSUCH, 'NOSUCH')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}/g, 'ID')
    .replace(/127\.0\.0\.1:\d+/g, 'HOST');
}
