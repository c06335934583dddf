import { sha256 } from '../audit/chain.ts';
import type { FrozenPlan } from '../request.ts';

/** What a vote is bound to: cloud, job, payload, what it touches, and every word that was shown. */
export function planHash(cloud: string, region: string, plan: FrozenPlan): string {
  return sha256({ cloud, region, ...plan });
}
