import { DeliveryError } from '../errors.ts';
import type { Core } from '../process/core.ts';
import { commit } from '../redis/commit.ts';
import type { Link } from '../reply.ts';
import { label, type Request } from '../request.ts';
import type { Posted } from './delivery.ts';

/**
 * The address of a message of ours, for links to it; undefined where it is not said yet, or gone. Slack is asked once for each message:
 * where that stands does not change, and a message that is said anew loses what was noted here. Throws DeliveryError.
 */
export async function permalinkOf(
  { store, delivery }: Pick<Core, 'store' | 'delivery'>,
  id: string,
): Promise<string | undefined> {
  const { redis, keys } = store;
  const key = keys.message(id);
  const [posted, known] = await redis.hmget(key, 'posted', 'permalink');
  if (!posted) return undefined;
  if (typeof known === 'string') return known === '' ? undefined : known;
  // Our own writing.
  const url = await delivery.permalink(JSON.parse(posted) as Posted);
  await commit(redis, [{ key, field: 'posted', is: posted }], [['HSET', key, 'permalink', url ?? '']]);
  return url;
}

/** To where people see it and decide; none where that cannot be found, or Slack does not answer. */
export async function linkToCard(
  core: Pick<Core, 'store' | 'delivery' | 'log'>,
  { number, card }: Pick<Request, 'number' | 'card'>,
  find: (id: string) => Promise<string | undefined> = (id) => permalinkOf(core, id),
): Promise<Link[]> {
  if (!card) return [];
  try {
    const url = await find(`${label(number)}/card`);
    return url === undefined ? [] : [{ label: 'Open the card', url }];
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    core.log.debug({ err: error, request: number }, 'no link to a card');
    return [];
  }
}
