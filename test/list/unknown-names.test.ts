import { expect, it } from 'vitest';
import { ALICE_LAB, DEMO_PROJECT } from '../../demo/cloud/seed.ts';
import { type Bot, type BotOptions, startBot } from '../bot.ts';

/* What rules say of projects by name has to hold also where the reader credential may not know any names. */

const ALL = { roles: ['operator'], effects: ['read', 'change', 'disruptive', 'destructive'] };
const DENIED = { ...ALL, deny: true, targets: ['project:demo', 'project:alice-lab'] };
const WHY = 'A rule of stackhand.yaml names projects by name, and Keystone does not tell me the names of their projects.';

/** Bob's bot under these rules, whose credential may not list projects. */
async function nameless(rules: unknown[], options: BotOptions = {}): Promise<Bot> {
  const bot = await startBot({ ...options, yaml: { rules } });
  bot.cloud.answer('identity', 'GET', /^\/v3\/projects/, { status: 403, times: 99 });
  return bot;
}

it('what a denying rule hides by name stays hidden, and the answer says that something may be missing, and why', async () => {
  const named = await startBot({ yaml: { rules: [DENIED, ALL] } });
  const bot = await nameless([DENIED, ALL]);

  expect(await named.say('bob', 'server list')).toBe('0 servers.');
  const said = await bot.say('bob', 'server list');

  expect(said).toMatch(/^0 servers\./);
  expect(said).toContain(`Left out: ${bot.cloud.state.servers.length} servers. ${WHY}`);
  expect(said).toContain(
    'A rule with the ID can be decided all the same; else the reader credential has to be let list all projects.',
  );
  expect(await bot.say('bob', 'volume list')).toContain(`Left out: ${bot.cloud.state.volumes.length} volumes. ${WHY}`);
  expect(await bot.say('bob', 'floating ip list')).toMatch(/^0 floating IPs[\s\S]*Left out: \d+ floating ips/);
  expect(await bot.say('bob', 'host show compute1')).toContain('Left out: 3 servers.');
});

it.each(['server show db-2', 'console log show db-2'])('`%s` is refused, since nobody can tell', async (line) => {
  const bot = await nameless([DENIED, ALL]);

  const said = await bot.say('bob', line);

  expect(said).toContain(
    "a rule of stackhand.yaml names projects by name, and Keystone does not tell me the name of this one's project",
  );
  expect(said).not.toContain('ACTIVE');
  expect((await bot.until('refused')).result?.text).toContain('I could not tell whether you may use');
});

it('rules with IDs are decided without any name', async () => {
  const bot = await nameless([{ ...DENIED, targets: [`project:${ALICE_LAB}`] }, ALL]);

  const said = await bot.say('bob', 'server list');

  const seen = bot.cloud.state.servers.filter(({ projectId }) => projectId === DEMO_PROJECT);
  expect(said).toMatch(new RegExp(`^${seen.length} servers`));
  expect(said).not.toContain('Left out');
  expect(said).not.toContain(ALICE_LAB);
});

it('an allowing rule opens nothing whose name it may not have', async () => {
  const byName = await nameless([{ ...ALL, targets: ['project:demo'] }]);
  const byId = await nameless([{ ...ALL, targets: [`project:${DEMO_PROJECT}`] }]);

  const said = await byName.say('bob', 'server list');
  expect(said).toContain('You may use server list only on project:demo, and this names nothing of it.');
  expect(said).toContain(`Left out: ${byName.cloud.state.servers.length} servers. ${WHY}`);
  expect(await byId.say('bob', 'server list')).toMatch(/^\d\d* servers[\s\S]*db-2/);
});

it('without a rule that goes by name nothing is left out', async () => {
  const bot = await nameless([ALL]);

  const said = await bot.say('bob', 'server list');

  expect(said).toContain(`${bot.cloud.state.servers.length} servers`);
  expect(said).not.toContain('Left out');
});

it('of several servers of one name only those are offered that the asker may see, and the others are counted', async () => {
  const seed = { cloud: { seed: { sameNames: true } } };
  const bot = await nameless([{ ...ALL, targets: [`project:${DEMO_PROJECT}`, 'project:alice-lab'] }], seed);

  const said = await bot.say('bob', 'server show web-1');

  expect(said).toContain('There is more than one server called web-1');
  expect(said).not.toContain(ALICE_LAB);
  expect(said).toContain('Left out: 1 server.');
});

it('nor are several whose IDs begin alike told to whom a rule hides them', async () => {
  const bot = await startBot({ yaml: { rules: [{ ...DENIED, targets: ['project:alice-lab'] }, ALL] } });
  const [one, other] = bot.cloud.state.servers;
  if (!one || !other) return expect.fail('no servers');
  Object.assign(one, { id: 'beef0000-0000-4000-8000-000000000001', name: 'seen-1', projectId: DEMO_PROJECT });
  Object.assign(other, { id: 'beef0000-0000-4000-8000-000000000002', name: 'hidden-1', projectId: ALICE_LAB });

  const said = await bot.say('bob', 'server show beef');

  expect(said).toContain('There is more than one server whose ID begins with beef');
  expect(said).not.toContain('000000000002');
});

it('a project that keystone no longer lists has no name, so that nothing of it is opened by that', async () => {
  const bot = await startBot({ yaml: { rules: [DENIED, ALL] } });
  bot.cloud.state.projects.splice(
    0,
    bot.cloud.state.projects.length,
    ...bot.cloud.state.projects.filter(({ id }) => id !== ALICE_LAB),
  );

  const said = await bot.say('bob', 'server list');

  expect(said).toMatch(/^0 servers\.[\s\S]*Left out: \d+ servers?\./);
});

it('a rule on hosts is in doubt where Nova does not say which host a server is on', async () => {
  const bot = await startBot({ yaml: { rules: [{ ...ALL, deny: true, targets: ['host:compute1'] }, ALL] } });
  const servers = bot.cloud.state.servers.map(({ id, name, projectId }) => ({
    ...{ id, name, tenant_id: projectId, status: 'ACTIVE', created: '2026-01-01T00:00:00Z' },
  }));
  bot.cloud.answer('compute', 'GET', '/servers/detail', { status: 200, body: { servers } });

  const said = await bot.say('bob', 'server list');

  expect(said).toContain(
    `Left out: ${servers.length} servers. A rule of stackhand.yaml names hosts, and Nova does not tell me the hosts they are on.`,
  );
});
