import { DeliveryError } from '../errors.ts';
import type { Core } from '../process/core.ts';
import { label, type Request, userOf } from '../request.ts';
import type { Considered } from './consider.ts';

type Ended = Extract<Considered, { end: unknown }>;

/**
 * A secret answer (a console's URL, a new password) goes straight to its asker's direct messages, with its files: never into outbox,
 * record, audit or log. @returns what may be kept and said instead.
 */
export async function sayInSecret({ delivery }: Core, request: Request, answered: Ended): Promise<Ended> {
  const considered = { ...answered, facts: { ...answered.facts, shared: false } };
  const user = userOf(request);
  if (user === undefined) return { ...considered, reply: { text: 'The answer is secret, and nobody is there to have it.' } };
  try {
    const channel = await delivery.openDirect(user);
    await delivery.post({ channel }, `${label(request.number)}/secret`, considered.reply);
    const files = [considered.reply.file, delivery.overflow(considered.reply)].filter((file) => file !== undefined);
    for (const file of files) await delivery.file({ channel }, file, file.title);
    return { ...considered, reply: { text: 'The answer is secret: it is in your direct messages alone, and I keep no copy.' } };
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    return {
      ...considered,
      end: 'failed',
      reply: { text: `The answer is secret, and Slack did not take all of it (${error.code}). Ask again.` },
    };
  }
}
