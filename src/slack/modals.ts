import type { InputBlock, KnownBlock, ModalView, PlainTextElement, PlainTextInput } from '@slack/types';
import { brokenInWords, glassTarget } from '../outbox/glass.ts';
import type { Act } from '../reply.ts';
import { label, type Place, type Request } from '../request.ts';
import { literal, shortened } from './literal.ts';
import type { ModalMetadata } from './metadata.ts';
import { paragraph, spans, withoutTicks } from './rich-text.ts';

/** The first input of each modal; errors are shown below it. */
export const INPUT = 'answer';
/** The second one, where there is a target to type as well. */
export const REASON = 'reason';

type ActOf<K extends Act['kind']> = Extract<Act, { kind: K }>;

const METADATA = 3_000;
const LINE = 3_000;

export function denyModal(act: ActOf<'deny'>, place: Place): ModalView {
  const input = inputBlock('Why?', { max_length: 500, min_length: 3, multiline: true }, KEPT);
  return modal('deny', `Deny ${label(act.request)}`, 'Deny', { act, place }, [input]);
}

export function changeModal(act: ActOf<'change'>, line: string, place: Place): ModalView {
  const input = inputBlock('The line', { max_length: LINE, multiline: true, initial_value: shortened(literal(line), LINE) });
  const explained = paragraph(
    spans(`This asks anew as you, and cancels ${label(act.request)} with its votes. Whoever asks does not vote.`),
  );
  return modal('change', `Change ${label(act.request)}`, 'Ask anew', { act, place }, [...explained, input]);
}

export function typeTargetModal(act: ActOf<'type target'>, { plan }: Request, place: Place): ModalView {
  const typed = plan?.typed ?? '';
  const said = paragraph(spans(shortened(literal(plan?.text ?? ''), 2_000), 'bold'));
  const warned = paragraph(
    spans(shortened((plan?.warnings ?? []).map((warning) => `⚠️ Warning: ${literal(warning)}`).join('\n'), 2_000)),
  );
  return modal('type-target', `Confirm ${label(act.request)}`, 'Go on', { act, place, typed }, [
    ...said,
    ...warned,
    typeInput(typed),
  ]);
}

export function breakGlassModal(act: ActOf<'break glass'>, request: Request, place: Place): ModalView {
  const typed = glassTarget(request);
  const said = paragraph(spans(shortened(literal(request.plan?.text ?? ''), 2_000), 'bold'));
  const warned = paragraph(
    spans(
      `⚠️ It goes ahead at once, without ${literal(request.missing ?? 'votes')}. The owners of Stackhand are told now, and one of them has to sign it.`,
    ),
  );
  return modal('break-glass', `Break glass: ${label(act.request)}`, 'Go on alone', { act, place, typed }, [
    ...said,
    ...warned,
    typeInput(typed),
    inputBlock('Why can it not wait?', { max_length: 500, min_length: 3, multiline: true }, KEPT, REASON),
  ]);
}

export function signModal(act: ActOf<'sign'>, { plan, glass, result }: Request, place: Place): ModalView {
  const said = paragraph(spans(shortened(literal(result?.text ?? plan?.text ?? ''), 2_000), 'bold'));
  const broken = paragraph(spans(shortened(literal(glass ? `${brokenInWords(glass)}: ${glass.reason}` : ''), 2_000)));
  const input = inputBlock('A word about it', { max_length: 500, multiline: true }, KEPT);
  const blocks = [...said, ...broken, { ...input, optional: true }];
  return modal('sign', `Sign ${label(act.request)}`, 'Sign', { act, place }, blocks);
}

const KEPT = 'Shown on the card and kept in the audit.';

function typeInput(typed: string): InputBlock {
  return inputBlock(`Type ${shortened(withoutTicks(literal(typed)), 200)} to go on`, { max_length: 300 });
}

function modal(callback_id: string, title: string, submit: string, metadata: ModalMetadata, blocks: KnownBlock[]): ModalView {
  const whole = JSON.stringify(metadata);
  // A name that long is compared by the worker alone.
  const private_metadata = whole.length > METADATA ? JSON.stringify({ act: metadata.act, place: metadata.place }) : whole;
  return {
    type: 'modal',
    callback_id,
    title: plain(shortened(title, 24)),
    submit: plain(submit),
    close: plain('Back'),
    private_metadata,
    blocks,
  };
}

function inputBlock(
  words: string,
  element: Omit<PlainTextInput, 'type' | 'action_id'>,
  hint?: string,
  block_id = INPUT,
): InputBlock {
  return {
    type: 'input',
    block_id,
    label: plain(words),
    element: { type: 'plain_text_input', action_id: block_id, ...element },
    ...(hint === undefined ? {} : { hint: plain(hint) }),
  };
}

export function plain(text: string): PlainTextElement {
  return { type: 'plain_text', text, emoji: false };
}
