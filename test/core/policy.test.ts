import { describe, expect, it } from 'vitest';
import { DEMO_PROJECT } from '../../demo/cloud/seed.ts';
import { idOf } from '../../demo/workspace/seed.ts';
import { type Bot, toyBot } from '../bot.ts';

const SET = 'cores set demo --cores 40 --reason "more load"';
const READS = { effects: ['read'], roles: ['viewer', 'operator'] };
const CHANGES = { effects: ['change'], roles: ['operator'] };
const TWO_CLOUDS = { clouds: [{ name: 'prod' }, { name: 'pretend-demo' }] };

function withRules(...rules: unknown[]): Promise<Bot> {
  return toyBot({ yaml: { rules } });
}

describe('whether somebody may', () => {
  it('an operator may; a viewer may not, and reads why', async () => {
    const bot = await toyBot();

    expect(await bot.say('bob', SET)).toContain('R-1001 waits for 1 vote of approver');
    expect(await bot.say('eve', SET)).toContain('You may not use cores set: it takes the role operator, and you hold viewer.');
    expect((await bot.request(1002)).state).toBe('refused');
  });

  it('somebody whom stackhand.yaml does not name reads that they hold no role, and nothing of clouds or arguments', async () => {
    const bot = await toyBot({ slack: { users: { mallory: { realName: 'Mallory' } } }, yaml: TWO_CLOUDS });

    const told = await bot.say('mallory', SET);
    const mistyped = await bot.say('mallory', 'cores set --nonsense 1');

    expect(told).toContain('You may not use cores set: you hold no role here.');
    expect(`${told} ${mistyped}`).not.toMatch(/prod|projects|--cores/);
    expect(bot.cloud.calls).toEqual([]);
  });

  it('help shows only what the asker may use', async () => {
    const bot = await toyBot();

    const operator = await bot.say('bob', 'help');
    const viewer = await bot.say('eve', 'help');

    expect(operator).toContain('cores set');
    expect(viewer).toContain('cores show');
    expect(viewer).not.toContain('cores set');
    expect(await bot.say('eve', 'help cores set')).not.toContain('--cores');
  });

  it('help shows what a rule allows on one cloud only', async () => {
    const bot = await withRules(READS, { ...CHANGES, clouds: ['prod'] });

    expect(await bot.say('bob', 'help')).toContain('cores set');
  });

  it('a rule that denies wins over one that allows, and says why', async () => {
    const denied = { commands: ['cores set'], targets: ['project:demo'], roles: ['operator'], deny: true, because: 'Demo week.' };
    const bot = await withRules(READS, denied, CHANGES);

    expect(await bot.say('bob', SET)).toContain('Demo week.');
    expect(await bot.say('bob', 'cores set alice-lab --cores 40 --reason "more load"')).toContain('R-1002 waits for');
  });

  it.each([
    ['name', 'project:demo'],
    ['ID', `project:${DEMO_PROJECT}`],
  ])('a rule on a project by its %s holds for that project and no other', async (_how, target) => {
    const bot = await withRules(READS, { ...CHANGES, targets: [target] });

    expect(await bot.say('bob', SET)).toContain('R-1001 waits for');
    const both = await bot.say('bob', 'cores set demo alice-lab --cores 40 --reason "more load"');
    expect(both).toContain(`You may use cores set only on ${target}, and not on project alice-lab.`);
  });

  it('what an answer would show is held to the rule too, and not named in the refusal', async () => {
    const bot = await withRules({ ...READS, targets: ['project:demo'] });

    expect(await bot.say('eve', 'cores show demo')).toContain('Project demo has 20 cores');
    const refused = await bot.say('eve', 'cores show alice-lab');
    expect(refused).toContain('this would show 1 thing beyond that');
    expect(refused).not.toContain('20');
  });

  it('what changes nothing is held to the rule as well: it would tell what there is', async () => {
    const bot = await withRules(READS, { ...CHANGES, targets: ['project:demo'] });

    const told = await bot.say('bob', 'cores set alice-lab --cores 20 --reason "as it is"');

    expect(told).toContain('You may use cores set only on project:demo, and not on project alice-lab.');
    expect((await bot.request(1001)).state).toBe('refused');
    expect(await bot.say('bob', 'cores set demo --cores 20 --reason "as it is"')).toContain('They have 20 cores already');
  });
});

describe('which cloud', () => {
  it('where there are several, the line has to say, unless the channel does', async () => {
    const bot = await toyBot({
      yaml: { ...TWO_CLOUDS, channels: { approvals: idOf('C', 'ops'), clouds: { [idOf('C', 'audit')]: 'prod' } } },
    });

    const asked = await bot.say('bob', 'cores show demo');
    const named = await bot.say('bob', 'cores show demo --cloud prod');
    const here = await bot.say('bob', 'cores show demo', '#audit');
    const wrong = await bot.say('bob', 'cores show demo --cloud lab');

    expect(asked).toContain('Which cloud? Add --cloud prod or --cloud pretend-demo.');
    expect(named).toContain('Project demo has 20 cores');
    expect(here).toContain('Project demo has 20 cores');
    expect(wrong).toContain('There is no cloud lab. Type --cloud prod or --cloud pretend-demo.');
  });

  it.each([
    ['prod', 'Project demo has 20 cores'],
    ['of-another-tool', 'Which cloud? Add --cloud prod or --cloud pretend-demo.'],
  ])('OS_CLOUD=%s is meant where neither line nor channel says, if it is one of ours', async (cloud, said) => {
    const bot = await toyBot({ yaml: TWO_CLOUDS, env: { OS_CLOUD: cloud } });

    expect(await bot.say('bob', 'cores show demo')).toContain(said);
    expect(await bot.say('bob', 'cores show demo --cloud lab')).toContain('There is no cloud lab.');
  });

  it('the card names the cloud that was chosen', async () => {
    const bot = await toyBot({ yaml: TWO_CLOUDS });

    await bot.say('bob', `${SET} --cloud prod`);

    await bot.slack.waitFor(() => bot.card().includes('R-1001 waits for approval · prod/RegionOne'), 'the card');
  });
});

describe("the vote of a project's owner", () => {
  const yaml = {
    rules: [READS, { ...CHANGES, approvals: [{ roles: ['owner'] }] }],
    projects: { demo: { owners: [idOf('U', 'eve')] } },
  };

  it('counts, though the owner holds no such role, and nobody else counts', async () => {
    const bot = await toyBot({ yaml });
    expect(await bot.say('bob', SET)).toContain("waits for 1 vote of the project's owners");

    expect(await bot.approve('alice')).toContain("Your vote does not count here: this takes the project's owners");
    await bot.slack.waitFor(() => bot.directs('eve').some((text) => text.includes('[Approve]')), "the owner's own card");
    expect(await bot.approve('eve')).toContain('You approved R-1001');

    await bot.until('done');
  });

  it('cannot be asked where nobody is named: the line is refused, not left to wait', async () => {
    const bot = await toyBot({ yaml });

    const told = await bot.say('bob', 'cores set alice-lab --cores 40 --reason "more load"');

    expect(told).toContain('stackhand.yaml names no owner of alice-lab');
    expect((await bot.request(1001)).state).toBe('refused');
  });
});

describe('a read that needs approval', () => {
  const SHOW = 'cores show demo';
  const rule = { commands: ['cores show'], roles: ['operator'], approvals: [{ roles: ['approver'] }] };
  const others = { effects: ['read'], roles: ['operator', 'approver', 'viewer'], except: ['cores show'] };

  /** Everything anybody but bob can read. */
  function readByOthers({ slack }: Bot): string {
    return ['alice', 'carol', 'eve']
      .flatMap((who) => [...slack.messages('#ops'), ...slack.ephemerals(who), ...slack.directs(who)])
      .filter(({ ephemeralTo }) => ephemeralTo !== idOf('U', 'bob'))
      .map((message) => slack.text(message))
      .join('\n');
  }

  it('shows nothing before the vote, and afterwards to its asker alone', async () => {
    const bot = await withRules(rule, others);

    const told = await bot.say('bob', SHOW);
    expect(told).toContain('R-1001 waits for 1 vote of approver: Show the answer to cores show demo to bob alone.');
    await bot.approve('alice');

    await bot.hears('bob', 'Project demo has 20 cores');
    await bot.until('answered');
    await bot.slack.waitFor(() => bot.card().includes('R-1001 was answered'), 'the card');
    await bot.slack.waitFor(() => bot.directs('carol').some((text) => text.includes('was answered')), "carol's card");
    expect(readByOthers(bot)).not.toContain('20 cores');
    await bot.slack.slash('alice', '#ops', 'request show R-1001');
    expect(await bot.hears('alice', 'R-1001: ')).not.toContain('20 cores');
  });

  it('is asked also where it is about nothing in particular', async () => {
    const bot = await withRules({ ...rule, commands: ['cores explain'] }, { ...others, except: ['cores explain'] });

    expect(await bot.say('bob', 'cores explain')).toContain('R-1001 waits for 1 vote of approver');
    await bot.approve('alice');

    await bot.hears('bob', 'A core of prod is a thread');
  });

  it('reads the cloud again after the vote', async () => {
    const bot = await withRules(rule, others);
    await bot.say('bob', SHOW);
    bot.cloud.state.quotas.compute.own.set(DEMO_PROJECT, { cores: 33 });

    await bot.approve('alice');

    await bot.hears('bob', 'Project demo has 33 cores');
  });

  it('does not show another thing than the one that was approved', async () => {
    const bot = await withRules(rule, others);
    await bot.say('bob', SHOW);
    const project = bot.cloud.state.projects.find(({ name }) => name === 'demo');
    const other = bot.cloud.state.projects.find(({ name }) => name === 'alice-lab');
    if (project && other) Object.assign(project, { name: 'old' }) && Object.assign(other, { name: 'demo' });

    await bot.approve('alice');

    await bot.hears('bob', 'What this would show is no longer what was approved. Ask again.');
    await bot.until('refused');
    expect(bot.directs('bob').join()).not.toContain('20 cores');
  });

  it('is shown although Slack cannot tell the name of its asker a second time', async () => {
    const bot = await withRules(rule, others);
    await bot.say('bob', SHOW);
    bot.slack.answer('users.info', { status: 503, when: ({ user }) => user === idOf('U', 'bob') });

    await bot.approve('alice');

    await bot.hears('bob', 'Project demo has 20 cores');
  });

  it('what an ordinary read found, others do not read in its record either', async () => {
    const bot = await toyBot();
    await bot.say('bob', SHOW);

    const own = await bot.say('bob', 'request show R-1001');
    const foreign = await bot.say('eve', 'request show R-1001');

    expect(own).toContain('Project demo has 20 cores');
    expect(foreign).toContain('cores show demo');
    expect(foreign).not.toContain('20 cores');
  });
});
