import cleanup from '../../jobs/floating-ip/cleanup.ts';
import { noSuchRequest } from '../chat/request-words.ts';
import type { CommandContext } from '../command-context.ts';
import { UserError } from '../errors.ts';
import { code } from '../reply.ts';
import { label, type Request } from '../request.ts';
import type { Owner, Target } from '../target.ts';
import type { ApprovedAddress } from './approved.ts';

/**
 * What a request was approved to delete in this region, as it was then; all of it, or these addresses. @throws UserError where it is no such
 * request, or was not about these
 */
export async function deletedBy(
  number: number,
  addresses: readonly string[],
  { requests, cloud, region }: Pick<CommandContext, 'requests' | 'cloud' | 'region'>,
): Promise<ApprovedAddress[]> {
  const request = await requests.find(number);
  if (!request) throw noSuchRequest(number);
  const all = deletesOf(request, cloud, region);
  if (all.length === 0) throw new UserError(await whyNone(request, requests));
  const missing = addresses.filter((address) => !all.some((one) => one.address === address));
  if (missing.length > 0) {
    const which = missing.map((address) => code(address)).join(', ');
    throw new UserError(
      `${label(number)} did not delete ${which}. Leave it out; ${code(`request show ${label(number)}`)} has those it did.`,
    );
  }
  return addresses.length === 0 ? all : all.filter(({ address }) => addresses.includes(address));
}

function deletesOf(request: Request, cloud: string, region: string): ApprovedAddress[] {
  if (request.cloud !== cloud) return [];
  return (request.plan?.jobs ?? [])
    .filter((one) => one.job === 'floating-ip/cleanup' && one.region === region)
    .flatMap(({ payload }) => cleanup.payload.parse(payload).addresses);
}

/** One that only put into quarantine is followed by the one that deletes. */
async function whyNone({ number }: Request, { children }: CommandContext['requests']): Promise<string> {
  const later = (await children(number)).map((child) => code(`--of ${label(child)}`));
  const instead = later.length > 0 ? ` Perhaps one that follows from it did: ${later.join(', ')}.` : '';
  return `${label(number)} deleted no floating IPs here.${instead} Type the number of a ${code('floating ip cleanup')}.`;
}

/** What was deleted has the ID that it had. */
export function deletedTarget({ id, address, project }: ApprovedAddress): Target {
  return { type: 'floating ip', id, name: address, project: ownerOf(project) };
}

export function ownerOf({ id, name }: ApprovedAddress['project']): Owner {
  return name === undefined ? { id } : { id, name };
}
