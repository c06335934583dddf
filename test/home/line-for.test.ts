import { expect, it } from 'vitest';
import { parseLine } from '../../src/chat/parse.ts';
import { lineFor } from '../../src/planning/line-for.ts';
import { loadRegistry } from '../../src/registry.ts';
import type { Place, Request } from '../../src/request.ts';

const team = 'T0HOME000';
const ops: Place = { kind: 'channel', team, channel: 'C0OPS0000' };
const elsewhere: Place = { kind: 'direct', team, channel: 'U0ALICE00' };
const CLOUDS = {
  names: ['prod', 'lab'],
  regionsOf: (cloud: string) => (cloud === 'prod' ? ['RegionOne', 'RegionTwo'] : ['RegionOne']),
};

function asked(line: string, more: Partial<Request> = {}): Request {
  const bob = { kind: 'slack', user: 'U0BOB0000', team } as const;
  const record = {
    number: 1042,
    state: 'expired',
    requester: bob,
    place: ops,
    entry: 'slash',
    receivedAt: 0,
    since: 0,
    attempt: 1,
  } as const;
  return { ...record, line, cloud: 'prod', region: 'RegionTwo', votes: [], locks: [], ...more };
}

it.each([
  ['names neither', 'quota show demo', 'quota show demo cloud=prod region=RegionTwo'],
  ['names its cloud', 'quota show demo --cloud=prod', 'quota show demo cloud=prod region=RegionTwo'],
  [
    'says the words in a value',
    'quota set demo cores=40 --reason "--cloud lab"',
    'quota set demo cores=40 reason="--cloud lab" cloud=prod region=RegionTwo',
  ],
  ['ends its options', 'quota show -- demo', 'quota show demo cloud=prod region=RegionTwo'],
])('a line that %s means the same cloud in another place', async (_how, line, expected) => {
  const registry = await loadRegistry();

  const said = lineFor(asked(line), elsewhere, { registry, clouds: CLOUDS });

  expect(said).toBe(expected);
  expect(parseLine(said, registry).globals).toMatchObject({ cloud: 'prod', region: 'RegionTwo' });
});

it('what was for all regions is for all of them in another place', async () => {
  const known = { registry: await loadRegistry(), clouds: CLOUDS };

  expect(lineFor(asked('quota show demo', { region: 'RegionOne+RegionTwo' }), elsewhere, known)).toBe(
    'quota show demo cloud=prod region=all',
  );
});

it.each([
  ['in its own channel', ops, CLOUDS, {}],
  ['that names both', elsewhere, CLOUDS, { line: 'quota show demo --cloud prod --region RegionTwo' }],
  ['where there is one cloud with one region', elsewhere, { names: ['prod'], regionsOf: () => ['RegionTwo'] }, {}],
  ['where its cloud is gone', elsewhere, { ...CLOUDS, names: ['lab', 'other'] }, {}],
  ['which was never about a cloud', elsewhere, CLOUDS, { cloud: '', region: '' }],
  ['that nobody understands any more', elsewhere, CLOUDS, { line: 'gone long ago' }],
])('a line %s stays as it was typed', async (_where, place, clouds, more) => {
  const request = asked('quota  show "demo"', more);

  expect(lineFor(request, place, { registry: await loadRegistry(), clouds })).toBe(request.line);
});
