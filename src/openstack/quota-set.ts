import { z } from 'zod';

/** A limit (-1: unlimited) and what counts against it; for all three services, in nova's and cinder's words. */
export const QuotaUse = z.object({ limit: z.number(), in_use: z.number(), reserved: z.number() });
export type QuotaUse = z.infer<typeof QuotaUse>;
/** What of the limit is not free any more. */
export function taken({ in_use, reserved }: QuotaUse): number {
  return in_use + reserved;
}

/** By the service's own names. */
export type QuotaUses = Record<string, QuotaUse>;
export type Limits = Record<string, number>;

/** `{ id, cores: { limit, in_use, reserved }, … }`: the ID of the project stands among the quotas. */
export const QuotaUsesBody = z.record(z.string(), z.union([QuotaUse, z.string()])).transform((set) => without(set, isUse));

/** `{ id, cores: 20, … }` */
export const LimitsBody = z.record(z.string(), z.union([z.number(), z.string()])).transform((set) => without(set, isNumber));

function without<T, V extends T>(set: Record<string, T>, wanted: (value: T) => value is V): Record<string, V> {
  const kept: Record<string, V> = {};
  for (const [name, value] of Object.entries(set)) if (wanted(value)) kept[name] = value;
  return kept;
}

function isUse(value: QuotaUse | string): value is QuotaUse {
  return typeof value !== 'string';
}

function isNumber(value: number | string): value is number {
  return typeof value === 'number';
}
