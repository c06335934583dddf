import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RecordedCall } from '../../demo/cloud/server.ts';
import { CASES } from './cases.ts';
import { openPretendCloud } from './clouds.ts';
import { outcomeOf } from './outcome.ts';
import { calledAs, callsIn, callsInSource } from './source-calls.ts';

/* Whatever the bot asks OpenStack has a case that holds the pretend cloud's answer to the real one's. */

let pretend: Awaited<ReturnType<typeof openPretendCloud>>;
let asked: RecordedCall[];

beforeAll(async () => {
  pretend = await openPretendCloud();
  const before = pretend.cloud.calls.length;
  // Nothing is compared here, so that no time need pass.
  const world = { ...pretend.world, nextSecond: () => Promise.resolve() };
  for (const one of CASES) await outcomeOf(one, pretend.session(one.as), world);
  // A log-in is made once for all cases, before the first of them.
  asked = pretend.cloud.calls.filter((call, n) => n >= before || call.path === '/v3/auth/tokens');
});
afterAll(() => pretend?.close());

/** The rows of NOT-REAL.md about calls: which, and why. */
function notHeld(): Map<string, string> {
  const text = readFileSync(new URL('../openstack/NOT-REAL.md', import.meta.url), 'utf8');
  const section = text.split(/^## /m).find((part) => part.startsWith('Calls'));
  const rows = [...(section ?? '').matchAll(/^\| `([^`]+)` \| (.+) \|$/gm)];
  return new Map(rows.map(([, call = '', why = '']) => [call, why]));
}

function wellAnswered(): Set<string> {
  return new Set(asked.filter(({ status = 500 }) => status < 400).map(calledAs));
}

it('every call of src/openstack is made by a case, and answered well in one, or NOT-REAL.md says why not', () => {
  const answered = wellAnswered();
  const excused = notHeld();

  const missing = callsInSource().filter(({ call }) => !answered.has(call) && !excused.has(call));

  expect(missing.map(({ file, call }) => `${file}: ${call}`)).toEqual([]);
});

it('every call of src/openstack is refused or answered in a case, even where a good answer cannot be compared', () => {
  const made = new Set(asked.map(calledAs));

  expect(callsInSource().filter(({ call }) => !made.has(call))).toEqual([]);
});

it('NOT-REAL.md excuses no call that is held, or that nobody makes', () => {
  const answered = wellAnswered();
  const inSource = new Set(callsInSource().map(({ call }) => call));

  expect([...notHeld().keys()].filter((call) => answered.has(call) || !inSource.has(call))).toEqual([]);
});

it('nothing but src/openstack asks OpenStack', () => {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const files = ['commands', 'jobs', 'src'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  const others = files.filter((name) => name.endsWith('.ts') && !name.startsWith(join('src', 'openstack')));

  const asking = others.filter((name) => /\.(request|list)\(\{\s*service:/.test(readFileSync(join(root, name), 'utf8')));

  expect(asking).toEqual([]);
});

it('reads what is behind a path, and does not pass over what it cannot read', () => {
  const helper = ['function pathOf(id: string): string {', '  return `/things/$', '{id}`;', '}'].join('');
  const source = (path: string): string => `os.request({ service: 'compute', method: 'GET', path: ${path} });\n${helper}`;

  expect(callsIn('things.ts', source('pathOf(id)'))).toEqual([{ call: 'GET compute /things/{}', file: 'things.ts' }]);
  expect(() => callsIn('things.ts', source('elsewhere(id)'))).toThrow('things.ts has a call that cannot be read');
  expect(() => callsIn('things.ts', 'const ask = os.list;')).toThrow('uses its session 1 times and has 0 calls');
});
