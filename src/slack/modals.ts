import type { InputBlock, KnownBlock, ModalView, PlainTextElement, PlainTextInput } from '@slack/types';
import type { Act } from '../reply.ts';
import { label, type Place, type Request } from '../request.ts';
import { literal, shortened } from './literal.ts';
import type { ModalMetadata } from './metadata.ts';
import { paragraph, spans, withoutTicks } from './rich-text.ts';

/** The only input of each modal; errors are shown below it. */
export const INPUT = 'answer';

type ActOf<K extends Act['kind']> = Extract<Act, { kind: K }>;

const METADATA = 3_000;
const LINE = 3_000;

export function denyModal(act: ActOf<'deny'>, place: Place): ModalView {
  const input = inputBlock(
    'Why?',
    { max_length: 500, min_length: 3, multiline: true },
    'Shown on the card and kept in the audit.',
  );
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
  const input = inputBlock(`Type ${shortened(withoutTicks(literal(typed)), 200)} to go on`, { max_length: 300 });
  return modal('type-target', `Confirm ${label(act.request)}`, 'Go on', { act, place, typed }, [...said, ...warned, input]);
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

function inputBlock(words: string, element: Omit<PlainTextInput, 'type' | 'action_id'>, hint?: string): InputBlock {
  return {
    type: 'input',
    block_id: INPUT,
    label: plain(words),
    element: { type: 'plain_text_input', action_id: INPUT, ...element },
    ...(hint === undefined ? {} : { hint: plain(hint) }),
  };
}

export function plain(text: string): PlainTextElement {
  return { type: 'plain_text', text, emoji: false };
}
