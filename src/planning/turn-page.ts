import { NotAllowed, UserError } from '../errors.ts';
import type { StoredClick } from '../intake/intake.ts';
import { userOf } from '../outbox/tell.ts';
import { whoStops } from '../policy/who.ts';
import { decidePlan } from '../policy.ts';
import type { Core } from '../process/core.ts';
import { code, type Reply } from '../reply.ts';
import { label, type Request } from '../request.ts';
import { findRequest } from '../requests/store.ts';
import type { Target } from '../target.ts';
import { findKept } from './kept.ts';
import { csvFile, pageOf } from './pages.ts';

/** Another page of an answer, as it was when it was asked, or all of it as a file; for its asker, and for who may see the same. */
export async function turnPage(
  core: Core,
  click: StoredClick,
  act: { kind: 'page'; request: number; page: number } | { kind: 'csv'; request: number },
): Promise<{ reply: Reply; replace: boolean }> {
  const stored = await findRequest(core.store, act.request);
  const answer = stored && (await findKept(core.store, stored.request));
  if (!answer) {
    const again = stored ? ` Type ${code(stored.request.line)} again.` : '';
    throw new UserError(`The pages of ${label(act.request)} are kept for a day at most, and have gone.${again}`);
  }
  const isAsker = userOf(stored.request) === click.user;
  if (!isAsker) await mustSee(core, click, stored.request, answer.touches);
  if (act.kind === 'csv')
    return { reply: { text: `All of ${label(act.request)}.`, file: csvFile(answer.reply) }, replace: false };
  const page = Math.min(act.page, answer.pages.length);
  // In the place of the page before; what everybody reads stays as it is for the others.
  return { reply: pageOf(answer, page, act.request), replace: isAsker && !stored.request.shared };
}

/** Nothing that took a vote, and what they could have asked for themselves. @throws NotAllowed */
async function mustSee(core: Core, click: StoredClick, request: Request, touches: Target[]): Promise<void> {
  const { asker } = await whoStops(core, click);
  const { command = '', effect = 'read', cloud, plan } = request;
  const channel = click.place.kind === 'channel' ? click.place.channel : undefined;
  const decision = decidePlan({ policy: core.config, asker, command, effect, channel, cloud, touches });
  if (plan) throw new NotAllowed(`What ${label(request.number)} showed was for its asker alone.`);
  if (!decision.allowed) throw new NotAllowed(decision.because);
}
