import type { Logger } from 'pino';
import { NO_ANSWER, within } from '../redis/within.ts';
import type { Reply } from '../reply.ts';
import type { Store } from '../requests/store.ts';
import { labelOf } from './card.ts';
import type { Direct } from './direct.ts';
import type { AlertGroup } from './group.ts';
import type { Telling } from './payload.ts';
import { hashOf, storeTelling } from './store.ts';
import { type AlertsConfig, beginFor, cardFor } from './tell.ts';

/** Whoever sends an alert is answered by then, whatever Redis does; Alertmanager gives up after 10 s. */
const DEADLINE_MS = 1_500;

export interface TakeOptions {
  store: Store;
  config: AlertsConfig;
  direct: Direct;
  log: Logger;
}

export type Taken = { group: AlertGroup; isNews: boolean } | typeof NO_ANSWER;

/** The door for alerts: they are taken once they are stored, and otherwise posted at once, to be sent again. */
export function createAlertTaker({ store, config, direct, log }: TakeOptions): (telling: Telling) => Promise<Taken> {
  const { redis } = store;
  /** What was told in vain and still hangs in Redis. Others would only queue up behind it, in our memory. */
  let hanging = 0;

  async function attempt(telling: Telling): Promise<Taken> {
    if (redis.status !== 'ready' || hanging > 0) return NO_ANSWER;
    let isLate = false;
    const storing = storeTelling({ store, config }, telling, () => isLate);
    const taken = await within(DEADLINE_MS, storing);
    if (taken !== NO_ANSWER && taken !== 'late') return taken;
    isLate = true;
    hanging += 1;
    void storing.catch(() => undefined).finally(() => (hanging -= 1));
    return NO_ANSWER;
  }

  return async (telling) => {
    const taken = await attempt(telling).catch((err: unknown): Taken => {
      log.error({ err }, 'alert could not be stored');
      return NO_ANSWER;
    });
    if (taken === NO_ANSWER) {
      const { group } = beginFor(config, telling, { number: 0, now: store.clock.now() });
      direct.tell(hashOf(telling), group.channel, unstored(cardFor(config, group)));
    } else if (taken.isNews) {
      log.info({ group: labelOf(taken.group), state: taken.group.state }, 'alert group changed');
    }
    return taken;
  };
}

function unstored(reply: Reply): Reply {
  const warning =
    'Redis does not answer, so this stays as it is here. It is sent again, and gets a card of its own once Redis is back.';
  return { ...reply, warnings: [warning, ...(reply.warnings ?? [])] };
}
