import { type Args, nestedArg, optionalString } from './args.ts';
import { checkBlocks, type Problem } from './block-kit.ts';
import { type Block, type Body, type Json, SlackRefusal, type Workspace } from './model.ts';

/**
 * Characters of text in all blocks of a message. Undocumented: it was found at 12,000 "with a buffer for block containers", and refusals
 * were seen from 11,341: https://github.com/slackapi/bolt-js/issues/2509 and /2867. Answers to a response_url are not held to it.
 */
const BLOCK_TEXT_LIMIT = 12_000;

/** What a message is to say, checked as Slack checks it. */
export function readBody(workspace: Workspace, args: Args, { textLimit, blockTextLimit = BLOCK_TEXT_LIMIT }: BodyLimits): Body {
  const text = optionalString(args, 'text') ?? '';
  if (text.length > textLimit) throw new SlackRefusal('msg_too_long');
  const blocks = listArg(args, 'blocks', 'invalid_blocks_format');
  const attachments = listArg(args, 'attachments', 'invalid_attachments');
  if (attachments.length > 100) throw new SlackRefusal('too_many_attachments');
  refuse(checkBlocks('message', blocks));
  attachments.forEach((attachment, i) => {
    if (attachment.blocks === undefined) return;
    if (!Array.isArray(attachment.blocks)) throw new SlackRefusal('invalid_attachments');
    refuse(checkBlocks('message', attachment.blocks).map((p) => ({ ...p, pointer: `/attachments/${i}${p.pointer}` })));
  });
  if (text === '' && blocks.length === 0 && attachments.length === 0) throw new SlackRefusal('no_text');
  if (textIn(blocks) > blockTextLimit) throw new SlackRefusal('msg_blocks_too_long');
  return { text, blocks: withIds(workspace, blocks), attachments };
}

export interface BodyLimits {
  textLimit: number;
  blockTextLimit?: number;
}

function listArg(args: Args, name: string, refusal: string): Json[] {
  const value = nestedArg(args, name, refusal);
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new SlackRefusal(refusal);
  return value as Json[];
}

/** Throws `invalid_blocks` with Slack's messages. */
export function refuse(problems: Problem[], code = 'invalid_blocks'): void {
  if (problems.length === 0) return;
  const lines = problems.map(({ pointer, message }) => `${message} [json-pointer:${pointer}]`);
  throw new SlackRefusal(code, { errors: lines, response_metadata: { messages: lines.map((line) => `[ERROR] ${line}`) } });
}

/** Gives blocks and their elements the IDs that Slack makes up where the app gave none. */
export function withIds(workspace: Workspace, blocks: Json[]): Block[] {
  return blocks.map((block) => {
    const filled: Json = { ...block };
    if (Array.isArray(block.elements) && block.type === 'actions')
      filled.elements = block.elements.map((e) => withActionId(workspace, e));
    if (block.accessory) filled.accessory = withActionId(workspace, block.accessory as Json);
    if (block.element) filled.element = withActionId(workspace, block.element as Json);
    return { ...filled, type: String(block.type), block_id: String(block.block_id ?? workspace.nextId('b')) };
  });
}

function withActionId(workspace: Workspace, element: Json): Json {
  return element.type === 'image' ? element : { action_id: workspace.nextId('a'), ...element };
}

function textIn(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + textIn(item), 0);
  if (typeof value !== 'object' || value === null) return 0;
  let sum = 0;
  for (const [key, item] of Object.entries(value)) sum += key === 'text' && typeof item === 'string' ? item.length : textIn(item);
  return sum;
}
