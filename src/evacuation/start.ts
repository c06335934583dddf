import type { Step } from '../job.ts';
import type { Server } from '../openstack/compute.ts';
import { startServer } from '../openstack/evacuate.ts';
import type { Session } from '../openstack/session.ts';
import { code } from '../reply.ts';
import { MOST_TRIES, send, type Tries } from './patience.ts';

/**
 * Starts a server that ran and has arrived off. Nova answers before it runs, and a start that comes to nothing leaves it as it was: so
 * those that were taken are counted, or it would be started for ever.
 */
export async function startAgain(
  os: Session,
  { id, host, fault }: Pick<Server, 'id' | 'host' | 'fault'>,
  { started, tries }: { started: Tries; tries: Tries },
): Promise<Step> {
  const times = started.get(id) ?? 0;
  if (times >= MOST_TRIES) {
    const why = fault ? fault.message : 'Nova names no fault.';
    const detail = `It is on ${code(host ?? '')}, but off: it ran before, and ${times} starts came to nothing. ${why}`;
    return { state: 'failed', detail };
  }
  return send(id, tries, async () => {
    await startServer(os, id);
    started.set(id, times + 1);
  });
}
