import { PRIORITY, say } from '../outbox/outbox.ts';
import type { Core } from '../process/core.ts';
import { type Command, commit } from '../redis/commit.ts';
import { code, count, type Reply } from '../reply.ts';
import { markStandstill } from '../standstill/mark.ts';
import type { Brake } from '../standstill/standstill.ts';
import { howToGoOn } from '../standstill/words.ts';
import type { Where } from './down-book.ts';
import type { MassDown } from './mass-down.ts';
import { voidWaiting } from './void.ts';

/** So many names say enough of where to look. */
const NAMED_AT_MOST = 20;

/**
 * Sets a cloud's brake and says so, in one step, unless it is on already; then ends what waits. What dies in between is mended by
 * `mendStandstill` of the next look.
 */
export async function pullBrake(core: Core, { cloud, region }: Where, { what, down }: MassDown): Promise<void> {
  const { store, log } = core;
  const brake: Brake = { region, what: region === '' ? what : `${what} in ${code(region)}`, at: store.clock.now() };
  const key = store.keys.brake(cloud);
  const lost = await commit(
    store.redis,
    [{ key, is: null }],
    [['SET', key, JSON.stringify(brake)], ...tellOfBrake(core, cloud, brake, pulledInWords(cloud, brake, down))],
  );
  if (!lost) log.warn({ cloud, region, what }, 'brake pulled');
  await mendStandstill(core, cloud);
}

/** Whatever is set or lifted, all requests come to say and do what follows from it, though somebody died before they could tell them. */
export async function mendStandstill(core: Core, cloud: string): Promise<void> {
  await voidWaiting(core, cloud);
  await markStandstill(core, cloud);
}

/** One message for each brake, where approvals are decided; it says in the end that it is over. */
export function tellOfBrake({ config, store }: Core, cloud: string, { at }: Brake, reply: Reply): Command[] {
  const to = { kind: 'channel', channel: config.channels.approvals } as const;
  return say(store.keys, { id: `brake/${cloud}/${at}`, to, priority: PRIORITY.approval, reply }, store.clock.now());
}

function pulledInWords(cloud: string, brake: Brake, down: readonly string[]): Reply {
  const more = down.length - NAMED_AT_MOST;
  const named = down.slice(0, NAMED_AT_MOST).map(code).join(', ');
  return {
    text: `I pulled the brake of ${code(cloud)}: ${brake.what} at once. Nothing more is changed there.`,
    lines: [
      ...howToGoOn({ cloud, brake, json: { freeze: null, brake: null } }),
      'New changes and evacuations are refused, what waited or was queued is void, and what runs hands itself back before its next write and waits.',
      `Down in the last 5 minutes: ${named}${more > 0 ? ` and ${count(more, 'other')}` : ''}.`,
    ],
  };
}
