import { expect, it } from 'vitest';
import { comparePlans } from '../../src/planning/compare-plans.ts';
import type { FrozenPlan } from '../../src/request.ts';

const WEB = { type: 'server', id: '1', name: 'web-1', host: 'cmp-03', project: { id: 'p', name: 'demo' } };
const DB = { type: 'server', id: '2', name: 'db-1', host: 'cmp-03', project: { id: 'p', name: 'demo' } };

function plan(more: Partial<FrozenPlan> = {}): FrozenPlan {
  return {
    text: 'Evacuate 2 servers.',
    touches: [WEB, DB],
    jobs: [{ region: '', job: 'host/evacuate', payload: { host: 'cmp-03' } }],
    undo: { possible: false, because: 'they have moved' },
    ...more,
  };
}

function moved(was: Partial<FrozenPlan>, now: Partial<FrozenPlan>): string[] {
  return comparePlans(plan(was), plan(now)).moved;
}

it('the same plan holds', () => {
  expect(comparePlans(plan(), plan())).toEqual({ holds: ['it touches the same 2 things (`web-1`, `db-1`)'], moved: [] });
});

it('things that went, came, moved to another host or project, or have another name are told', () => {
  const app = { type: 'server', id: '3', name: 'app-1' };

  expect(moved({}, { touches: [WEB, app] })).toEqual(['no longer part of it: server `db-1`', 'part of it now: server `app-1`']);
  expect(moved({}, { touches: [WEB, { ...DB, host: 'cmp-04' }] })).toEqual(['server `db-1` is on host `cmp-04` (was `cmp-03`)']);
  expect(moved({}, { touches: [WEB, { ...DB, name: 'db-2', project: { id: 'q' } }] })).toEqual([
    'server `db-1` is called `db-2` (was `db-1`)',
    'server `db-1` is of project `q` (was `demo`)',
  ]);
});

it('the same ID in another region is another thing', () => {
  expect(moved({ touches: [{ ...WEB, region: 'one' }] }, { touches: [{ ...WEB, region: 'two' }] })).toEqual([
    'no longer part of it: server `web-1`',
    'part of it now: server `web-1`',
  ]);
});

it('of many things five are named, and the others counted', () => {
  const many = Array.from({ length: 9 }, (_, i) => ({ type: 'server', id: `${i}`, name: `s-${i}` }));

  expect(moved({ touches: [] }, { touches: many })).toEqual([
    'part of it now: server `s-0`, server `s-1`, server `s-2`, server `s-3`, server `s-4` and 4 more',
  ]);
});

it('a fact holds while what counts of it is the same, and is told as it is now', () => {
  const heard = (says: string, is?: string): NonNullable<FrozenPlan['facts']> => [
    { name: 'Heartbeat', says, ...(is ? { is } : {}) },
  ];

  expect(
    comparePlans(plan({ facts: heard('14 minutes ago', 'T') }), plan({ facts: heard('19 minutes ago', 'T') })),
  ).toMatchObject({
    holds: [expect.anything(), 'Heartbeat: 19 minutes ago'],
    moved: [],
  });
  expect(moved({ facts: heard('14 minutes ago', 'T') }, { facts: heard('now', 'U') })).toEqual([
    'Heartbeat: now (was: 14 minutes ago)',
  ]);
  expect(moved({ facts: heard('14 minutes ago') }, {})).toEqual([
    'Heartbeat: nothing is told of it any more (was: 14 minutes ago)',
  ]);
  expect(moved({}, { facts: heard('now') })).toEqual(['Heartbeat: now (new)']);
});

it('fields, warnings and lines that changed are told', () => {
  expect(moved({ fields: [{ name: 'Fits', value: 'yes' }] }, { fields: [{ name: 'Fits', value: 'no' }] })).toEqual([
    'Fits: no (was: yes)',
  ]);
  expect(moved({ warnings: ['old'] }, { warnings: ['new'] })).toEqual(['it now warns: new', 'it no longer warns: old']);
  expect(moved({ lines: ['old'] }, { lines: ['old', 'new'] })).toEqual(['it now says: new']);
});

it('rows of a table are told apart by as many of their first cells as it takes', () => {
  const table = (...rows: string[][]): NonNullable<FrozenPlan['table']> => ({ columns: ['region', 'quota', 'now'], rows });
  const was = table(['one', 'cores', '20'], ['one', 'ram', '50'], ['two', 'cores', '20']);

  expect(comparePlans(plan({ table: was }), plan({ table: was })).holds).toContain('3 of 3 rows of its table');
  expect(moved({ table: was }, { table: table(['one', 'cores', '20'], ['one', 'ram', '60'], ['two', 'cores', '20']) })).toEqual([
    '`one` `ram`: now `60` (was `50`)',
  ]);
  expect(moved({ table: was }, { table: table(['one', 'cores', '20'], ['one', 'disk', '1']) })).toEqual([
    'rows that are gone: `one` `ram`, `two` `cores`',
    'rows that came: `one` `disk`',
  ]);
  expect(moved({ table: was }, {})).toEqual(['rows that are gone: `one` `cores`, `one` `ram`, `two` `cores`']);
});

it('another sentence is told, and what would be done otherwise even where nothing shows it', () => {
  expect(moved({}, { text: 'Evacuate 3 servers.' })).toEqual(['it would now be: Evacuate 3 servers.']);
  expect(moved({}, { jobs: [{ region: '', job: 'host/evacuate', payload: { host: 'cmp-04' } }] })).toEqual([
    'what would be done to it is no longer the same, though nothing that is shown has changed',
  ]);
});
