import { z } from 'zod';
import { Accessory, ActionElement, Image, InputElement } from './block-kit-elements.ts';
import { anyText, chars, plainText } from './block-kit-objects.ts';
import { RichText } from './block-kit-rich-text.ts';
import type { Json } from './model.ts';

/** Something that Slack refuses: where, as a JSON pointer, and why. */
export interface Problem {
  pointer: string;
  message: string;
}

export type Surface = 'message' | 'modal' | 'home';

// Limits: https://docs.slack.dev/reference/block-kit/blocks
const blockId = { block_id: chars(255).optional() };

const Section = z
  .strictObject({
    type: z.literal('section'),
    ...blockId,
    text: anyText(3000).optional(),
    fields: z.array(anyText(2000)).min(1).max(10).optional(),
    accessory: Accessory.optional(),
    expand: z.boolean().optional(),
  })
  .refine((section) => section.text !== undefined || section.fields !== undefined, 'missing required field: text');

const Cell = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('raw_text'), text: chars(Number.MAX_SAFE_INTEGER) }),
  z.strictObject({ type: z.literal('raw_number'), value: z.number(), text: chars(Number.MAX_SAFE_INTEGER) }),
  RichText,
]);

const Table = z.strictObject({
  type: z.literal('table'),
  ...blockId,
  rows: z.array(z.array(Cell).min(1).max(20)).min(1).max(100),
  column_settings: z
    .array(
      z.strictObject({ align: z.enum(['left', 'center', 'right']).optional(), is_wrapped: z.boolean().optional() }).nullable(),
    )
    .max(20)
    .optional(),
});

const ImageBlock = z
  .strictObject({
    type: z.literal('image'),
    ...blockId,
    alt_text: chars(2000),
    image_url: chars(3000).optional(),
    slack_file: z.strictObject({ id: z.string().optional(), url: z.string().optional() }).optional(),
    title: plainText(2000).optional(),
  })
  .refine(
    (image) => (image.image_url === undefined) !== (image.slack_file === undefined),
    'exactly one of image_url and slack_file must be given',
  );

const Input = z.strictObject({
  type: z.literal('input'),
  ...blockId,
  label: plainText(2000),
  hint: plainText(2000).optional(),
  optional: z.boolean().optional(),
  dispatch_action: z.boolean().optional(),
  element: InputElement,
});

const AnyBlock = z.discriminatedUnion('type', [
  Section,
  Table,
  ImageBlock,
  Input,
  RichText,
  z.strictObject({ type: z.literal('header'), ...blockId, text: plainText(150) }),
  z.strictObject({ type: z.literal('divider'), ...blockId }),
  z.strictObject({ type: z.literal('actions'), ...blockId, elements: z.array(ActionElement).min(1).max(25) }),
  z.strictObject({
    type: z.literal('context'),
    ...blockId,
    elements: z
      .array(z.union([Image, anyText(3000)]))
      .min(1)
      .max(10),
  }),
  z.strictObject({ type: z.literal('markdown'), ...blockId, text: chars(12_000) }),
]);

const anyView = {
  blocks: z.array(z.unknown()),
  private_metadata: chars(3000, 0).optional(),
  callback_id: chars(255, 0).optional(),
  external_id: chars(255, 0).optional(),
};

/** A Home has no frame: https://docs.slack.dev/reference/views/home-tab-views */
const View = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('home'), ...anyView }),
  z.strictObject({
    type: z.literal('modal'),
    ...anyView,
    title: plainText(24).optional(),
    submit: plainText(24).optional(),
    close: plainText(24).optional(),
    clear_on_close: z.boolean().optional(),
    notify_on_close: z.boolean().optional(),
    submit_disabled: z.boolean().optional(),
  }),
]);

const mostBlocks: Record<Surface, number> = { message: 50, modal: 100, home: 100 };
const TABLE_CHARACTERS = 10_000;
const MARKDOWN_CHARACTERS = 12_000;

/** What Slack would refuse in these blocks; empty when it takes them. */
export function checkBlocks(surface: Surface, blocks: unknown): Problem[] {
  if (!Array.isArray(blocks)) return [{ pointer: '/blocks', message: 'must be an array' }];
  const most = mostBlocks[surface];
  if (blocks.length > most) return [{ pointer: '/blocks', message: `no more than ${most} items allowed [${blocks.length}]` }];
  const parsed = z.array(AnyBlock).safeParse(blocks);
  if (!parsed.success) return parsed.error.issues.flatMap((issue) => problemsOf(issue, '/blocks', blocks));
  return [...duplicates(blocks), ...checkSums(surface, blocks)];
}

/** What Slack would refuse in this view, its blocks included. */
export function checkView(view: Json, type: 'modal' | 'home'): Problem[] {
  const parsed = View.safeParse(view);
  if (!parsed.success) return parsed.error.issues.flatMap((issue) => problemsOf(issue, '', view));
  if (parsed.data.type !== type) return [{ pointer: '/type', message: `must be ${type}` }];
  const blocks = parsed.data.blocks as Json[];
  const problems = checkBlocks(type, blocks);
  if (type === 'home') return problems;
  if (!view.title) problems.push({ pointer: '/title', message: 'missing required field: title' });
  if (!view.submit && blocks.some((block) => block.type === 'input')) {
    problems.push({ pointer: '/submit', message: 'missing required field: submit (the view has input blocks)' });
  }
  return problems;
}

/** `block_id`s are unique in a surface, `action_id`s in a block. */
function duplicates(blocks: Json[]): Problem[] {
  const problems: Problem[] = [];
  const blockIds = new Set<unknown>();
  for (const [i, block] of blocks.entries()) {
    if (block.block_id !== undefined && blockIds.has(block.block_id)) {
      problems.push({ pointer: `/blocks/${i}/block_id`, message: `block_id already exists: ${block.block_id}` });
    }
    blockIds.add(block.block_id);
    const actionIds = new Set<unknown>();
    for (const [j, element] of (block.type === 'actions' ? (block.elements as Json[]) : []).entries()) {
      if (element.action_id !== undefined && actionIds.has(element.action_id)) {
        problems.push({
          pointer: `/blocks/${i}/elements/${j}/action_id`,
          message: `action_id already exists: ${element.action_id}`,
        });
      }
      actionIds.add(element.action_id);
    }
  }
  return problems;
}

function checkSums(surface: Surface, blocks: Json[]): Problem[] {
  const problems: Problem[] = [];
  const at = (type: string): number[] => blocks.flatMap((block, i) => (block.type === type ? [i] : []));
  const [table, secondTable] = at('table');
  if (table !== undefined && surface !== 'message')
    problems.push({ pointer: `/blocks/${table}/type`, message: 'unsupported type: table' });
  if (secondTable !== undefined) problems.push({ pointer: `/blocks/${secondTable}`, message: 'only_one_table_allowed' });
  if (table !== undefined && cellCharacters(blocks[table]) > TABLE_CHARACTERS) {
    problems.push({ pointer: `/blocks/${table}/rows`, message: `must be less than ${TABLE_CHARACTERS + 1} characters` });
  }
  const markdown = at('markdown');
  const length = markdown.reduce((sum, i) => sum + String(blocks[i]?.text).length, 0);
  if (length > MARKDOWN_CHARACTERS) {
    problems.push({
      pointer: `/blocks/${markdown.at(-1)}/text`,
      message: `must be less than ${MARKDOWN_CHARACTERS + 1} characters`,
    });
  }
  return problems;
}

function cellCharacters(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + cellCharacters(item), 0);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [key, item]) => sum + (key === 'text' && typeof item === 'string' ? item.length : cellCharacters(item)),
    0,
  );
}

/** One zod issue in Slack's words. */
function problemsOf(issue: z.core.$ZodIssue, base: string, root: unknown): Problem[] {
  const pointer = [base, ...issue.path.map(String)].join('/');
  const found = issue.path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], root);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ pointer, message: `invalid additional property: ${key}` }));
    case 'too_big':
      return [
        {
          pointer,
          message:
            issue.origin === 'array'
              ? `no more than ${issue.maximum} items allowed`
              : `must be less than ${Number(issue.maximum) + 1} characters`,
        },
      ];
    case 'too_small':
      return [
        {
          pointer,
          message:
            issue.origin === 'array'
              ? `no less than ${issue.minimum} items allowed`
              : `must be more than ${Number(issue.minimum) - 1} characters`,
        },
      ];
    case 'invalid_union': {
      if (issue.errors.length === 0)
        return [{ pointer, message: `unsupported type: ${String((found as Json | undefined)?.type ?? found)}` }];
      return [
        { pointer, message: 'failed to match all allowed schemas' },
        ...closest(issue.errors).flatMap((inner) => problemsOf(inner, pointer, found)),
      ];
    }
    case 'invalid_type':
      return [
        {
          pointer,
          message:
            found === undefined ? `missing required field: ${String(issue.path.at(-1))}` : `must be a valid ${issue.expected}`,
        },
      ];
    default:
      return [{ pointer, message: issue.message }];
  }
}

/** Of a union's branches, the one that came furthest: whose first complaint is not about `type`. */
function closest(branches: z.core.$ZodIssue[][]): z.core.$ZodIssue[] {
  return branches.find((issues) => issues.every((issue) => issue.path[0] !== 'type')) ?? [];
}
