import { z } from 'zod';
import { OpenStackError } from '../errors.ts';
import { callName } from './exchange.ts';
import type { Call, Query } from './session.ts';

const Link = z.object({ rel: z.string(), href: z.string() });

/** The list called `key` in an answer's body, each item parsed. */
export function itemsOf<T>(call: Call<T>, key: string, body: unknown): T[] {
  const list = z.array(call.response).safeParse(isRecord(body) ? body[key] : undefined);
  if (list.success) return list.data;
  throw new OpenStackError({ code: 'bad_answer', call: callName(call), fault: `\`${key}\`: ${z.prettifyError(list.error)}` });
}

/**
 * The query of the next page: nova, cinder and neutron give `<list>_links` with `rel: next`, keystone `links.next`, glance `next`.
 * Only the query is taken: behind a proxy these links name other hosts, and the token is for ours.
 */
export function nextPage(body: unknown): Query | undefined {
  const next = isRecord(body) ? nextLink(body) : undefined;
  if (next === undefined) return undefined;
  const { searchParams } = new URL(next, 'http://next');
  const query: Query = {};
  for (const name of new Set(searchParams.keys())) query[name] = searchParams.getAll(name);
  return query;
}

/** Keystone has no pages: past its `list_limit` it cuts the list off, and says so. Source: keystone/server/flask/common.py */
export function isTruncated(body: unknown): boolean {
  return isRecord(body) && body.truncated === true;
}

function nextLink(body: Record<string, unknown>): string | undefined {
  if (typeof body.next === 'string') return body.next;
  if (isRecord(body.links) && typeof body.links.next === 'string') return body.links.next;
  for (const [name, value] of Object.entries(body)) {
    if (!name.endsWith('_links')) continue;
    const links = z.array(Link).safeParse(value);
    const next = links.success ? links.data.find(({ rel }) => rel === 'next') : undefined;
    if (next) return next.href;
  }
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
