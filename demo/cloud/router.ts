import type { Service } from '../../src/openstack/session.ts';

/** The bot does not speak with the object store yet. */
export type CloudService = Service | 'object-store';

/** Who asks, as keystonemiddleware would tell a service. */
export interface Caller {
  userId: string;
  projectId: string;
  roles: string[];
}

export interface Asked {
  method: string;
  /** Without the query. */
  path: string;
  /** `:id` in the route's path. */
  params: Record<string, string>;
  query: URLSearchParams;
  body: unknown;
  headers: Record<string, string>;
  caller: Caller;
  /** What the headers ask for, else the service's lowest. */
  microversion: string;
  /** Of this service, `http://127.0.0.1:41234`. */
  base: string;
}

export interface Answer {
  status: number;
  /** JSON unless it is text. */
  body?: unknown;
  headers?: Record<string, string>;
}

/** Thrown by handlers: an error answer in the service's own shape. */
export class Refusal extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(`answers ${answer.status}`);
    this.answer = answer;
  }
}

export interface Route {
  method: string;
  /** `/v2.1/servers/:id/action` */
  path: string;
  /** Answered without a token. */
  open?: true;
  handle(asked: Asked): Answer;
}

export interface Microversions {
  word: string;
  min: string;
  max: string;
}

/** One service: its routes and the ways in which all its answers are alike. */
export interface ServiceApi {
  service: CloudService;
  routes: Route[];
  /** `{ word: 'compute', min: '2.1', max: '2.93' }` */
  microversions?: Microversions;
  /** How it says that no token, or none that is good, came along. */
  unauthorized(base: string): Answer;
  noRoute(): Answer;
  /** How it refuses a microversion that it does not have, where not as nova and cinder do. */
  unacceptable?(version: string, range: Microversions): Answer;
}

export interface Match {
  route: Route;
  params: Record<string, string>;
}

export function matchRoute({ routes }: ServiceApi, method: string, path: string): Match | undefined {
  for (const route of routes) {
    const params = route.method === method ? matchPath(route.path, path) : undefined;
    if (params) return { route, params };
  }
  return undefined;
}

function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? '';
    if (part.startsWith(':')) {
      if (value === '') return undefined;
      params[part.slice(1)] = decodeURIComponent(value);
    } else if (part !== value) return undefined;
  }
  return params;
}

/** A refusal in nova's and cinder's shape: `{ "forbidden": { "code": 403, "message": … } }`. */
export function fault(code: number, name: string, message: string): Refusal {
  return new Refusal({ status: code, body: { [name]: { code, message } } });
}

/** What keystonemiddleware answers without a good token. Source: keystonemiddleware/auth_token/__init__.py */
export function unauthorized(keystoneUrl: string): Answer {
  return {
    status: 401,
    body: { error: { code: 401, title: 'Unauthorized', message: 'The request you have made requires authentication.' } },
    headers: { 'www-authenticate': `Keystone uri="${keystoneUrl}/v3"` },
  };
}

/** What WebOb answers to who takes JSON: the line breaks are meant for a web page. Nova, cinder and glance have it from there. */
export function webObAnswer(status: number, title: string, words: string): Answer {
  return { status, body: { message: `${words}<br /><br />\n\n\n`, code: `${status} ${title}`, title } };
}

export const NO_ROUTE = webObAnswer(404, 'Not Found', 'The resource could not be found.');

/** Undefined where the headers ask for none. */
export function askedMicroversion(headers: Record<string, string>, word: string): string | undefined {
  for (const one of (headers['openstack-api-version'] ?? '').split(',')) {
    const [service, version] = one.trim().split(/\s+/);
    if (service === word) return version;
  }
  return word === 'compute' ? headers['x-openstack-nova-api-version'] : undefined;
}

export interface PageOptions<T> {
  key: string;
  /** What the list of links is called. */
  linksKey: string;
  /** The largest page; undefined where the service has no bound. */
  pageSize: number | undefined;
  show(item: T): unknown;
  /** Of a marker that is not there; without it the list begins anew, as neutron's does. */
  lost?(marker: string): Refusal;
}

/** A page as nova, cinder and neutron give it: a full one has a next link even where nothing follows. */
export function page<T extends { id: string }>(asked: Asked, items: readonly T[], options: PageOptions<T>): Answer {
  const { key, linksKey, pageSize, show, lost } = options;
  const marker = asked.query.get('marker');
  const at = marker === null ? -1 : items.findIndex(({ id }) => id === marker);
  if (marker !== null && at < 0 && lost) throw lost(marker);
  const from = at + 1;
  const limit = Math.min(Number(asked.query.get('limit') ?? Number.POSITIVE_INFINITY), pageSize ?? Number.POSITIVE_INFINITY);
  const to = Number.isFinite(limit) ? from + limit : items.length;
  const body: Record<string, unknown> = { [key]: items.slice(from, to).map(show) };
  const last = items[to - 1];
  if (Number.isFinite(limit) && last) body[linksKey] = [{ rel: 'next', href: nextUrl(asked, asked.base + asked.path, last.id) }];
  return { status: 200, body };
}

export function nextUrl({ query }: Asked, url: string, marker: string): string {
  const next = new URLSearchParams([...query].filter(([name]) => name !== 'marker'));
  next.set('marker', marker);
  return `${url}?${next}`;
}

export function isAdmin({ caller }: Asked): boolean {
  return caller.roles.includes('admin');
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
