import { z } from 'zod';

// Limits: https://docs.slack.dev/reference/block-kit/composition-objects

export const chars = (max: number, min = 1): z.ZodString => z.string().min(min).max(max);

export function plainText(max: number): z.ZodType {
  return z.strictObject({ type: z.literal('plain_text'), text: chars(max), emoji: z.boolean().optional() });
}

export function mrkdwnText(max: number): z.ZodType {
  return z.strictObject({ type: z.literal('mrkdwn'), text: chars(max), verbatim: z.boolean().optional() });
}

export function anyText(max: number): z.ZodType {
  return z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('plain_text'), text: chars(max), emoji: z.boolean().optional() }),
    z.strictObject({ type: z.literal('mrkdwn'), text: chars(max), verbatim: z.boolean().optional() }),
  ]);
}

export const Confirm = z.strictObject({
  title: plainText(100),
  text: anyText(300),
  confirm: plainText(30),
  deny: plainText(30),
  style: z.enum(['primary', 'danger']).optional(),
});

export const PlainOption = z.strictObject({ text: plainText(75), value: chars(150), description: plainText(75).optional() });

export const AnyOption = z.strictObject({ text: anyText(75), value: chars(150), description: anyText(75).optional() });

export const OverflowOption = z.strictObject({
  text: plainText(75),
  value: chars(150),
  description: plainText(75).optional(),
  url: chars(3000).optional(),
});

export const OptionGroup = z.strictObject({ label: plainText(75), options: z.array(PlainOption).min(1).max(100) });
