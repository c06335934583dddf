import { UserError } from '../errors.ts';
import { code } from '../reply.ts';
import { ownerName, type Target } from '../target.ts';
import { getServer, listServerNames, listServersNamed, type Server } from './compute.ts';
import { domainNames } from './domain-names.ts';
import { type Flavor, listFlavors } from './flavors.ts';
import { type Domain, getProject, listDomains, listProjects, type Project } from './identity.ts';
import { listOwners } from './owners.ts';
import { type Kind, resolve } from './resolve.ts';
import type { Session } from './session.ts';
import { domainTarget, flavorTarget, projectTarget, serverTarget, userTarget } from './targets.ts';
import { getUser, listUsers, type User } from './users.ts';

/* What lines name. Names resolve everywhere the same way: see resolve. */

export interface Within {
  /** By ID or name. */
  domain?: string | undefined;
  /** Others are not offered to whoever asks. */
  mayTouch?: ((target: Target) => boolean) | undefined;
}

/** The one project of this text, in the domain where one is named. Cinder and neutron take any text for a project, so theirs is never a name. */
export async function resolveProject(os: Session, text: string, { domain, mayTouch }: Within = {}): Promise<Project> {
  const within = domain === undefined ? undefined : await resolveDomain(os, domain, { mayTouch });
  return resolve(os, projectsIn(within, mayTouch), text, mayTouch);
}

function projectsIn(within: Domain | undefined, mayTouch: Within['mayTouch']): Kind<Project> {
  const filter = within ? { domainId: within.id } : {};
  const where = within ? ` in domain ${code(within.name)}` : '';
  return {
    one: 'project',
    async get(os, id) {
      const project = await getProject(os, id);
      if (within && project.domain_id !== within.id) throw new UserError(`Project ${code(id)} is not${where}.`);
      return project;
    },
    named: async (os, name) => (await listProjects(os, { ...filter, name })).filter((project) => project.name === name),
    all: (os) => listProjects(os, filter),
    offersNear: true,
    targets: async () => projectTarget,
    async apart(os) {
      const domainOf = await namesOfDomains(os, mayTouch);
      return (project) => `in domain ${code(domainOf(project.domain_id, project))}`;
    },
    instead: 'Give the ID, or add `--domain NAME`.',
    none: (text) => `There is no project ${code(text)}${where}`,
  };
}

async function namesOfDomains(os: Session, mayTouch: Within['mayTouch'] = () => true): Promise<ReturnType<typeof domainNames>> {
  return domainNames(await listDomains(os), mayTouch);
}

/** The one domain of this ID or exact name, for what lies in it; called as it was typed for whoever may not see it. UserError where there is none. */
export async function resolveDomain(
  os: Session,
  text: string,
  { mayTouch = () => true }: Pick<Within, 'mayTouch'> = {},
): Promise<Domain> {
  const domains = await listDomains(os);
  const domain = domains.find(({ id }) => id === text) ?? domains.find(({ name }) => name === text);
  if (domain) return mayTouch(domainTarget(domain)) ? domain : { ...domain, name: text };
  const seen = domains.filter((one) => mayTouch(domainTarget(one)));
  const hidden = domains.length - seen.length;
  const names = [...seen.map(({ name }) => code(name)), ...(hidden > 0 ? [`${hidden} that you may not see`] : [])];
  const choices = seen.slice(0, 5).map(({ name }) => ({ label: name, given: text, value: name }));
  throw new UserError(`There is no domain ${code(text)}. There are ${names.join(', ')}.`, { choices });
}

/** The one server of this text in any project. */
export async function resolveServer(os: Session, text: string, { mayTouch }: Pick<Within, 'mayTouch'> = {}): Promise<Server> {
  // Looked up once, and only where somebody has to choose.
  let owners: ReturnType<typeof listOwners> | undefined;
  const ownersOf = (): ReturnType<typeof listOwners> => {
    owners ??= listOwners(os);
    return owners;
  };
  const kind: Kind<Server> = {
    one: 'server',
    get: getServer,
    named: listServersNamed,
    all: listServerNames,
    async targets() {
      const ownerOf = await ownersOf();
      return (server) => serverTarget(server, ownerOf(server.tenant_id));
    },
    async apart() {
      const ownerOf = await ownersOf();
      return (server) => `in project ${code(ownerName(ownerOf(server.tenant_id)))}, ${server.status}`;
    },
    none: (wanted) => `No project has a server ${code(wanted)}`,
  };
  return resolve(os, kind, text, mayTouch);
}

const FLAVORS: Kind<Flavor> = {
  one: 'flavor',
  async get(os, id) {
    const flavor = (await listFlavors(os)).find((one) => one.id === id);
    if (!flavor) throw new UserError(`There is no flavor ${code(id)}.`);
    return flavor;
  },
  named: async (os, name) => (await listFlavors(os)).filter((flavor) => flavor.name === name),
  all: listFlavors,
  offersNear: true,
  targets: async () => flavorTarget,
  apart: async () => (flavor) => `with ${flavor.vcpus} vCPUs`,
};

/** The one flavor of this text. */
export function resolveFlavor(os: Session, text: string, { mayTouch }: Pick<Within, 'mayTouch'> = {}): Promise<Flavor> {
  return resolve(os, FLAVORS, text, mayTouch);
}

/** The one user of this text, in the domain where one is named. */
export async function resolveUser(os: Session, text: string, { domain, mayTouch }: Within = {}): Promise<User> {
  const within = domain === undefined ? undefined : await resolveDomain(os, domain, { mayTouch });
  const filter = within ? { domainId: within.id } : {};
  const kind: Kind<User> = {
    one: 'user',
    get: getUser,
    named: async (session, name) => (await listUsers(session, { ...filter, name })).filter((user) => user.name === name),
    all: (session) => listUsers(session, filter),
    offersNear: true,
    targets: async () => userTarget,
    async apart() {
      const domainOf = await namesOfDomains(os, mayTouch);
      return ({ domain_id }) => `in domain ${code(domainOf(domain_id))}`;
    },
    instead: 'Give the ID, or add `--domain NAME`.',
  };
  return resolve(os, kind, text, mayTouch);
}
