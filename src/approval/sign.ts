import { inWords } from '../outbox/card.ts';
import { brokenInWords, glassButtons } from '../outbox/glass.ts';
import { PRIORITY, say } from '../outbox/outbox.ts';
import { tellState } from '../outbox/tell.ts';
import { utc } from '../outbox/times.ts';
import type { Clicker } from '../policy/who.ts';
import type { Core } from '../process/core.ts';
import type { Command } from '../redis/commit.ts';
import { code, type Reply } from '../reply.ts';
import { cameTo, label, type Request } from '../request.ts';
import { timersOf } from '../requests/due.ts';
import { type Decision, decideAndAdvance } from '../requests/store.ts';
import { type Answering, answered } from './vote.ts';

/** An owner's name under what went on without votes, with a word about it where they want. */
export interface Signature extends Clicker {
  number: number;
  name: string;
  words?: string | undefined;
}

/** Ends what went on without votes, in the state that it came to. */
export async function sign(
  core: Core,
  signature: Signature,
  { guard, tell }: Answering,
): Promise<{ answer: string; said: boolean }> {
  const { number, user, unixUser, name, words } = signature;
  const result = await decideAndAdvance<string>(core.store, number, (request): Decision<string> => {
    const refusal = whyNot(core, request, signature);
    if (refusal !== undefined) return { leave: refusal };
    const signed = {
      user,
      name,
      at: core.store.clock.now(),
      ...(unixUser === undefined ? {} : { unixUser }),
      ...(words ? { words } : {}),
    };
    const answer = `You signed ${label(number)}, which is closed now. It ${inWords(cameTo(request))}.`;
    return {
      change: (draft) => {
        if (draft.glass) draft.glass.signed = signed;
        draft.state = cameTo(draft);
        delete draft.unsigned;
      },
      give: answer,
      move: {
        event: 'signed',
        by: user,
        detail: signed,
        when: [guard],
        also: (draft) => [...tellState(core, draft), ...tellAudit(core, draft), ...tell(answer, true)],
      },
    };
  });
  return answered(core, number, result);
}

function whyNot({ config }: Core, request: Request, { user, unixUser }: Signature): string | undefined {
  const { number, glass, state } = request;
  const name = label(number);
  if (!glass) return `${name} went on with its votes, and takes no signature.`;
  if (glass.signed) return `${name} was signed already, by ${glass.signed.name} at ${utc(glass.signed.at)}.`;
  if (config.breakGlass?.owners.includes(user) !== true)
    return `Only the owners of Stackhand sign ${name}: those whom stackhand.yaml names under ${code('breakGlass')}.`;
  if (glass.user === user || (unixUser !== undefined && glass.unixUser === unixUser))
    return `You broke the glass of ${name} yourself, so another owner has to sign it.`;
  if (state !== 'unsigned') return `${name} ${inWords(state)}; it is signed once it has ended.`;
  return undefined;
}

function tellAudit({ store, config }: Core, { number, glass }: Request): Command[] {
  const { audit } = config.channels;
  if (audit === undefined || !glass?.signed) return [];
  const { name, words } = glass.signed;
  const reply: Reply = {
    text: `${label(number)} was signed by ${name}${words ? `: ${words}` : '.'}`,
    lines: [`${brokenInWords(glass)}.`],
  };
  const to = { kind: 'channel', channel: audit } as const;
  return say(store.keys, { id: `${label(number)}/signed/audit`, to, priority: PRIORITY.result, reply }, store.clock.now());
}

/** The timer's part, daily until it is signed: whoever is an owner by then. */
export async function remindOwners(core: Core, number: number): Promise<void> {
  const { store, worker } = core;
  await decideAndAdvance(store, number, (request) => {
    const due = timersOf(request).get('sign');
    if (due === undefined || due > store.clock.now()) return { leave: undefined };
    return {
      change: (draft) => {
        if (draft.glass) draft.glass.remindedAt = store.clock.now();
      },
      give: undefined,
      move: { event: 'reminded to sign', by: worker, also: (draft) => reminders(core, draft) },
    };
  });
}

/** Each time a message of its own, since an edited one wakes nobody. */
function reminders({ store, config }: Core, request: Request): Command[] {
  const { number, glass, plan, since } = request;
  if (!glass) return [];
  const now = store.clock.now();
  const reply: Reply = {
    text: `${label(number)} ${inWords(cameTo(request))}, and nobody has signed it since ${utc(since)}: ${plan?.text ?? request.line}`,
    lines: [`${brokenInWords(glass)}: ${glass.reason}`],
    buttons: glassButtons(request),
  };
  const owners = new Set(config.breakGlass?.owners ?? glass.owners);
  owners.delete(glass.user);
  return [...owners].flatMap((user) =>
    say(
      store.keys,
      { id: `${label(number)}/sign/${now}/${user}`, to: { kind: 'direct', user }, priority: PRIORITY.approval, reply },
      now,
    ),
  );
}
