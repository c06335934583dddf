import { type Repeating, repeat } from '../process/repeat.ts';
import type { HandingOver } from '../requests/hold.ts';
import { keepNames, type NamesOf, wantedNames } from './names.ts';
import { NAME_SOURCES } from './sources.ts';

const LOOK_EVERY_MS = 500;
/** Listed anew this often while they are wanted; they live twice as long. */
const FRESH_SECONDS = 30;

/** Keeps names in Redis for as long as somebody fills in a form that offers them; one worker lists, for all. */
export function startNameKeeper(core: HandingOver): Repeating {
  const { redis, keys, clock } = core.store;
  return repeat(async () => {
    try {
      for (const of of await wantedNames(redis, keys, clock.now())) await keepFresh(core, of);
    } catch (error) {
      core.log.warn({ err: error }, 'names not kept');
    }
    return LOOK_EVERY_MS;
  });
}

async function keepFresh({ store, clouds, log, handOver }: HandingOver, of: NamesOf): Promise<void> {
  const { redis, keys } = store;
  const list = NAME_SOURCES[of.type];
  if (!list || !clouds.names.includes(of.cloud)) return;
  // Whoever sets it lists; a listing that breaks is tried again when it has gone.
  if ((await redis.set(keys.namesFresh(of.cloud, of.region, of.type), '1', 'EX', FRESH_SECONDS, 'NX')) !== 'OK') return;
  try {
    const late = AbortSignal.timeout(FRESH_SECONDS * 1_000);
    const signal = handOver ? AbortSignal.any([handOver, late]) : late;
    await keepNames(redis, keys, of, await list(clouds.reader(of.cloud, of.region, signal)));
  } catch (error) {
    log.warn({ err: error, ...of }, 'names not listed');
  }
}
