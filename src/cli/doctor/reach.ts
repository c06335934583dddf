import type { StackhandYaml } from '../../config-schema.ts';
import { OpenStackError } from '../../errors.ts';
import { listComputeServices } from '../../openstack/compute.ts';
import type { Connection } from '../../openstack/connection.ts';
import { listDomains, listProjects, type Project } from '../../openstack/identity.ts';
import { openSession, type Session } from '../../openstack/session.ts';
import { code, count } from '../../reply.ts';
import { type Finding, ok, warning } from '../doctor.ts';

/** What rules and owners name a project by, name or ID. A pattern with a star is meant for several. */
export function projectsNamed({ rules, projects }: Pick<StackhandYaml, 'rules' | 'projects'>): Set<string> {
  const prefix = 'project:';
  const inRules = rules.flatMap(({ targets }) => targets ?? []).filter((target) => target.startsWith(prefix));
  const names = [...inRules.map((target) => target.slice(prefix.length)), ...Object.keys(projects)];
  return new Set(names.filter((name) => !name.endsWith('*')));
}

/** Whether the credential sees all projects and hosts, which nearly every command looks at; and whether a name means one project. */
export async function reach(connection: Connection, region: string, named: ReadonlySet<string>): Promise<Finding[]> {
  const os = openSession({ connection, region, mode: 'read' });
  const projects = await unlessRefused(listProjects(os));
  const services = await unlessRefused(listComputeServices(os));
  const findings = [
    seen(projects, (list) => count(list, 'project'), 'projects', 'commands that name a project will be refused'),
    seen(
      services,
      (list) => count(list, 'compute service'),
      'compute services',
      'commands on hosts will be refused, and no mass of hosts that are down stops anything by itself',
    ),
  ];
  return [...findings.flat(), ...('list' in projects ? await sameInSeveralDomains(os, projects.list, named) : [])];
}

type Look<T> = { list: T[] } | { refused: string } | { other: string };

async function unlessRefused<T>(list: Promise<T[]>): Promise<Look<T>> {
  try {
    return { list: await list };
  } catch (error) {
    if (!(error instanceof OpenStackError)) throw error;
    return error.code === 'forbidden' ? { refused: error.message } : { other: error.message };
  }
}

/** A service that does not answer is told by another look. */
function seen<T>(look: Look<T>, inWords: (list: T[]) => string, what: string, so: string): Finding[] {
  if ('list' in look) return [ok(`it sees ${inWords(look.list)}`)];
  if ('other' in look) return [];
  return [
    warning(
      `it may not list ${what}, so ${so}: ${look.refused}`,
      "OpenStack's own policies let only an admin look into all of the cloud: use one, or let the role of this user do it in the service's policy.",
    ),
  ];
}

/** A name that projects of several domains have gives rights on each of them: more than whoever wrote it may have meant. */
async function sameInSeveralDomains(os: Session, projects: Project[], named: ReadonlySet<string>): Promise<Finding[]> {
  const several = [...named]
    .map((name) => projects.filter((project) => project.name === name))
    .filter(({ length }) => length > 1);
  if (several.length === 0) return [];
  const domains = new Map((await listDomains(os)).map(({ id, name }) => [id, name]));
  return several.map((same) =>
    warning(
      `${code(same[0]?.name ?? '')} is a project in ${same.length} domains, and what stackhand.yaml says of it holds for each`,
      `Name the one that is meant by its ID: ${same.map(({ id, domain_id }) => `${id} (${domains.get(domain_id) ?? domain_id})`).join(', ')}.`,
    ),
  );
}
