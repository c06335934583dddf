import { type Answer, type Asked, Refusal, type Route, type ServiceApi } from './router.ts';
import type { Account, Container, ObjectStoreState } from './state-object-store.ts';

/** `account_listing_limit` */
const MOST_LISTED = 10_000;
const META = 'x-account-meta-';
const REMOVE_META = 'x-remove-account-meta-';
const QUOTA = 'quota-bytes';

/**
 * The part of swift that knows accounts: what a project has, its containers, its quota. No object can be put in. No swift is in the real
 * test cloud: this is made by Swift's API reference, https://docs.openstack.org/api-ref/object-store/, *Accounts*, and by
 * https://docs.openstack.org/swift/latest/overview_auth.html (keystoneauth) and /middleware.html (account_quotas) for who may what.
 */
export function swift(state: ObjectStoreState, { keystoneUrl }: { keystoneUrl(): string }): ServiceApi {
  const path = '/v1/:account';
  const routes: Route[] = [
    { method: 'GET', path: '/info', open: true, handle: () => ({ status: 200, body: capabilities() }) },
    { method: 'GET', path, handle: (asked) => list(state, asked) },
    { method: 'HEAD', path, handle: (asked) => ({ status: 204, headers: headersOf(accountFor(state, asked, 'look')) }) },
    { method: 'POST', path, handle: (asked) => change(state, asked) },
  ];
  return {
    service: 'object-store',
    routes,
    unauthorized: () => ({
      ...page(401, 'Unauthorized', 'This server could not verify that you are authorized to access the document you requested.'),
      headers: { 'content-type': HTML, 'www-authenticate': `Keystone uri="${keystoneUrl()}"` },
    }),
    noRoute: () => page(404, 'Not Found', 'The resource could not be found.'),
  };
}

function capabilities(): object {
  return { swift: { version: '2.30.1', account_listing_limit: MOST_LISTED, account_autocreate: true }, account_quotas: {} };
}

/** Whoever may not is told nothing but that: not even whether it is there. */
function accountFor(state: ObjectStoreState, { params, caller }: Asked, what: 'look' | 'change'): Account {
  const { account: name = '' } = params;
  const has = (roles: readonly string[]): boolean => caller.roles.some((role) => roles.includes(role));
  const isOwn = name === `AUTH_${caller.projectId}`;
  const may = has(state.resellerRoles) || (isOwn && (has(state.operatorRoles) || (what === 'look' && has(state.readerRoles))));
  if (!may) throw new Refusal(page(403, 'Forbidden', 'Access was denied to this resource.'));
  // With `account_autocreate` one that nobody has used yet is shown as an empty one.
  return state.accounts.get(name.replace(/^AUTH_/, '')) ?? { containers: [], metadata: {}, created: Date.now() };
}

function list(state: ObjectStoreState, asked: Asked): Answer {
  const account = accountFor(state, asked, 'look');
  const headers = headersOf(account);
  const containers = listed(account, asked);
  const isJson = asked.query.get('format') === 'json' || (asked.headers.accept ?? '').includes('application/json');
  if (isJson) {
    const shown = containers.map(({ name, count, bytes, lastModified }) => ({ name, count, bytes, last_modified: lastModified }));
    return { status: 200, body: shown, headers: { ...headers, 'content-type': 'application/json; charset=utf-8' } };
  }
  const plain = { ...headers, 'content-type': 'text/plain; charset=utf-8' };
  if (containers.length === 0) return { status: 204, headers: plain };
  return { status: 200, body: containers.map(({ name }) => `${name}\n`).join(''), headers: plain };
}

/** By name, as bytes are ordered; a page goes on after its marker, and is not said to have a next one. */
function listed({ containers }: Account, { query }: Asked): Container[] {
  const limit = query.get('limit');
  const most = limit !== null && /^\d+$/.test(limit) ? Number(limit) : MOST_LISTED;
  if (most > MOST_LISTED) throw new Refusal({ status: 412, body: `Maximum limit is ${MOST_LISTED}` });
  const isReversed = ['true', '1', 'yes', 'on', 't', 'y'].includes((query.get('reverse') ?? '').toLowerCase());
  const [marker, end] = [query.get('marker') ?? '', query.get('end_marker') ?? ''];
  const sorted = containers
    .filter(({ name }) => name.startsWith(query.get('prefix') ?? ''))
    .sort((a, b) => order(a.name, b.name) * (isReversed ? -1 : 1));
  const isAfter = (a: string, b: string): boolean => order(a, b) * (isReversed ? -1 : 1) > 0;
  return sorted
    .filter(({ name }) => (marker === '' || isAfter(name, marker)) && (end === '' || isAfter(end, name)))
    .slice(0, most);
}

function order(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function headersOf({ containers, metadata, created }: Account): Record<string, string> {
  const sum = (of: (one: Container) => number): string => String(containers.reduce((total, one) => total + of(one), 0));
  return {
    'x-account-container-count': String(containers.length),
    'x-account-object-count': sum(({ count }) => count),
    'x-account-bytes-used': sum(({ bytes }) => bytes),
    'x-timestamp': (created / 1_000).toFixed(5),
    'accept-ranges': 'bytes',
    ...Object.fromEntries(Object.entries(metadata).map(([name, value]) => [META + name, value])),
  };
}

/** Metadata is laid over what there is; an empty value takes it away. Only reseller admins set a quota. */
function change(state: ObjectStoreState, asked: Asked): Answer {
  const account = accountFor(state, asked, 'change');
  const given = Object.entries(asked.headers);
  const values = given.flatMap(([name, value]) => (name.startsWith(META) ? [[name.slice(META.length), value] as const] : []));
  const gone = given.flatMap(([name]) => (name.startsWith(REMOVE_META) ? [[name.slice(REMOVE_META.length), ''] as const] : []));
  const isReseller = asked.caller.roles.some((role) => state.resellerRoles.includes(role));
  for (const [name, value] of [...values, ...gone]) {
    if (name !== QUOTA) continue;
    if (!isReseller) throw new Refusal(page(403, 'Forbidden', 'Access was denied to this resource.'));
    if (!/^\d*$/.test(value)) throw new Refusal({ status: 400, body: 'Invalid bytes quota.' });
  }
  for (const [name, value] of [...values, ...gone]) {
    if (value === '') delete account.metadata[name];
    else account.metadata[name] = value;
  }
  state.accounts.set((asked.params.account ?? '').replace(/^AUTH_/, ''), account);
  return { status: 204, headers: { 'content-type': HTML } };
}

const HTML = 'text/html; charset=UTF-8';

function page(status: number, title: string, words: string): Answer {
  return { status, body: `<html><h1>${title}</h1><p>${words}</p></html>`, headers: { 'content-type': HTML } };
}
