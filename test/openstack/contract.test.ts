import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { seeded } from '../../demo/cloud/seed.ts';
import type { CloudState } from '../../demo/cloud/state.ts';
import { CASES } from '../contract/cases.ts';
import { type CloudUnderTest, openCloud, openPretendCloud } from '../contract/clouds.ts';
import { differences, outcomeOf, wireDifferences } from '../contract/outcome.ts';

let real: CloudUnderTest;
let pretend: CloudUnderTest;

beforeAll(async () => {
  real = await openCloud(inject('realCloudsYaml'), 'real');
  pretend = await openPretendCloud({ state: likeTheRealOne() });
});
afterAll(async () => {
  await real?.close();
  await pretend?.close();
});

/** Volume types are quota names too, and a fourth host is a fourth page. */
function likeTheRealOne(): CloudState {
  const state = seeded();
  return {
    ...state,
    volumeTypes: state.volumeTypes.filter(({ name }) => name === '__DEFAULT__'),
    hosts: state.hosts.filter(({ name }) => name !== 'compute10'),
    aggregates: state.aggregates.map((one) => ({ ...one, hosts: one.hosts.filter((name) => name !== 'compute10') })),
  };
}

describe('the pretend cloud answers as the real one does', () => {
  it.each(CASES)('$name', async (one) => {
    real.wire();
    pretend.wire();

    const fromReal = await outcomeOf(one, real.session(one.as), real.world);
    const fromPretend = await outcomeOf(one, pretend.session(one.as), pretend.world);

    expect(differences(fromReal, fromPretend)).toEqual([]);
    expect(wireDifferences(real.wire(), pretend.wire())).toEqual([]);
  });
});
