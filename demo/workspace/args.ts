import { type Json, SlackRefusal } from './model.ts';

/** Arguments of a Web API call: strings when they came form-encoded, anything when they came as JSON. */
export type Args = Json;

export function stringArg(args: Args, name: string): string {
  const value = optionalString(args, name);
  if (value === undefined) {
    throw new SlackRefusal('invalid_arguments', { response_metadata: { messages: [`[ERROR] missing required field: ${name}`] } });
  }
  return value;
}

export function optionalString(args: Args, name: string): string | undefined {
  const value = args[name];
  if (value === undefined || value === null || value === '') return undefined;
  return String(value);
}

export function flagArg(args: Args, name: string, fallback = false): boolean {
  const value = args[name];
  if (value === undefined || value === null || value === '') return fallback;
  return value === true || value === 'true' || value === '1' || value === 1;
}

export function numberArg(args: Args, name: string, fallback: number): number {
  const value = Number(args[name] ?? fallback);
  return Number.isFinite(value) ? value : fallback;
}

/** A nested argument: an object or array in a JSON body, a JSON string in a form. */
export function nestedArg(args: Args, name: string, refusal: string): unknown {
  const value = args[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    throw new SlackRefusal(refusal);
  }
}

/** One page of `items` by Slack's `limit` and `cursor`. */
export function page<T>(args: Args, items: T[], fallbackLimit: number): { items: T[]; response_metadata: Json } {
  const start = Number(Buffer.from(optionalString(args, 'cursor') ?? '', 'base64').toString() || 0);
  if (!Number.isInteger(start) || start < 0 || start > items.length) throw new SlackRefusal('invalid_cursor');
  const end = start + Math.max(1, Math.min(1000, numberArg(args, 'limit', fallbackLimit) || fallbackLimit));
  return {
    items: items.slice(start, end),
    response_metadata: { next_cursor: end < items.length ? Buffer.from(String(end)).toString('base64') : '' },
  };
}
