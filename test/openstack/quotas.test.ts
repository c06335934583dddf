import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { type Bot, eventually } from '../bot.ts';
import { tableRow } from '../table-row.ts';
import type { Limits, RawCloud } from './raw-cloud.ts';
import { anotherAdmin, changed, keptLimits, realBot, steady } from './real-bot.ts';

const LINE =
  'quota set demo cores=40 ram=80G volumes=20 floatingips=60 gigabytes___DEFAULT__=500G secgroup-rules=200 --reason "ticket 4711"';
/** What LINE is to make of it, in the services' own words. */
const NOVA = { cores: 40, ram: 81_920 };
const CINDER = { volumes: 20, gigabytes___DEFAULT__: 500 };
const NEUTRON = { floatingip: 60, security_group_rule: 200 };

interface Scene {
  bot: Bot;
  cloud: RawCloud;
  demo: string;
  before: Limits;
}

/** A project with well-known limits, which it has again after the test. */
/** @param writer an entry of `file`, in the place of the administrator */
async function scene(writer?: { name: string; file?: string }): Promise<Scene> {
  const { bot, cloud } = await realBot(
    writer ? { ...(writer.file ? { file: writer.file } : {}), as: { writer: writer.name } } : {},
  );
  const demo = await cloud.projectId('demo');
  await keptLimits(cloud, demo);
  await cloud.setLimits('compute', demo, { cores: 20, ram: 51_200 });
  await cloud.setLimits('volume', demo, { volumes: 10, gigabytes___DEFAULT__: -1 });
  await cloud.setLimits('network', demo, { floatingip: 50, security_group_rule: 100 });
  return { bot, cloud, demo, before: await cloud.limits(demo) };
}

async function differs({ cloud, demo, before }: Scene): Promise<Limits> {
  return changed(before, await cloud.limits(demo));
}

/** The card, once it says so. */
async function cardSaying(bot: Bot, words: string): Promise<string> {
  return bot.slack.waitFor(() => bot.card().includes(words) && steady(bot.card()), `a card saying "${words}"`);
}

/** One line of a table without its first column and those that change with what runs in the cloud. */
function row(text: string, quota: string): string[] {
  return tableRow(text, quota).slice(1);
}

/** Has LINE approved after something has happened, and waits for the end. @returns the card of the end. */
async function ended(one: Scene, words: string, meanwhile: () => Promise<void> = async () => undefined): Promise<string> {
  await one.bot.say('bob', LINE);
  await meanwhile();
  await one.bot.approve('alice');
  return cardSaying(one.bot, words);
}

describe('quota set', () => {
  it('changes nothing before somebody else approves, and all of it in three services then', async () => {
    const one = await scene();
    const { bot } = one;

    expect(await bot.say('bob', LINE)).toMatchInlineSnapshot(`
      "R-1001 waits for 1 vote of approver: Change 6 quotas of project demo: cores 20 → 40, ram 50 GiB → 80 GiB, volumes 10 → 20, floating-ips 50 → 60, secgroup-rules 100 → 200, gigabytes___DEFAULT__ unlimited → 500 GiB.
      You hear from me when it is decided. request cancel R-1001 takes it back."
    `);
    const card = await cardSaying(bot, 'waits for approval');
    expect(card).toContain(
      'R-1001 waits for approval · real-admin/RegionOne · change, 1 project. Change 6 quotas of project demo',
    );
    expect(card).toContain('Undo: quota set <id> cores=20 ram=51200 volumes=10 floating-ips=50');
    expect(row(card, 'ram')).toEqual(['Nova', expect.stringMatching(/iB$/), '50 GiB', '80 GiB', expect.stringMatching(/iB$/)]);
    expect(await bot.click('bob', 'Approve')).toContain('You asked for this yourself, so somebody else must decide.');
    expect(await bot.click('eve', 'Approve')).toContain(
      'Your vote does not count here: this takes approver, and you hold viewer.',
    );
    expect(await differs(one)).toEqual({});

    expect(await bot.approve('alice')).toBe('You approved R-1001, and it goes ahead now.');
    const end = await cardSaying(bot, 'is done');
    expect(await differs(one)).toEqual({ ...NOVA, ...CINDER, ...NEUTRON });
    expect(end).toMatchInlineSnapshot(`
      "R-1001 is done · real-admin/RegionOne · change, 1 project. Project demo now has cores 40, ram 80 GiB, volumes 20, gigabytes___DEFAULT__ 500 GiB, floating-ips 60, secgroup-rules 200.
      Asked for: Change 6 quotas of project demo: cores 20 → 40, ram 50 GiB → 80 GiB, volumes 10 → 20, floating-ips 50 → 60, secgroup-rules 100 → 200, gigabytes___DEFAULT__ unlimited → 500 GiB.
      @approvers
      [Undo]
      Asked by: bob
      Reason: ticket 4711
      Votes: alice approved
      Undo: quota set <id> cores=20 ram=51200 volumes=10 floating-ips=50 secgroup-rules=100 gigabytes___DEFAULT__=-1 --reason "…"
      quota                  service  before     wanted   now
      cores                  Nova     20         40       40
      ram                    Nova     50 GiB     80 GiB   80 GiB
      volumes                Cinder   10         20       20
      gigabytes___DEFAULT__  Cinder   unlimited  500 GiB  500 GiB
      floating-ips           Neutron  50         60       60
      secgroup-rules         Neutron  100        200      200"
    `);
    expect(await bot.hears('bob', 'R-1001 is done')).toContain('Project demo now has cores 40, ram 80 GiB');
  });

  it('is taken back by the line that its undo stands for, once somebody has approved that', async () => {
    const one = await scene();
    const { bot } = one;
    await ended(one, 'R-1001 is done');
    expect(await differs(one)).toEqual({ ...NOVA, ...CINDER, ...NEUTRON });

    await bot.slack.slash('bob', '#ops', 'request undo R-1001');
    await cardSaying(bot, 'R-1002 waits for approval');
    expect(await differs(one)).toEqual({ ...NOVA, ...CINDER, ...NEUTRON });
    await bot.approve('alice');
    await cardSaying(bot, 'R-1002 is done');

    expect(await differs(one)).toEqual({});
  });

  it('is refused to a role that may only look, without a card', async () => {
    const one = await scene();

    expect(await one.bot.say('eve', LINE)).toBe('You may not use quota set: it takes the role operator, and you hold viewer.');

    expect(one.bot.slack.messages('#ops')).toEqual([]);
    expect(await differs(one)).toEqual({});
  });

  it('with --dry-run shows the plan and writes nothing', async () => {
    const one = await scene();

    const said = await one.bot.say('bob', `${LINE} --dry-run`);

    expect(said).toContain(
      'Dry run on real-admin/RegionOne: nothing was changed and nobody was asked. Change 6 quotas of project demo',
    );
    // The pool of the seed is far from empty.
    expect(row(said, 'floating-ips')).toEqual(['Neutron', expect.any(String), '50', '60', expect.stringMatching(/^2\d\d$/)]);
    expect(one.bot.slack.messages('#ops')).toEqual([]);
    expect(await differs(one)).toEqual({});
  });

  it('never goes below what is in use, and what it proposes instead is taken', async () => {
    const one = await scene();

    const said = await one.bot.say('bob', 'quota set demo cores=1 volumes=1 floatingips=1 --reason "ticket 4711"');
    expect(said.replace(/\d{1,3}/g, '<n>')).toMatchInlineSnapshot(
      `"cores cannot be <n>: demo uses <n>. Type at least cores=<n>. volumes cannot be <n>: demo uses <n>. Type at least volumes=<n>. floating-ips cannot be <n>: demo uses <n>. Type at least floating-ips=<n>."`,
    );
    const proposed = [...said.matchAll(/Type at least (\S+)\./g)].map(([, words]) => words).join(' ');
    const again = await one.bot.say('bob', `quota set demo ${proposed} --reason "ticket 4711" --dry-run`);

    expect(again).toContain('Change 3 quotas of project demo');
    expect(again).toContain('All of cores is in use then: nothing new fits.');
    expect(await differs(one)).toEqual({});
  });

  it('refuses projects that are not there, and a name that two have unless the domain is said', async () => {
    const { bot, cloud } = await scene();
    const remove = async (): Promise<void> => {
      await cloud.deleteDomain('stackhand-test');
      await cloud.deleteProject('stackhand-twin');
    };
    await remove();
    onTestFinished(remove);
    await cloud.createProject('stackhand-twin');
    await cloud.createDomain('stackhand-test', 'stackhand-twin');
    const set = (project: string): Promise<string> =>
      bot.say('bob', `quota set ${project} cores=30 --reason "ticket 4711" --dry-run`);

    expect(await set('dem')).toBe('There is no project dem. Did you mean demo?\n[demo]');
    expect(await set('f'.repeat(32))).toContain('There is no project ffff');
    expect(steady(await set('stackhand-twin'))).toMatch(
      /^There are 2 projects called stackhand-twin: <id> in domain (Default|stackhand-test); <id> in domain (Default|stackhand-test)\. Give the ID, or add --domain NAME\.\n\[/,
    );
    expect(await set('stackhand-twin --domain stackhand-test')).toContain('Change 1 quota of project stackhand-twin');
    expect(await set('demo --domain nowhere')).toContain('There is no domain nowhere. There are ');
  });

  it('run twice, finds nothing to do', async () => {
    const one = await scene();
    await ended(one, 'is done');
    await one.bot.hears('bob', 'R-1001 is done');

    const said = await one.bot.say('bob', LINE);

    expect(said).toContain('Project demo has these quotas already: cores 40, ram 80 GiB');
    expect(await differs(one)).toEqual({ ...NOVA, ...CINDER, ...NEUTRON });
  });
});

describe('quota set, where something is in the way', () => {
  it('says of each service why it refuses a writer without the right', async () => {
    const one = await scene({ name: 'real-demo' });

    const end = await ended(one, 'FAILED');

    expect(end).toMatchInlineSnapshot(`
      "R-1001 FAILED · real-admin/RegionOne · change, 1 project. The quotas of project demo were not set in Nova, Cinder and Neutron.
      Nova: failed. PUT compute /os-quota-sets/<id> answered 403: Policy doesn't allow os_compute_api:os-quota-sets:update to be performed (req-…).
      Cinder: failed. PUT volume /os-quota-sets/<id> answered 403: Policy doesn't allow volume_extension:quotas:update to be performed (req-…).
      Neutron: failed. PUT network /quotas/<id> answered 403: rule:update_quota is disallowed by policy (req-…).
      Asked for: Change 6 quotas of project demo: cores 20 → 40, ram 50 GiB → 80 GiB, volumes 10 → 20, floating-ips 50 → 60, secgroup-rules 100 → 200, gigabytes___DEFAULT__ unlimited → 500 GiB.
      @approvers
      Asked by: bob
      Reason: ticket 4711
      Votes: alice approved
      quota                  service  before     wanted   now
      cores                  Nova     20         40       20
      ram                    Nova     50 GiB     80 GiB   50 GiB
      volumes                Cinder   10         20       10
      gigabytes___DEFAULT__  Cinder   unlimited  500 GiB  unlimited
      floating-ips           Neutron  50         60       50
      secgroup-rules         Neutron  100        200      100"
    `);
    expect(await differs(one)).toEqual({});
  });

  it('does the rest where one service cannot be reached, and says which', async () => {
    const one = await scene(await anotherAdmin({ block_storage_endpoint_override: 'http://127.0.0.1:9/v3' }));

    const end = await ended(one, 'was PARTLY done');

    expect(end).toContain('The quotas of project demo were set in Nova and Neutron, not set in Cinder.');
    expect(end).toContain('Cinder: failed. GET volume /os-quota-sets/<id> was not sent, the service cannot be reached');
    expect(row(end, 'volumes')).toEqual(['Cinder', '10', '20', 'not known']);
    expect(await differs(one)).toEqual({ ...NOVA, ...NEUTRON });
  });

  it('leaves alone what somebody changed after the plan was made', async () => {
    const one = await scene();

    const end = await ended(one, 'was PARTLY done', () => one.cloud.setLimits('compute', one.demo, { cores: 25 }));

    expect(end).toContain('Nova, cores: left alone. cores is 25 and was 20 when this was approved.');
    // Nova's other value was still as it was.
    expect(await differs(one)).toEqual({ cores: 25, ram: NOVA.ram, ...CINDER, ...NEUTRON });
  });
});

describe('quota show', () => {
  it('shows what all three services say', async () => {
    const { bot, before } = await scene();

    const said = await bot.say('eve', 'quota show demo');

    expect(said).toContain('Quotas of project demo');
    expect(row(said, 'cores').at(1)).toBe('20');
    expect(row(said, 'ram').at(1)).toBe('50 GiB');
    expect(row(said, 'volumes').at(1)).toBe('10');
    expect(row(said, 'gigabytes___DEFAULT__').at(1)).toBe('unlimited');
    expect(row(said, 'floating-ips').at(1)).toBe('50');
    expect(row(said, 'key-pairs')).toEqual(['per user', String(before.key_pairs)]);
    expect(row(said, 'routers').at(1)).toBe(String(before.router));
  });
});

describe('quota set --for', () => {
  it('goes back by itself in each service when its time is up, but for what somebody changed meanwhile', async () => {
    const one = await scene();
    const { bot, cloud, demo } = one;

    await bot.say('bob', 'quota set demo cores=40 volumes=20 floatingips=60 --for 10s --reason "ticket 4711"');
    const card = await cardSaying(bot, '[Approve]');
    await bot.approve('alice');
    await bot.untilOf(1001, 'done');
    const during = await differs(one);
    await cloud.setLimits('volume', demo, { volumes: 30 });
    const told = await bot.hears('bob', 'R-1002 was PARTLY done');

    expect(card).toContain('After 10s: Set back in project demo: cores 20, volumes 10, floating-ips 50.');
    expect(during).toEqual({ cores: 40, volumes: 20, floatingip: 60 });
    expect(told).toContain('Cinder: left alone. volumes is 30 and was 20 when this was approved.');
    expect(await differs(one)).toEqual({ volumes: 30 });
  });
});

describe('quota list', () => {
  it('has those that are used by so much, the fullest first', async () => {
    const { bot, cloud, demo } = await scene();
    const cores = z
      .array(z.looseObject({ status: z.string(), tenant_id: z.string(), flavor: z.object({ vcpus: z.number() }) }))
      .parse(await cloud.listed('compute', '/servers/detail?all_tenants=1', 'servers'))
      .filter(({ tenant_id }) => tenant_id === demo)
      .reduce((sum, { flavor }) => sum + flavor.vcpus, 0);
    await cloud.setLimits('compute', demo, { cores });

    const said = await bot.say('eve', 'quota list cores --over 90');

    expect(said).toMatch(/^1 quota of \d+ projects used by 90 % or more, 1 of them wholly\./);
    expect(tableRow(said, 'demo')).toEqual(['demo', 'cores', String(cores), String(cores), '100 %']);
  });
});

describe('quota defaults', () => {
  it('are changed for every project without limits of its own, shown, and changed back', async () => {
    const { bot, cloud } = await scene();
    const before = await cloud.defaultLimits();
    onTestFinished(() => cloud.setDefaultLimits({ instances: before.instances ?? 10 }));
    await cloud.setDefaultLimits({ instances: 10 });

    const line = 'quota defaults set instances=12 --reason "ticket 4711"';
    expect(await bot.say('bob', line)).toContain('Change 1 default quota: instances 10 → 12.');
    expect((await cloud.defaultLimits()).instances).toBe(10);
    await bot.approve('alice');
    await cardSaying(bot, 'Projects without limits of their own now have instances 12.');

    expect((await cloud.defaultLimits()).instances).toBe(12);
    expect((await cloud.limits(await cloud.projectId('alice-lab'))).instances).toBe(12);
    expect(tableRow(await bot.say('eve', 'quota defaults show'), 'instances').slice(1, 3)).toEqual(['Nova', '12']);
    expect(await bot.say('bob', line)).toContain('The defaults are so already: instances 12.');
  });
});

describe('a line that is not whole', () => {
  it('is filled in, with names of the cloud to choose from', async () => {
    const one = await scene();
    const { bot } = one;
    await bot.slack.slash('bob', '#ops', 'quota set cores=30');
    await bot.slack.click('bob', await bot.slack.sees('bob', '[Fill in]'), 'Fill in');
    const view = await bot.slack.waitFor(() => bot.slack.modal('bob'), 'the form');

    let offered: string[] = [];
    await eventually(async () => {
      offered = await bot.slack.suggestions('bob', view, 'project', 'ali');
      return offered.includes('alice-lab');
    }, 'the names of the projects');
    await bot.slack.submit('bob', view, { project: 'demo', reason: 'ticket 4711' });
    await cardSaying(bot, 'Change 1 quota of project demo: cores 20 → 30.');
    await bot.approve('alice');
    await cardSaying(bot, 'is done');

    expect(await differs(one)).toEqual({ cores: 30 });
  });
});

describe('the same again', () => {
  it('is followed by its second asker, and set once', async () => {
    const one = await scene();
    const { bot } = one;
    await bot.say('bob', LINE);
    await cardSaying(bot, '[Approve]');

    await bot.slack.slash('carol', '#ops', LINE);
    // Being an approver she is also asked about the first one: only the answer to her line says this.
    await bot.hears('carol', 'R-1001 does just this');
    await bot.approve('alice');
    await cardSaying(bot, 'is done');

    expect(bot.card()).toContain('Also asked for by: carol');
    expect(await bot.hears('carol', 'R-1001 is done')).toContain('Project demo now has cores 40');
    expect(await differs(one)).toEqual({ ...NOVA, ...CINDER, ...NEUTRON });
  });
});
