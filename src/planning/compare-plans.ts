import type { Fact } from '../plan.ts';
import { code, count, type Field, type Table } from '../reply.ts';
import type { FrozenPlan } from '../request.ts';
import type { Target } from '../target.ts';

/** What of an approved plan is still so, and what is not; each a part of a sentence. */
export interface Compared {
  holds: string[];
  moved: string[];
}

/** Everything that a plan shows and does, beside the same as it would be now. */
export function comparePlans(was: FrozenPlan, now: FrozenPlan): Compared {
  const parts = [
    compareTouches(was.touches, now.touches),
    compareFacts(was.facts ?? [], now.facts ?? []),
    compareFields(was.fields ?? [], now.fields ?? []),
    compareTables(was.table, now.table),
    compareTexts('warns', was.warnings ?? [], now.warnings ?? []),
    compareTexts('says', was.lines ?? [], now.lines ?? []),
  ];
  const holds = parts.flatMap((part) => part.holds);
  const moved = parts.flatMap((part) => part.moved);
  if (was.text !== now.text) moved.push(`it would now be: ${now.text}`);
  if (moved.length === 0 && JSON.stringify([was.jobs, was.undo]) !== JSON.stringify([now.jobs, now.undo]))
    moved.push('what would be done to it is no longer the same, though nothing that is shown has changed');
  return { holds, moved };
}

/** As many as are read on a phone. */
const NAMED = 5;

function named(things: readonly string[]): string {
  const more = things.length - NAMED;
  return more > 0 ? `${things.slice(0, NAMED).join(', ')} and ${more} more` : things.join(', ');
}

function compareTouches(was: readonly Target[], now: readonly Target[]): Compared {
  const keyOf = ({ type, id, region }: Target): string => JSON.stringify([type, region, id]);
  const before = new Map(was.map((target) => [keyOf(target), target]));
  const after = new Map(now.map((target) => [keyOf(target), target]));
  const gone = was.filter((target) => !after.has(keyOf(target))).map(targetInWords);
  const came = now.filter((target) => !before.has(keyOf(target))).map(targetInWords);
  const moved = [
    ...(gone.length > 0 ? [`no longer part of it: ${named(gone)}`] : []),
    ...(came.length > 0 ? [`part of it now: ${named(came)}`] : []),
    ...was.flatMap((target) => changesOf(target, after.get(keyOf(target)))),
  ];
  const names = named(was.map(({ name }) => code(name)));
  return { moved, holds: moved.length === 0 && was.length > 0 ? [`it touches the same ${count(was, 'thing')} (${names})`] : [] };
}

function targetInWords({ type, name }: Target): string {
  return `${type} ${code(name)}`;
}

function changesOf(was: Target, now: Target | undefined): string[] {
  if (!now) return [];
  const parts = [
    ['is called', was.name, now.name],
    ['is on host', was.host, now.host],
    ['is of project', was.project?.name ?? was.project?.id, now.project?.name ?? now.project?.id],
  ] as const;
  return parts
    .filter(([, before, after]) => before !== after)
    .map(([words, before, after]) => `${targetInWords(was)} ${words} ${shown(after)} (was ${shown(before)})`);
}

function shown(value: string | undefined): string {
  return value === undefined || value === '' ? 'nothing' : code(value);
}

/** An age alone is no change: a fact that holds is told as it is now. */
function compareFacts(was: readonly Fact[], now: readonly Fact[]): Compared {
  const before = new Map(was.map((fact) => [fact.name, fact]));
  const holds: string[] = [];
  const moved: string[] = [];
  for (const fact of now) {
    const old = before.get(fact.name);
    if (!old) moved.push(`${fact.name}: ${fact.says} (new)`);
    else if ((old.is ?? old.says) === (fact.is ?? fact.says)) holds.push(`${fact.name}: ${fact.says}`);
    else moved.push(`${fact.name}: ${fact.says} (was: ${old.says})`);
    before.delete(fact.name);
  }
  for (const { name, says } of before.values()) moved.push(`${name}: nothing is told of it any more (was: ${says})`);
  return { holds, moved };
}

function compareFields(was: readonly Field[], now: readonly Field[]): Compared {
  const asFacts = (fields: readonly Field[]): Fact[] => fields.map(({ name, value }) => ({ name, says: value }));
  return compareFacts(asFacts(was), asFacts(now));
}

function compareTexts(does: string, was: readonly string[], now: readonly string[]): Compared {
  const moved = [
    ...now.filter((text) => !was.includes(text)).map((text) => `it now ${does}: ${text}`),
    ...was.filter((text) => !now.includes(text)).map((text) => `it no longer ${does}: ${text}`),
  ];
  return { holds: [], moved };
}

const NO_TABLE: Table = { columns: [], rows: [] };

/** Rows that are not the same are told apart by their first cells. */
function compareTables(was: Table = NO_TABLE, now: Table = NO_TABLE): Compared {
  const same = new Set(was.rows.map((row) => JSON.stringify(row)));
  const kept = now.rows.filter((row) => same.has(JSON.stringify(row))).length;
  const cells = identifying([was.rows, now.rows]);
  const keyOf = (row: readonly string[]): string => JSON.stringify(row.slice(0, cells));
  const nameOf = (row: readonly string[]): string => row.slice(0, cells).map(code).join(' ');
  const before = new Map(was.rows.map((row) => [keyOf(row), row]));
  const after = new Set(now.rows.map(keyOf));
  const came: string[] = [];
  const changed: string[] = [];
  for (const row of now.rows) {
    const old = before.get(keyOf(row));
    if (!old) came.push(nameOf(row));
    else changed.push(...cellChanges(nameOf(row), { columns: was.columns, row: old }, { columns: now.columns, row }));
  }
  const gone = was.rows.filter((row) => !after.has(keyOf(row))).map(nameOf);
  const moved = [
    ...(gone.length > 0 ? [`rows that are gone: ${named(gone)}`] : []),
    ...(came.length > 0 ? [`rows that came: ${named(came)}`] : []),
    ...(changed.length > 0 ? [named(changed)] : []),
  ];
  const rows = was.rows.length;
  return { moved, holds: kept > 0 ? [`${kept} of ${count(rows, 'row')} of its table`] : [] };
}

/** The fewest first cells by which every row of each table is another one; all of them where even those are not enough. */
function identifying(tables: readonly string[][][]): number {
  const width = Math.max(1, ...tables.flat().map((row) => row.length));
  for (let cells = 1; cells < width; cells++) {
    const areApart = tables.every((rows) => new Set(rows.map((row) => JSON.stringify(row.slice(0, cells)))).size === rows.length);
    if (areApart) return cells;
  }
  return width;
}

interface Row {
  columns: readonly string[];
  row: readonly string[];
}

function cellChanges(name: string, was: Row, now: Row): string[] {
  return now.columns.flatMap((column, i) => {
    const before = was.row[was.columns.indexOf(column)];
    const after = now.row[i];
    return before === after ? [] : [`${name}: ${column} ${shown(after)} (was ${shown(before)})`];
  });
}
