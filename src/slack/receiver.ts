import type { App, Receiver } from '@slack/bolt';
import type { Logger } from 'pino';
import type { Envelope, Transport } from './transport.ts';

/** Slack gives up waiting after three seconds. */
const LAST_ANSWERS_MS = 3_000;

/** What listeners get beside Bolt's own arguments. */
export interface Acknowledged {
  [name: string]: unknown;
  envelopeId: string;
  /** At most once; never throws: what is not acknowledged comes again and is known then. */
  acknowledge(response?: object): Promise<void>;
}

export interface ReceiverOptions {
  transport: Transport;
  log: Logger;
  /** Answers what no listener did, or what a listener broke on. */
  leftOver(envelope: Envelope, acknowledge: Acknowledged['acknowledge'], error?: unknown): Promise<void>;
}

/**
 * Bolt's own receivers would acknowledge events before a listener runs, and leave for ever what no listener takes. Here an event is
 * acknowledged by its listener once the line is taken, and everything is acknowledged in the end, whichever way it came.
 */
export function createReceiver({ transport, log, leftOver }: ReceiverOptions): Receiver {
  const busy = new Set<Promise<void>>();
  let app: App | undefined;

  async function handle(envelope: Envelope): Promise<void> {
    let acknowledged = false;
    const acknowledge = async (response?: object): Promise<void> => {
      if (acknowledged) return;
      acknowledged = true;
      await envelope.ack(response).catch((err: unknown) => log.info({ err }, 'acknowledgement got lost'));
    };
    const custom: Acknowledged = { envelopeId: envelope.envelope_id, acknowledge };
    try {
      await app?.processEvent({
        body: envelope.body,
        ack: envelope.type === 'events_api' ? async () => undefined : acknowledge,
        customProperties: custom,
        ...(envelope.retry_num === undefined ? {} : { retryNum: envelope.retry_num }),
        ...(envelope.retry_reason === undefined ? {} : { retryReason: envelope.retry_reason }),
      });
      if (!acknowledged) await leftOver(envelope, acknowledge);
    } catch (error) {
      await leftOver(envelope, acknowledge, error).catch((err: unknown) => log.error({ err }, 'answer broke'));
    }
    await acknowledge();
  }

  return {
    init: (boltApp) => {
      app = boltApp;
    },
    start: () =>
      transport.start((envelope) => {
        const work = handle(envelope).finally(() => busy.delete(work));
        busy.add(work);
      }),
    stop: () => transport.stop(Promise.race([Promise.allSettled(busy), pause(LAST_ANSWERS_MS)])),
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
