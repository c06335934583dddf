import type { Case } from './case.ts';
import { building } from './cases-builds.ts';
import { compute } from './cases-compute.ts';
import { computeQuotas } from './cases-compute-quotas.ts';
import { evacuation } from './cases-evacuation.ts';
import { identity } from './cases-identity.ts';
import { image } from './cases-image.ts';
import { moves } from './cases-moves.ts';
import { network } from './cases-network.ts';
import { placement } from './cases-placement.ts';
import { volume } from './cases-volume.ts';

const versions: Case[] = (['identity', 'compute', 'volume', 'network', 'image', 'placement'] as const).map((service) => ({
  name: `versions of ${service}`,
  as: 'admin',
  calls: [],
  run: (os) => os.versions(service),
}));

export const CASES: readonly Case[] = [
  ...identity,
  ...computeQuotas,
  ...compute,
  ...evacuation,
  ...volume,
  ...network,
  ...image,
  ...placement,
  ...versions,
  // Last, since they take their time, and leave migrations behind.
  ...building,
  ...moves,
];
