import { z } from 'zod';
import { chars } from './block-kit-objects.ts';

// https://docs.slack.dev/reference/block-kit/blocks/rich-text-block

const flag = z.boolean().optional();
const style = z.strictObject({ bold: flag, italic: flag, strike: flag, code: flag, underline: flag }).optional();
const mentionStyle = z
  .strictObject({ bold: flag, italic: flag, strike: flag, highlight: flag, client_highlight: flag, unlink: flag })
  .optional();

const Text = z.strictObject({ type: z.literal('text'), text: chars(Number.MAX_SAFE_INTEGER), style });
const Link = z.strictObject({
  type: z.literal('link'),
  url: chars(3000),
  text: z.string().optional(),
  unsafe: flag,
  style,
});

const Part = z.discriminatedUnion('type', [
  Text,
  Link,
  z.strictObject({ type: z.literal('user'), user_id: chars(255), style: mentionStyle }),
  z.strictObject({ type: z.literal('usergroup'), usergroup_id: chars(255), style: mentionStyle }),
  z.strictObject({ type: z.literal('channel'), channel_id: chars(255), style: mentionStyle }),
  z.strictObject({ type: z.literal('broadcast'), range: z.enum(['here', 'channel', 'everyone']), style: mentionStyle }),
  z.strictObject({ type: z.literal('emoji'), name: chars(255), unicode: z.string().optional(), style: mentionStyle }),
  z.strictObject({
    type: z.literal('date'),
    timestamp: z.number().int(),
    format: chars(255),
    url: z.string().optional(),
    fallback: z.string().optional(),
    style,
  }),
]);

const border = z.union([z.literal(0), z.literal(1)]).optional();

const Section = z.strictObject({ type: z.literal('rich_text_section'), elements: z.array(Part) });

const Element = z.discriminatedUnion('type', [
  Section,
  z.strictObject({
    type: z.literal('rich_text_list'),
    style: z.enum(['bullet', 'ordered']),
    elements: z.array(Section).min(1),
    indent: z.number().int().min(0).max(8).optional(),
    offset: z.number().int().min(0).optional(),
    border,
  }),
  z.strictObject({
    type: z.literal('rich_text_preformatted'),
    elements: z.array(z.discriminatedUnion('type', [Text, Link])),
    border,
  }),
  z.strictObject({ type: z.literal('rich_text_quote'), elements: z.array(Part), border }),
]);

export const RichText = z.strictObject({
  type: z.literal('rich_text'),
  block_id: chars(255).optional(),
  elements: z.array(Element).min(1),
});
