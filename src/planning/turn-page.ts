import { readsInWords } from '../chat/request-words.ts';
import { NotAllowed, UserError } from '../errors.ts';
import { whoStops } from '../policy/who.ts';
import { decidePlan } from '../policy.ts';
import type { Core } from '../process/core.ts';
import { code, type Reply } from '../reply.ts';
import { label, type Reads, type Request, whereOf } from '../request.ts';
import { findRequest } from '../requests/store.ts';
import type { Target } from '../target.ts';
import type { Considered } from './consider.ts';
import { findKept } from './kept.ts';
import { csvFile, type KeptAnswer, pageOf } from './pages.ts';

/** Another page of an answer, as it was when it was asked, or all of it as a file. @throws UserError where it has gone */
export async function turnPage(core: Core, reads: Reads): Promise<Reply> {
  return (await readKept(core, reads)).reply;
}

/**
 * The same for somebody else than its asker, who may see it where they could have asked for it themselves: a request of their own, so
 * that the audit has it like any other.
 */
export async function considerPage(
  core: Core,
  request: Request,
  reads: Reads,
  learns: (facts: Pick<Request, 'askedBy' | 'cloud' | 'region'>) => void,
): Promise<Considered> {
  const { requester, place } = request;
  if (requester.kind !== 'slack') throw new Error('pages are turned in Slack alone');
  const { asker, name } = await whoStops(core, requester);
  learns({ askedBy: name });
  const { of, touches, reply } = await readKept(core, reads);
  const { command = '', effect = 'read', cloud, line, plan } = of;
  if (plan) throw new NotAllowed(`What ${label(reads.request)} showed was for its asker alone.`);
  const channel = place.kind === 'channel' ? place.channel : undefined;
  const decision = decidePlan({ policy: core.config, asker, command, effect, channel, cloud, touches });
  if (!decision.allowed) throw new NotAllowed(decision.because);
  if (decision.approval)
    throw new NotAllowed(`For you ${code(command)} takes votes. Type ${code(line)} yourself, and they are asked for.`);
  const facts = { askedBy: name, command, effect, ...whereOf(of), about: touches };
  return { end: 'answered', event: `read ${readsInWords(reads)}`, reply, facts };
}

async function readKept(core: Core, { request, page }: Reads): Promise<{ of: Request; touches: Target[]; reply: Reply }> {
  const stored = await findRequest(core.store, request);
  const kept = stored && (await findKept(core.store, stored.request));
  if (!kept) {
    const again = stored ? ` Type ${code(stored.request.line)} again.` : '';
    throw new UserError(`The pages of ${label(request)} are kept for a day at most, and have gone.${again}`);
  }
  return { of: stored.request, touches: kept.touches, reply: shown(kept, request, page) };
}

function shown(kept: KeptAnswer, request: number, page: Reads['page']): Reply {
  if (page === 'all') return { text: `All of ${label(request)}.`, file: csvFile(kept.reply) };
  return pageOf(kept, Math.min(page, kept.pages.length), request);
}
