import { homedir } from 'node:os';
import type { EnvironmentOf } from '../../config.ts';
import type { StackhandYaml } from '../../config-schema.ts';
import { OpenStackError, UserError } from '../../errors.ts';
import type { Token } from '../../openstack/auth.ts';
import { type Clouds, cloudsFolders, readClouds } from '../../openstack/clouds-yaml.ts';
import { type Connection, connect } from '../../openstack/connection.ts';
import { compareVersions } from '../../openstack/microversions.ts';
import type { Service } from '../../openstack/session.ts';
import { code } from '../../reply.ts';
import { type Check, type Finding, ok, warning, wrong } from '../doctor.ts';
import { projectsNamed, reach } from './reach.ts';

const SERVICES: readonly Service[] = ['identity', 'compute', 'volume', 'network', 'image', 'placement'];
/** The highest microversion that src/openstack pins; a test holds it to them. */
export const NEEDED: Partial<Record<Service, string>> = { compute: '2.73', volume: '3.49', placement: '1.27' };

/** One check for each cloud of stackhand.yaml. */
export function checkClouds(config: StackhandYaml | undefined, environment: EnvironmentOf<'cli'>): Check[] {
  if (!config) return [];
  const file = readClouds({
    ...(environment.OS_CLIENT_CONFIG_FILE ? { file: environment.OS_CLIENT_CONFIG_FILE } : {}),
    folders: cloudsFolders(process.cwd(), homedir()),
  });
  file.catch(() => undefined);
  const named = projectsNamed(config);
  return config.clouds.map((cloud) => ({ name: `Cloud ${cloud.name}`, look: () => lookAt(cloud, file, named) }));
}

async function lookAt(
  { name, writer, regions }: StackhandYaml['clouds'][number],
  file: Promise<Clouds>,
  named: ReadonlySet<string>,
): Promise<Finding[]> {
  try {
    const clouds = await file;
    const reader = await clouds.cloud(name);
    const findings = await withConnection(connect(reader, { timeoutMs: 10_000 }), async (connection) => [
      ...credential(await connection.token(), writer === undefined ? 'both' : 'reader', name),
      ...(await Promise.all(
        (regions ?? reader.regions).flatMap((region) => SERVICES.map((service) => endpoint(connection, service, region))),
      )),
      ...(await reach(connection, (regions ?? reader.regions)[0] ?? '', named)),
    ]);
    if (writer === undefined) return findings;
    const writing = connect(await clouds.cloud(writer), { timeoutMs: 10_000 });
    return [...findings, ...(await withConnection(writing, async ({ token }) => credential(await token(), 'writer', writer)))];
  } catch (error) {
    if (error instanceof UserError)
      return [wrong(error.message, 'Mend clouds.yaml, or the name under `clouds` in stackhand.yaml.')];
    if (error instanceof OpenStackError) return [wrong(error.message, mendFor(error))];
    throw error;
  }
}

async function withConnection<T>(connection: Connection, look: (connection: Connection) => Promise<T>): Promise<T> {
  try {
    return await look(connection);
  } finally {
    await connection.close();
  }
}

function credential({ login }: Token, use: 'reader' | 'writer' | 'both', entry: string): Finding[] {
  const { user, project, roles } = login;
  const who = `${code(entry)} is user ${code(user.name)}${project ? ` in project ${code(project.name)}` : ''}, with ${roles.map(code).join(', ') || 'no role'}`;
  if (use === 'reader') return [ok(`${who}; Stackhand only looks with it`)];
  if (roles.includes('admin')) return [ok(who)];
  const mend = use === 'both' ? 'Give it the role `admin`, or name a `writer` in stackhand.yaml.' : 'Give it the role `admin`.';
  return [warning(`${who}: what needs an administrator will be refused`, mend)];
}

async function endpoint(connection: Connection, service: Service, region: string): Promise<Finding> {
  const where = region === '' ? service : `${service} in ${region}`;
  try {
    const { id, min, max } = await connection.versions(service, region);
    const needed = NEEDED[service];
    const what = `${where} answers: ${id}${max ? `, microversions ${min} to ${max}` : ''}`;
    if (needed === undefined || (max !== undefined && compareVersions(max, needed) >= 0)) return ok(what);
    return warning(`${what}; some commands need ${needed}`, 'Those will say so. Upgrade the cloud to have them.');
  } catch (error) {
    if (!(error instanceof OpenStackError)) throw error;
    if (error.code === 'no_endpoint')
      return warning(`${where}: ${error.fault}`, 'Commands on it will say so; mend the catalogue if it is there.');
    return wrong(`${where}: ${error.message}`, mendFor(error));
  }
}

function mendFor({ code: errorCode }: OpenStackError): string {
  switch (errorCode) {
    case 'unauthorized':
      return 'Mend user, password or application credential in clouds.yaml.';
    case 'not_sent':
    case 'lost_answer':
      return 'See that the service runs, and that its address in the catalogue or auth_url can be reached from here.';
    default:
      return "Look into the service's log, with the request ID where there is one.";
  }
}
