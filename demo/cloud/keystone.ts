import { createHash, randomBytes } from 'node:crypto';
import type { Service } from '../../src/openstack/session.ts';
import { type Answer, type Asked, type Caller, isAdmin, isRecord, Refusal, type ServiceApi } from './router.ts';
import type { CloudState, Project, User } from './state.ts';

export interface KeystoneOptions {
  state: CloudState;
  /** Where each service is; those without are left out of the catalogue. */
  urls(): Partial<Record<Service, string>>;
  regions: string[];
  tokenLifeMs: number;
  pageSize: number | undefined;
}

export interface Tokens {
  /** Undefined where the token is unknown or over. */
  caller(token: string | undefined): Caller | undefined;
  expireAll(): void;
  /** All that were ever given out: none of them may appear in a log, a reply or an error. */
  given: string[];
}

const CATALOG: [Service, string, string][] = [
  ['image', 'image', 'glance'],
  ['volume', 'block-storage', 'cinder'],
  ['volume', 'volumev3', 'cinderv3'],
  ['placement', 'placement', 'placement'],
  ['compute', 'compute', 'nova'],
  ['identity', 'identity', 'keystone'],
  ['network', 'network', 'neutron'],
];
const VERSION = { id: 'v3.14', status: 'stable', updated: '2020-04-07T00:00:00Z', 'media-types': [] };

export function keystone(options: KeystoneOptions): { api: ServiceApi; tokens: Tokens } {
  const { state, tokenLifeMs } = options;
  const callers = new Map<string, { caller: Caller; until: number }>();
  const given: string[] = [];

  function logIn(asked: Asked): Answer {
    const { user, project } = whoLogsIn(state, asked.body);
    const id = `gAAAAA${randomBytes(66).toString('base64url')}`;
    const roles = user.roles.get(project.id) ?? [];
    callers.set(id, { caller: { userId: user.id, projectId: project.id, roles }, until: Date.now() + tokenLifeMs });
    given.push(id);
    const now = Date.now();
    const token = {
      methods: ['password'],
      user: { domain: domainOf(state, user.domain_id), id: user.id, name: user.name, password_expires_at: null },
      audit_ids: [randomBytes(16).toString('base64url')],
      expires_at: new Date(now + tokenLifeMs).toISOString().replace('Z', '000Z'),
      issued_at: new Date(now).toISOString().replace('Z', '000Z'),
      project: { domain: domainOf(state, project.domain_id), id: project.id, name: project.name },
      is_domain: false,
      roles: roles.map((name) => ({ id: idOf(`role ${name}`), name })),
      catalog: catalogOf(options, project.id),
    };
    return { status: 201, body: { token }, headers: { 'x-subject-token': id } };
  }

  const list = (asked: Asked, key: string, items: { id: string }[]): Answer => {
    const from = items.findIndex(({ id }) => id === asked.query.get('marker')) + 1;
    const to = from + (options.pageSize ?? items.length);
    const self = `${asked.base}${asked.path}${asked.query.size > 0 ? `?${asked.query}` : ''}`;
    const last = to < items.length ? items[to - 1] : undefined;
    const next = last ? `${asked.base}${asked.path}?${new URLSearchParams([...asked.query, ['marker', last.id]])}` : null;
    return { status: 200, body: { [key]: items.slice(from, to), links: { next, self, previous: null } } };
  };
  const nameMatches = (asked: Asked, name: string): boolean => {
    const wanted = asked.query.get('name');
    return wanted === null || wanted.toLowerCase() === name.toLowerCase();
  };

  const api: ServiceApi = {
    service: 'identity',
    unauthorized,
    noRoute: () => ({ status: 404, body: '<!doctype html>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n' }),
    routes: [
      {
        method: 'GET',
        path: '/',
        open: true,
        handle: ({ base }) => ({
          status: 300,
          body: { versions: { values: [{ ...VERSION, links: [{ rel: 'self', href: `${base}/v3/` }] }] } },
        }),
      },
      { method: 'POST', path: '/v3/auth/tokens', open: true, handle: logIn },
      {
        method: 'GET',
        path: '/v3/projects',
        handle(asked) {
          demand(isAdmin(asked), 'list_projects');
          const domain = asked.query.get('domain_id');
          const projects = state.projects.filter(
            (one) => nameMatches(asked, one.name) && (domain === null || one.domain_id === domain),
          );
          return list(
            asked,
            'projects',
            projects.map((project) => shownProject(project, asked.base)),
          );
        },
      },
      {
        method: 'GET',
        path: '/v3/projects/:id',
        handle(asked) {
          const id = asked.params.id ?? '';
          demand(isAdmin(asked) || asked.caller.projectId === id, 'get_project');
          const project = state.projects.find((one) => one.id === id);
          if (!project) throw error(404, `Could not find project: ${id}.`, 'Not Found');
          return { status: 200, body: { project: shownProject(project, asked.base) } };
        },
      },
      {
        method: 'GET',
        path: '/v3/domains',
        handle(asked) {
          demand(isAdmin(asked), 'list_domains');
          const domains = state.domains.filter(({ name }) => nameMatches(asked, name));
          return list(
            asked,
            'domains',
            domains.map((one) => ({
              ...one,
              description: '',
              tags: [],
              options: {},
              links: { self: `${asked.base}/v3/domains/${one.id}` },
            })),
          );
        },
      },
    ],
  };

  return {
    api,
    tokens: {
      given,
      caller(token) {
        const known = token === undefined ? undefined : callers.get(token);
        return known && known.until > Date.now() ? known.caller : undefined;
      },
      expireAll: () => callers.clear(),
    },
  };
}

function unauthorized(base: string): Answer {
  return {
    status: 401,
    body: { error: { code: 401, message: 'The request you have made requires authentication.', title: 'Unauthorized' } },
    headers: { 'www-authenticate': `Keystone uri="${base}/v3"` },
  };
}

function error(code: number, message: string, title: string): Refusal {
  return new Refusal({ status: code, body: { error: { code, message, title } } });
}

function demand(allowed: boolean, rule: string): void {
  if (!allowed) throw error(403, `You are not authorized to perform the requested action: identity:${rule}.`, 'Forbidden');
}

/** Everything that is wrong about a log-in is one and the same 401. */
function whoLogsIn(state: CloudState, body: unknown): { user: User; project: Project } {
  const auth = record(record(body).auth);
  const identity = record(auth.identity);
  const credential = record(identity.application_credential);
  const given = record(record(identity.password).user);
  // The pretend application credential of a user: its ID is `ac-<user name>`, its secret the password.
  const user = credential.id
    ? state.users.find((one) => `ac-${one.name}` === credential.id && one.password === credential.secret)
    : state.users.find((one) => (one.id === given.id || one.name === given.name) && one.password === given.password);
  if (credential.id && !user) throw error(404, `Could not find Application Credential: ${credential.id}.`, 'Not Found');
  const wanted = record(record(auth.scope).project);
  const domain = record(wanted.domain);
  const project = credential.id
    ? state.projects.find(({ id }) => user?.roles.has(id))
    : state.projects.find((one) => {
        const home = state.domains.find(({ id }) => id === one.domain_id);
        return one.id === wanted.id || (one.name === wanted.name && (home?.id === domain.id || home?.name === domain.name));
      });
  if (!user || !project || !user.roles.has(project.id)) throw new Refusal(unauthorized(''));
  return { user, project };
}

function catalogOf({ urls, regions }: KeystoneOptions, projectId: string): unknown[] {
  const at = urls();
  const roots: Partial<Record<Service, string>> = { compute: '/v2.1', volume: `/v3/${projectId}`, identity: '/v3' };
  return CATALOG.flatMap(([service, type, name]) => {
    const url = at[service];
    if (url === undefined) return [];
    const endpoints = regions.flatMap((region) =>
      ['admin', 'public', 'internal'].map((kind) => ({
        id: idOf(`${type} ${kind} ${region}`),
        interface: kind,
        region_id: region,
        url: url + (roots[service] ?? ''),
        region,
      })),
    );
    return [{ endpoints, id: idOf(type), type, name }];
  });
}

function shownProject(project: Project, base: string): { id: string } & Record<string, unknown> {
  return {
    ...project,
    parent_id: project.domain_id,
    is_domain: false,
    tags: [],
    options: {},
    links: { self: `${base}/v3/projects/${project.id}` },
  };
}

function domainOf({ domains }: CloudState, id: string): { id: string; name: string } {
  return { id, name: domains.find((one) => one.id === id)?.name ?? '' };
}

function idOf(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

function record(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}
