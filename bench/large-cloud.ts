import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCloud } from '../demo/cloud/cloud.ts';
import { LARGE, largeCloud } from '../demo/cloud/seed-large.ts';
import { mapAtOnce } from '../src/openstack/at-once.ts';
import { readClouds } from '../src/openstack/clouds-yaml.ts';
import { listComputeServices, listHypervisors, listServers } from '../src/openstack/compute.ts';
import { connect } from '../src/openstack/connection.ts';
import { listProjects } from '../src/openstack/identity.ts';
import { listOwners } from '../src/openstack/owners.ts';
import { getQuotas, QUOTA_SERVICES } from '../src/openstack/quotas.ts';
import { openSession, type Session } from '../src/openstack/session.ts';

/**
 * How long the longest lists take over the large pretend cloud: what `server list`, `host list` and `quota list` ask, by the sessions that
 * they ask with. Cloud and bot share this process, so that each second is theirs together.
 */

/** As `quota list` has it. */
const AT_ONCE = 12;

async function seconds<T>(what: string, run: () => Promise<T> | T, told: (result: T) => string): Promise<T> {
  const began = performance.now();
  const result = await run();
  console.log(`${what.padEnd(12)} ${((performance.now() - began) / 1_000).toFixed(2).padStart(6)} s   ${told(result)}`);
  return result;
}

console.log(`${availableParallelism()} cores, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)} before`);
const counts = `${LARGE.hosts} hosts, ${LARGE.servers} servers, ${LARGE.projects} projects`;
const state = await seconds('seed', largeCloud, () => counts);
const cloud = await startCloud({ state, pageSize: 1_000 });
const folder = await mkdtemp(join(tmpdir(), 'stackhand-bench-'));
const file = join(folder, 'clouds.yaml');
await writeFile(file, cloud.cloudsYaml);
const connection = connect(await (await readClouds({ file, folders: [] })).cloud('pretend-admin'), {});
const calls = (): number => cloud.calls.splice(0).length;
try {
  for (let run = 1; run <= 2; run += 1) {
    const os = openSession({ connection, mode: 'read' });
    await seconds(
      'server list',
      async () => (await Promise.all([listServers(os), listOwners(os)]))[0],
      (servers) => `${servers.length} servers, ${calls()} calls`,
    );
    await seconds(
      'host list',
      () => Promise.all([listComputeServices(os, { binary: 'nova-compute' }), listHypervisors(os)]),
      ([services]) => `${services.length} hosts, ${calls()} calls`,
    );
    await seconds(
      'quota list',
      () => quotaList(os),
      (looks) => `${looks} looks, ${calls()} calls`,
    );
  }
} finally {
  await connection.close();
  await cloud.stop();
  await rm(folder, { recursive: true });
}

async function quotaList(os: Session): Promise<number> {
  const projects = await listProjects(os);
  const looks = projects.flatMap(({ id }) => QUOTA_SERVICES.map((service) => ({ id, service })));
  await mapAtOnce(looks, AT_ONCE, ({ id, service }) => getQuotas(os, service, id));
  return looks.length;
}
