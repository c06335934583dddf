import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { SlackAway } from '../errors.ts';
import type { RunningGateway } from '../slack/app.ts';

const AGAIN_MS = 2_000;
/** A token that is refused takes somebody to put it right. */
const REFUSED_MS = 30_000;

/**
 * Listens to Slack, as soon as it can be reached: what is started while Slack is away serves the terminals until then. What Slack refuses
 * does not start.
 */
export async function listenWhenPossible(
  start: () => Promise<RunningGateway>,
  log: Logger,
): Promise<Pick<RunningGateway, 'connected' | 'stop'>> {
  const ending = new AbortController();
  let gateway = await start().catch((error: unknown) => {
    if (!(error instanceof SlackAway)) throw error;
    log.warn({ err: error }, 'slack is away, so only terminals are served');
    return undefined;
  });
  const trying = (async () => {
    for (let waitMs = AGAIN_MS; !gateway; ) {
      await sleep(waitMs, undefined, { signal: ending.signal }).catch(() => undefined);
      if (ending.signal.aborted) return;
      gateway = await start().catch((error: unknown) => {
        const isAway = error instanceof SlackAway;
        if (!isAway) log.error({ err: error }, 'slack does not let us listen');
        waitMs = isAway ? AGAIN_MS : REFUSED_MS;
        return undefined;
      });
    }
  })();
  return {
    connected: () => gateway?.connected() === true,
    async stop() {
      ending.abort();
      await trying;
      await gateway?.stop();
    },
  };
}
