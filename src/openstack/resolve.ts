import { distance } from 'fastest-levenshtein';
import { OpenStackError, UserError } from '../errors.ts';
import { code, count } from '../reply.ts';
import type { Target } from '../target.ts';
import { getServer, listServersNamed, type Server } from './compute.ts';
import { type Domain, getProject, listDomains, listProjects, type Project } from './identity.ts';
import type { Session } from './session.ts';
import { projectTarget, serverTarget } from './targets.ts';

/** What keystone and nova make IDs of today. Older and other IDs are found by listing. */
const LOOKS_LIKE_ID = /^([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;
const MOST_CANDIDATES = 10;

export interface Within {
  /** By ID or name. */
  domain?: string | undefined;
  /** Others are not offered to whoever asks: what a project's or a server's name hides they may not learn from a mistake. */
  mayTouch?: (target: Target) => boolean;
}

const ANYTHING = (): boolean => true;

/**
 * The one project that a text from chat means: its ID, or its exact name in the domain. UserError where there is none or more than
 * one, with what was near. Cinder and neutron take any text for a project, so theirs is never a name.
 */
export async function resolveProject(os: Session, text: string, { domain, mayTouch = ANYTHING }: Within = {}): Promise<Project> {
  const within = domain === undefined ? undefined : await resolveDomain(os, domain);
  const filter = within ? { domainId: within.id } : {};
  const byId = LOOKS_LIKE_ID.test(text) ? await unlessGone(getProject(os, text)) : undefined;
  if (byId && (!within || byId.domain_id === within.id)) return byId;

  const named = (await listProjects(os, { ...filter, name: text })).filter(({ name }) => name === text);
  const [only, another] = named;
  if (only && !another) return only;
  if (only) {
    const offered = named.filter((project) => mayTouch(projectTarget(project)));
    // None that they may touch: the first will do, for they are refused it.
    if (offered.length === 0) return only;
    throw new UserError(ambiguousProject(text, offered, await listDomains(os)));
  }

  const all = await listProjects(os, filter);
  const oddId = all.find(({ id }) => id === text);
  if (oddId) return oddId;
  const offered = all.filter((project) => mayTouch(projectTarget(project)));
  const near = nearest(text, [...new Set(offered.map(({ name }) => name))]);
  const where = within ? ` in domain ${code(within.name)}` : '';
  throw new UserError(`There is no project ${code(text)}${where}.${didYouMean(near)}`);
}

/** The one domain of this ID or exact name. UserError where there is none. */
export async function resolveDomain(os: Session, text: string): Promise<Domain> {
  const domains = await listDomains(os);
  const domain = domains.find(({ id }) => id === text) ?? domains.find(({ name }) => name === text);
  if (domain) return domain;
  throw new UserError(`There is no domain ${code(text)}. There are ${domains.map(({ name }) => code(name)).join(', ')}.`);
}

/** The one server of this ID or exact name in any project. UserError where there is none, or several, with project, ID and status. */
export async function resolveServer(
  os: Session,
  text: string,
  { mayTouch = ANYTHING }: Pick<Within, 'mayTouch'> = {},
): Promise<Server> {
  const byId = LOOKS_LIKE_ID.test(text) ? await unlessGone(getServer(os, text)) : undefined;
  if (byId) return byId;
  const named = await listServersNamed(os, text);
  const [only, another] = named;
  if (!only) throw new UserError(`No project has a server ${code(text)}. Give its exact name or its ID.`);
  if (!another) return only;
  const projects = new Map((await listProjects(os)).map(({ id, name }) => [id, name]));
  const ownerOf = ({ tenant_id: id }: Server): { id: string; name: string } => ({ id, name: projects.get(id) ?? id });
  const offered = named.filter((server) => mayTouch(serverTarget(server, ownerOf(server))));
  if (offered.length === 0) return only;
  const candidates = offered
    .slice(0, MOST_CANDIDATES)
    .map((server) => `${code(server.id)} in project ${code(ownerOf(server).name)}, ${server.status}`);
  throw new UserError(`${several(offered, 'server', text)}: ${listed(candidates, offered.length)}. Give the ID instead.`);
}

/** One alone is one of several, the others of which are not offered. */
function several(offered: readonly unknown[], one: string, text: string): string {
  return offered.length === 1
    ? `There is more than one ${one} called ${code(text)}`
    : `There are ${count(offered, one)} called ${code(text)}`;
}

function ambiguousProject(text: string, projects: Project[], domains: Domain[]): string {
  const names = new Map(domains.map(({ id, name }) => [id, name]));
  const candidates = projects
    .slice(0, MOST_CANDIDATES)
    .map(({ id, domain_id }) => `${code(id)} in domain ${code(names.get(domain_id) ?? domain_id)}`);
  return `${several(projects, 'project', text)}: ${listed(candidates, projects.length)}. Give the ID, or add ${code('--domain NAME')}.`;
}

function listed(candidates: string[], all: number): string {
  return `${candidates.join('; ')}${all > candidates.length ? `; and ${all - candidates.length} more` : ''}`;
}

/** The few names that a typing mistake makes of another: a third of the letters at most. */
function nearest(text: string, names: string[]): string[] {
  const wanted = text.toLowerCase();
  return names
    .map((name) => ({ name, far: name.toLowerCase().startsWith(wanted) ? 0 : distance(name.toLowerCase(), wanted) }))
    .filter(({ far }) => far <= Math.max(1, Math.floor(wanted.length / 3)))
    .sort((a, b) => a.far - b.far)
    .slice(0, 5)
    .map(({ name }) => name);
}

function didYouMean(names: string[]): string {
  return names.length === 0
    ? ' Give its exact name or its ID.'
    : ` Did you mean ${names.map((name) => code(name)).join(' or ')}?`;
}

async function unlessGone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof OpenStackError && error.code === 'not_found') return undefined;
    throw error;
  }
}
