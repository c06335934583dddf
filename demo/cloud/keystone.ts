import { demand, notFound, unauthorized } from './keystone-refusals.ts';
import { roleAssignments } from './keystone-roles.ts';
import { openTokens, type TokenOptions, type Tokens } from './keystone-tokens.ts';
import { type Answer, type Asked, isAdmin, nextUrl, type Route, type ServiceApi } from './router.ts';
import type { Project, User } from './state-identity.ts';

export interface KeystoneOptions extends TokenOptions {
  pageSize: number | undefined;
}

const VERSION = { id: 'v3.14', status: 'stable', updated: '2020-04-07T00:00:00Z', 'media-types': [] };

export function keystone(options: KeystoneOptions): { api: ServiceApi; tokens: Tokens } {
  const { tokens, logIn } = openTokens(options);
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
      ...projectRoutes(options),
      ...userRoutes(options),
      {
        method: 'GET',
        path: '/v3/role_assignments',
        handle: (asked) => list(asked, 'role_assignments', roleAssignments(options.state, asked), undefined),
      },
    ],
  };
  return { api, tokens };
}

function projectRoutes({ state, pageSize }: KeystoneOptions): Route[] {
  return [
    {
      method: 'GET',
      path: '/v3/projects',
      handle(asked) {
        demand(isAdmin(asked), 'list_projects');
        const projects = state.projects.filter((one) => isWanted(asked, one));
        return list(
          asked,
          'projects',
          projects.map((project) => shownProject(project, asked.base)),
          pageSize,
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
        if (!project) throw notFound('project', id);
        return { status: 200, body: { project: shownProject(project, asked.base) } };
      },
    },
    {
      method: 'GET',
      path: '/v3/domains',
      handle(asked) {
        demand(isAdmin(asked), 'list_domains');
        const domains = state.domains.filter((one) => isWanted(asked, one));
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
          pageSize,
        );
      },
    },
  ];
}

function userRoutes({ state, pageSize }: KeystoneOptions): Route[] {
  /** Whoever asks about another one learns nothing, not even whether they are there. */
  function userOf(asked: Asked, rule: string): User {
    const id = asked.params.id ?? '';
    demand(isAdmin(asked) || asked.caller.userId === id, rule);
    const user = state.users.find((one) => one.id === id);
    if (!user) throw notFound('user', id);
    return user;
  }

  return [
    {
      method: 'GET',
      path: '/v3/users',
      handle(asked) {
        demand(isAdmin(asked), 'list_users');
        const users = state.users.filter((one) => isWanted(asked, one));
        return list(
          asked,
          'users',
          users.map((user) => shownUser(user, asked.base)),
          pageSize,
        );
      },
    },
    {
      method: 'GET',
      path: '/v3/users/:id',
      handle: (asked) => ({ status: 200, body: { user: shownUser(userOf(asked, 'get_user'), asked.base) } }),
    },
    {
      method: 'GET',
      path: '/v3/users/:id/groups',
      handle(asked) {
        const user = userOf(asked, 'list_groups_for_user');
        const groups = state.groups
          .filter(({ members }) => members.includes(user.id))
          .map(({ id, name, domain_id, description }) => ({
            id,
            name,
            domain_id,
            description,
            membership_expires_at: null,
            links: { self: `${asked.base}/v3/groups/${id}` },
          }));
        return list(asked, 'groups', groups, pageSize);
      },
    },
  ];
}

/** By name, whatever its case, and by domain. */
function isWanted({ query }: Asked, one: { name: string; domain_id?: string }): boolean {
  const name = query.get('name');
  const part = query.get('name__icontains');
  const domain = query.get('domain_id');
  return (
    (name === null || name.toLowerCase() === one.name.toLowerCase()) &&
    (part === null || one.name.toLowerCase().includes(part.toLowerCase())) &&
    (domain === null || one.domain_id === undefined || one.domain_id === domain)
  );
}

function list(asked: Asked, key: string, items: object[], pageSize: number | undefined): Answer {
  const idOf = (item: object | undefined): unknown => item && 'id' in item && item.id;
  const marker = asked.query.get('marker');
  const from = marker === null ? 0 : items.findIndex((item) => idOf(item) === marker) + 1;
  const to = from + (pageSize ?? items.length);
  const url = asked.base + asked.path;
  const self = `${url}${asked.query.size > 0 ? `?${asked.query}` : ''}`;
  const next = to < items.length ? nextUrl(asked, url, String(idOf(items[to - 1]))) : null;
  return { status: 200, body: { [key]: items.slice(from, to), links: { next, self, previous: null } } };
}

function shownProject(project: Project, base: string): object {
  return {
    ...project,
    parent_id: project.domain_id,
    is_domain: false,
    tags: [],
    options: {},
    links: { self: `${base}/v3/projects/${project.id}` },
  };
}

function shownUser({ id, name, domain_id, enabled, email, defaultProjectId }: User, base: string): object {
  return {
    ...(email === null ? {} : { email }),
    id,
    name,
    domain_id,
    enabled,
    ...(defaultProjectId === null ? {} : { default_project_id: defaultProjectId }),
    password_expires_at: null,
    options: {},
    links: { self: `${base}/v3/users/${id}` },
  };
}
