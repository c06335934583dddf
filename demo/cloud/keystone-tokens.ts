import { createHash, randomBytes } from 'node:crypto';
import { notFound, unauthorized } from './keystone-refusals.ts';
import { type Answer, type Asked, type Caller, type CloudService, isRecord, Refusal } from './router.ts';
import type { IdentityState, Project, User } from './state-identity.ts';

export interface TokenOptions {
  state: IdentityState;
  /** Region → where each of its services is; those without are left out of the catalogue. */
  urls(): ReadonlyMap<string, Partial<Record<CloudService, string>>>;
  tokenLifeMs: number;
}

export interface Tokens {
  /** Undefined where the token is unknown or over. */
  caller(token: string | undefined): Caller | undefined;
  expireAll(): void;
  /** All that were ever given out: none of them may appear in a log, a reply or an error. */
  given: string[];
}

const CATALOG: [CloudService, string, string][] = [
  ['image', 'image', 'glance'],
  ['volume', 'block-storage', 'cinder'],
  ['volume', 'volumev3', 'cinderv3'],
  ['placement', 'placement', 'placement'],
  ['compute', 'compute', 'nova'],
  ['identity', 'identity', 'keystone'],
  ['network', 'network', 'neutron'],
  ['object-store', 'object-store', 'swift'],
];

export function openTokens(options: TokenOptions): { tokens: Tokens; logIn(asked: Asked): Answer } {
  const { state, tokenLifeMs } = options;
  const callers = new Map<string, { caller: Caller; until: number }>();
  const given: string[] = [];

  function logIn(asked: Asked): Answer {
    const { user, project } = whoLogsIn(state, asked.body);
    const id = `gAAAAA${randomBytes(66).toString('base64url')}`;
    const roles = rolesOn(state, user, project.id);
    const now = Date.now();
    callers.set(id, { caller: { userId: user.id, projectId: project.id, roles }, until: now + tokenLifeMs });
    given.push(id);
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

  return {
    logIn,
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

/** As keystone's bootstrap makes them. */
const IMPLIED: Record<string, string[]> = { admin: ['member', 'reader'], member: ['reader'] };

/** Theirs in the real cloud's tokens. */
const ORDER = ['manager', 'member', 'admin', 'reader'];

export function impliedBy(role: string): string[] {
  return IMPLIED[role] ?? [];
}

function rolesOn({ groups }: IdentityState, user: User, projectId: string): string[] {
  const throughGroups = groups
    .filter(({ members }) => members.includes(user.id))
    .flatMap(({ roles }) => roles.get(projectId) ?? []);
  const own = [...(user.roles.get(projectId) ?? []), ...throughGroups];
  const all = new Set(own.flatMap((role) => [role, ...impliedBy(role)]));
  return ORDER.filter((role) => all.has(role)).concat([...all].filter((role) => !ORDER.includes(role)));
}

/** Everything that is wrong about a log-in is one and the same 401. */
function whoLogsIn(state: IdentityState, body: unknown): { user: User; project: Project } {
  const auth = record(record(body).auth);
  const identity = record(auth.identity);
  const credential = record(identity.application_credential);
  const given = record(record(identity.password).user);
  // The pretend application credential of a user: its ID is `ac-<user name>`, its secret the password.
  const user = credential.id
    ? state.users.find((one) => `ac-${one.name}` === credential.id && one.password === credential.secret)
    : state.users.find((one) => (one.id === given.id || one.name === given.name) && one.password === given.password);
  if (credential.id && !user) throw notFound('Application Credential', String(credential.id));
  const wanted = record(record(auth.scope).project);
  const domain = record(wanted.domain);
  const project = credential.id
    ? state.projects.find(({ id }) => user?.roles.has(id))
    : state.projects.find((one) => {
        const home = state.domains.find(({ id }) => id === one.domain_id);
        return one.id === wanted.id || (one.name === wanted.name && (home?.id === domain.id || home?.name === domain.name));
      });
  if (!user?.enabled || !project || rolesOn(state, user, project.id).length === 0) throw new Refusal(unauthorized(''));
  return { user, project };
}

function catalogOf({ urls }: TokenOptions, projectId: string): unknown[] {
  const roots: Partial<Record<CloudService, string>> = {
    compute: '/v2.1',
    volume: `/v3/${projectId}`,
    identity: '/v3',
    'object-store': `/v1/AUTH_${projectId}`,
  };
  return CATALOG.flatMap(([service, type, name]) => {
    const endpoints = [...urls()].flatMap(([region, at]) => {
      const url = at[service];
      if (url === undefined) return [];
      return ['admin', 'public', 'internal'].map((kind) => ({
        id: idOf(`${type} ${kind} ${region}`),
        interface: kind,
        region_id: region,
        url: url + (roots[service] ?? ''),
        region,
      }));
    });
    return endpoints.length === 0 ? [] : [{ endpoints, id: idOf(type), type, name }];
  });
}

export function domainOf({ domains }: IdentityState, id: string): { id: string; name: string } {
  return { id, name: domains.find((one) => one.id === id)?.name ?? '' };
}

/** Of what has no place in the state: roles, endpoints. */
export function idOf(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

function record(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}
