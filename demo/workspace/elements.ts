import type { Block, Json, Message, View } from './model.ts';
import { blockText } from './text.ts';

/** Something in a message or view that a person can use. */
export interface Control {
  block: Block;
  element: Json;
  /** The option meant, where a label named one. */
  option?: Json;
}

export function controlsOf(where: Message | View): Control[] {
  const attached =
    'attachments' in where ? where.attachments.flatMap((a) => (Array.isArray(a.blocks) ? (a.blocks as Block[]) : [])) : [];
  return controlsIn([...where.blocks, ...attached]);
}

export function controlsIn(blocks: Block[]): Control[] {
  return blocks.flatMap((block) => {
    const elements = [
      ...(block.type === 'actions' ? (block.elements as Json[]) : []),
      block.accessory as Json,
      block.element as Json,
    ];
    return elements.filter((element) => element !== undefined && element.type !== 'image').map((element) => ({ block, element }));
  });
}

/** Names one control among several of the same label, as in a Home: what `findControl` takes. */
export function exactly(blockId: string, actionId: string): string {
  return `${blockId}\n${actionId}`;
}

/**
 * The earlier version of a message in which somebody saw this block; undefined where the newest has it. A message's blocks get new IDs
 * with every edit, and whoever clicks in that moment clicks what was shown to them.
 */
export function versionWith(where: Message | View, blockId: string): number | undefined {
  const has = (controls: Control[]): boolean => controls.some(({ block }) => block.block_id === blockId);
  if (!('ts' in where) || has(controlsOf(where))) return undefined;
  const index = where.edits.findLastIndex(({ blocks }) => has(controlsIn(blocks)));
  return index === -1 ? undefined : index;
}

/** The control of this label, option, `action_id` or `block_id`, or exactly of both IDs. Throws with all that is there when there is none, or more than one. */
export function findControl(controls: Control[], wanted: string): Control {
  const exact = controls.filter(({ block, element }) => exactly(block.block_id, String(element.action_id)) === wanted);
  const named = controls.filter(({ element }) => labelOf(element.text) === wanted);
  const identified = controls.filter(
    ({ block, element }) => element.action_id === wanted || block.block_id === wanted || labelOf(block.label) === wanted,
  );
  const optional = controls.flatMap(({ block, element }) =>
    optionsOf(element)
      .filter((option) => labelOf(option.text) === wanted)
      .map((option) => ({ block, element, option })),
  );
  const found = [exact, named, identified, optional].find((candidates) => candidates.length > 0) ?? [];
  const [control] = found;
  if (control && found.length === 1) return control;
  const there = controls.map(({ block }) => blockText(block)).join('\n');
  throw new Error(
    `${found.length === 0 ? 'there is no' : `there are ${found.length} of`} "${wanted}" among:\n${there || '(nothing to click)'}`,
  );
}

export function optionsOf(element: Json): Json[] {
  const groups = (element.option_groups ?? []) as { options: Json[] }[];
  return [...((element.options ?? []) as Json[]), ...groups.flatMap((group) => group.options)];
}

export function labelOf(text: unknown): string | undefined {
  return (text as { text?: string } | undefined)?.text;
}
