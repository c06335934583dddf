import { nearest } from '../chat/suggest.ts';
import { UserError } from '../errors.ts';
import { naturally } from '../natural-order.ts';
import { code } from '../reply.ts';
import { type ComputeService, listComputeServices } from './compute.ts';
import type { Session } from './session.ts';

/** The nova-compute of this host. Names are exact: compute1 is not compute10. UserError with what was near, as far as the asker may see it. */
export async function findHost(os: Session, host: string, maySee: (name: string) => boolean): Promise<ComputeService> {
  const service = (await listComputeServices(os, { binary: 'nova-compute', host })).find((one) => one.host === host);
  if (service) return service;
  const all = (await listComputeServices(os, { binary: 'nova-compute' })).map((one) => one.host).filter(maySee);
  const begun = all.filter((name) => name.startsWith(host) || host.startsWith(name)).sort(naturally);
  const near = [...new Set([...begun, ...nearest(host, all)])].slice(0, 5);
  const instead = near.length > 0 ? `Did you mean ${near.map(code).join(' or ')}?` : 'Type `host list` for those there are.';
  throw new UserError(`Nova has no compute host ${code(host)}. ${instead}`, {
    choices: near.map((name) => ({ label: name, given: host, value: name })),
  });
}
