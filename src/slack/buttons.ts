import type { ActionsBlock, Button as SlackButton } from '@slack/types';
import { z } from 'zod';
import type { Act, Button } from '../reply.ts';
import { literal, shortened } from './literal.ts';

/** https://docs.slack.dev/reference/block-kit/block-elements/button-element and .../composition-objects/confirmation-dialog-object */
const LABEL = 75;
const VALUE = 2_000;
const CONFIRM = { title: 100, text: 300, yes: 30 };
const PER_BLOCK = 25;

const request = z.number().int().positive();
const hash = z.string().min(1).max(200);
/** An act as it comes back from Slack. */
export const ActValue = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('approve'), request, hash }),
  z.strictObject({ kind: z.literal('deny'), request, hash }),
  z.strictObject({ kind: z.literal('change'), request }),
  z.strictObject({ kind: z.literal('type target'), request, hash }),
  z.strictObject({ kind: z.literal('break glass'), request, hash }),
  z.strictObject({ kind: z.literal('sign'), request }),
  z.strictObject({ kind: z.literal('cancel'), request }),
  z.strictObject({ kind: z.literal('plan again'), request }),
  z.strictObject({ kind: z.literal('line'), line: z.string().min(1) }),
  z.strictObject({ kind: z.literal('fill in'), line: z.string() }),
  z.strictObject({ kind: z.literal('page'), request, page: z.number().int().positive() }),
  z.strictObject({ kind: z.literal('csv'), request }),
]);

/** What a click means; undefined where the value is none of ours. It carries no right: the worker decides again. */
export function parseAct(value: string | undefined): Act | undefined {
  if (value === undefined) return undefined;
  try {
    return ActValue.parse(JSON.parse(value));
  } catch {
    return undefined;
  }
}

/**
 * As many buttons as fit into `room` characters. `left` are those that Slack would refuse.
 * The action_id is the act's kind, with a number from the second of its kind on: Slack wants it unique in a message.
 */
export function actionsBlock(buttons: Button[], room: number): { blocks: ActionsBlock[]; characters: number; left: Button[] } {
  const elements: SlackButton[] = [];
  const left: Button[] = [];
  const kinds = new Map<string, number>();
  let characters = 0;
  let primary = false;
  for (const button of buttons) {
    const seen = (kinds.get(button.act.kind) ?? 0) + 1;
    const element = slackButton(button, seen, primary);
    const size = charactersIn(element);
    if (elements.length === PER_BLOCK || parseAct(element.value) === undefined || characters + size > room) {
      left.push(button);
      continue;
    }
    kinds.set(button.act.kind, seen);
    primary ||= element.style === 'primary';
    characters += size;
    elements.push(element);
  }
  return { blocks: elements.length === 0 ? [] : [{ type: 'actions', elements }], characters, left };
}

function slackButton({ label, style, act, confirm }: Button, seen: number, primary: boolean): SlackButton {
  const name = act.kind.replaceAll(' ', '-');
  const value = JSON.stringify(act);
  return {
    type: 'button',
    text: plain(label, LABEL),
    action_id: seen === 1 ? name : `${name}-${seen}`,
    // A value that is cut is no act any more, so the button is left out.
    value: value.slice(0, VALUE),
    // Two of the same weight would leave the reader to guess.
    ...(style === 'danger' || (style === 'primary' && !primary) ? { style } : {}),
    ...(confirm === undefined
      ? {}
      : {
          confirm: {
            title: plain(confirm.title, CONFIRM.title),
            text: plain(confirm.text, CONFIRM.text),
            confirm: plain(confirm.yes, CONFIRM.yes),
            deny: plain('Back', CONFIRM.yes),
            ...(style === undefined ? {} : { style }),
          },
        }),
  };
}

function plain(text: string, max: number): { type: 'plain_text'; text: string; emoji: false } {
  const clean = shortened(literal(text), max);
  return { type: 'plain_text', text: clean.trim() === '' ? '–' : clean, emoji: false };
}

function charactersIn({ text, confirm }: SlackButton): number {
  const parts = [text, confirm?.title, confirm?.text, confirm?.confirm, confirm?.deny];
  return parts.reduce((sum, part) => sum + (part?.text.length ?? 0), 0);
}
