import type { OpenStackErrorCode } from '../errors.ts';
import type { HttpAnswer } from './http.ts';
import type { Service } from './session.ts';

export interface Fault {
  code: OpenStackErrorCode;
  /** The service's own words. */
  words: string | undefined;
}

const LONGEST_WORDS = 600;

/** What an error answer means. Each service has its own shape; a proxy in front of it has none. */
export function faultOf(service: Service, { status, body }: HttpAnswer): Fault {
  const { name, words } = faultIn(body);
  return { code: codeOf({ service, status, name, words: words ?? '' }), words: words ? tidy(words) : undefined };
}

/** From what each service raises when a quota is full: nova 403, cinder 413 `overLimit`, neutron 409 `OverQuota`. */
function codeOf({
  service,
  status,
  name,
  words,
}: {
  service: Service;
  status: number;
  name: string;
  words: string;
}): OpenStackErrorCode {
  if (service === 'compute' && status === 403 && /quota exceeded|exceeds allowed|maximum number of/i.test(words))
    return 'over_quota';
  if (service === 'network' && status === 409 && name === 'OverQuota') return 'over_quota';
  if (status === 413) return /rate.limit/i.test(words) ? 'rate_limited' : 'over_quota';
  switch (status) {
    case 401:
      return 'unauthorized';
    case 403:
      return 'forbidden';
    case 404:
      return 'not_found';
    case 406:
      return 'unsupported';
    case 409:
    // An If-Match that no longer holds.
    case 412:
      return 'conflict';
    case 429:
      return 'rate_limited';
    default:
      return status >= 500 ? 'server_error' : 'bad_request';
  }
}

/**
 * nova, cinder: `{ "badRequest": { "message" } }`; keystone: `{ "error": { "message", "title" } }`; neutron:
 * `{ "NeutronError": { "type", "message" } }` or a string; placement: `{ "errors": [{ "title", "detail" }] }`; glance and unknown paths:
 * `{ "message": "…<br /><br />", "code", "title" }`; proxies: HTML.
 */
function faultIn(body: unknown): { name: string; words?: string } {
  if (typeof body === 'string')
    return { name: '', words: unescaped(body.replace(/<(title|style|script)[^>]*>.*?<\/\1>/gis, ' ').replace(/<[^>]*>/g, ' ')) };
  if (!isRecord(body)) return { name: '' };
  const placement = Array.isArray(body.errors) ? body.errors.find(isRecord) : undefined;
  if (placement) return { name: String(placement.title ?? ''), words: String(placement.detail ?? placement.title ?? '') };
  for (const [name, fault] of Object.entries(body)) {
    if (typeof fault === 'string') return { name, words: fault.replace(/(<br \/>\s*)+$/, '') };
    if (isRecord(fault) && typeof fault.message === 'string') return { name: String(fault.type ?? name), words: fault.message };
  }
  return { name: '' };
}

const ENTITIES: Readonly<Record<string, string>> = { quot: '"', apos: "'", lt: '<', gt: '>', nbsp: ' ', amp: '&' };

function unescaped(html: string): string {
  return html.replace(/&(#x[0-9a-f]{1,5}|#\d{1,6}|\w+);/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return ENTITIES[name] ?? whole;
    const letter = Number(name.replace(/^#/, '').replace(/^x/i, '0x'));
    return letter <= 0x10ffff ? String.fromCodePoint(letter) : whole;
  });
}

function tidy(words: string): string {
  const line = words.replace(/\s+/g, ' ').trim();
  return line.length > LONGEST_WORDS ? `${line.slice(0, LONGEST_WORDS)}…` : line;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
