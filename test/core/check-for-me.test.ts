import { describe, expect, it } from 'vitest';
import { DEMO_PROJECT } from '../../demo/cloud/seed.ts';
import { setLimits } from '../../demo/cloud/state.ts';
import { idOf } from '../../demo/workspace/seed.ts';
import { type Bot, type BotOptions, gate, startBot, toyBot } from '../bot.ts';

const SET = 'cores set demo alice-lab --cores 40 --reason "more load"';
const WIPE = 'cores wipe demo --cores 40 --reason "more load"';
const OPERATOR = { effects: ['read', 'change', 'disruptive', 'destructive'], roles: ['operator'] };

async function waiting(bot: Bot, line = SET): Promise<Bot> {
  await bot.say('bob', line);
  await bot.shows('[Check for me]');
  return bot;
}

/** Clicks the button. @returns what the clicker alone is told, line by line. */
async function checks(bot: Bot, who = 'alice'): Promise<string[]> {
  return (await bot.click(who, 'Check for me')).split('\n');
}

/** A destructive plan whose target is typed. */
async function wiping(options: BotOptions = {}): Promise<Bot> {
  const bot = await toyBot(options);
  await bot.say('bob', WIPE);
  const question = await bot.slack.waitFor(
    () =>
      [...bot.slack.ephemerals('bob'), ...bot.slack.directs('bob')].find((one) => bot.text(one).includes('[Type the target]')),
    'the question',
  );
  await bot.slack.click('bob', question, 'Type the target');
  await bot.slack.submit('bob', await bot.slack.waitFor(() => bot.slack.modal('bob'), 'the form'), { answer: 'demo' });
  await bot.shows('[Check for me]');
  return bot;
}

describe('Check for me', () => {
  it('says in three lines that everything holds, to the clicker alone, and changes nothing', async () => {
    const bot = await waiting(await toyBot());
    const before = await bot.request(1001);

    const [said, ...lines] = await checks(bot);

    expect(said).toMatch(/^R-1001 was looked at again at 20.* UTC: nothing moved\.$/);
    expect(lines).toEqual([
      'Holds: it touches the same 2 things (demo, alice-lab); 2 of 2 rows of its table.',
      'Moved: nothing.',
      'Ask bob: nothing that these facts do not answer; the reason given is more load.',
    ]);
    expect(await bot.request(1001)).toEqual(before);
    expect(bot.cloud.writes).toEqual([]);
    expect(bot.directs('bob').join()).not.toContain('looked at again');
    expect((await bot.request(1002)).requester).toMatchObject({ user: idOf('U', 'alice') });
  });

  it('says what has moved since, and that the line may be asked anew', async () => {
    const bot = await waiting(await toyBot());
    setLimits(bot.cloud.state.quotas.compute, DEMO_PROJECT, { cores: 30 });

    const [said, ...lines] = await checks(bot);

    expect(said).toContain('1 thing moved');
    expect(lines).toEqual([
      'Holds: it touches the same 2 things (demo, alice-lab); 1 of 2 rows of its table.',
      'Moved: demo: cores 30 (was 20).',
      'Ask bob: Is it still wanted as it stands? Change asks for it anew, with what is so now.',
    ]);
  });

  it('reads the facts again: an age is no news, another number is; and asks what the plan has to ask', async () => {
    const bot = await wiping();
    expect(bot.card()).toContain('In use: 11 cores, looked at');
    expect((await checks(bot)).slice(1)).toEqual([
      expect.stringMatching(
        /^Holds: it touches the same 1 thing \(demo\); In use: 11 cores, looked at .*Z; 1 of 1 row of its table\.$/,
      ),
      'Moved: nothing.',
      'Ask bob: Who else uses demo?',
    ]);

    bot.cloud.state.quotas.compute.used.set(DEMO_PROJECT, { cores: 9 });

    const [, , moved, ask] = await checks(bot, 'carol');
    expect(moved).toMatch(/^Moved: In use: 9 cores, looked at .*Z \(was: 11 cores, looked at .*Z\)\.$/);
    expect(ask).toBe(
      'Ask bob: Who else uses demo? Is it still wanted as it stands? Change asks for it anew, with what is so now.',
    );
  });

  it.each([
    [
      'is gone',
      (bot: Bot) => {
        bot.cloud.state.projects = bot.cloud.state.projects.filter(({ name }) => name !== 'alice-lab');
      },
      'Moved: it cannot be planned any more: There is no project alice-lab.',
    ],
    [
      'is so already',
      (bot: Bot) => {
        for (const { id } of bot.cloud.state.projects) setLimits(bot.cloud.state.quotas.compute, id, { cores: 40 });
      },
      'Moved: there is nothing left to do: They have 40 cores already.',
    ],
  ])('says where what it is about %s', async (_what, change, said) => {
    const bot = await waiting(await toyBot());
    change(bot);

    expect((await checks(bot)).slice(1, 3)).toEqual(['Holds: nothing.', said]);
  });

  it('says where its requester may no longer ask for it, or the rules ask for other votes', async () => {
    const bot = await waiting(await toyBot());
    const { config } = bot.running.core;
    const { change } = config.defaults;

    change.approvals = [{ count: 2, roles: ['approver'] }];
    expect((await checks(bot))[2]).toBe('Moved: the rules now ask for 2 votes of approver, and not 1 vote of approver.');
    config.roles.operator = { users: [], groups: [] };

    expect((await checks(bot, 'carol')).slice(1, 3)).toEqual([
      'Holds: nothing.',
      'Moved: its requester may not ask for this any more.',
    ]);
  });

  it('says that it could not look where the cloud does not answer: nothing is said to hold', async () => {
    const bot = await waiting(await toyBot());
    bot.cloud.answer('compute', 'GET', /os-quota-sets/, { status: 503, times: 99 });

    const said = await bot.click('alice', 'Check for me');

    expect(said).toContain('R-1001 could not be looked at again, so what moved is not known: GET compute');
    expect(said).not.toContain('Holds');
  });

  it('waits for its turn among lines that ask a cloud, and keeps no vote waiting while the cloud hangs', async () => {
    const bot = await waiting(await toyBot({ yaml: { limits: { linesAtOnce: 1, leaseSeconds: 2 } } }));
    const hangs = gate();
    bot.cloud.answer('identity', 'GET', '/projects', { until: hangs.until });
    await bot.slack.click('carol', bot.cardMessage(), 'Check for me');
    await bot.untilOf(1002, 'planning');
    await bot.slack.click('eve', bot.cardMessage(), 'Check for me');

    expect(await bot.approve('alice')).toContain('You approved R-1001, and it goes ahead now.');
    // It waits among the lines for its turn, and not among the votes.
    expect((await bot.request(1003)).state).toBe('received');

    hangs.open();
    await bot.untilOf(1001, 'done');
  });

  it('shows a quota’s old and new value, by the real command', async () => {
    const bot = await startBot();
    await bot.say('bob', 'quota set demo cores=40 ram=80G --reason "more load"');
    await bot.shows('[Check for me]');
    setLimits(bot.cloud.state.quotas.compute, DEMO_PROJECT, { cores: 24 });

    const [, holds, moved] = await checks(bot);

    expect(holds).toContain('it touches the same 1 thing (demo)');
    expect(moved).toContain('cores: now 24 (was 20)');
    expect(moved).toContain('it would now be: Change 2 quotas of project demo: cores 24 → 40');
  });
});

describe('who may have it checked', () => {
  it('its requester, an approver and whoever may see it; typed like any line', async () => {
    const bot = await waiting(await toyBot());

    for (const who of ['bob', 'alice', 'eve']) expect(await bot.say(who, 'request check R-1001')).toContain('nothing moved');
  });

  it('whoever votes on it, though no rule gives them any command', async () => {
    const bot = await waiting(
      await toyBot({
        slack: { users: { dora: {} } },
        yaml: {
          rules: [{ ...OPERATOR, approvals: [{ roles: ['owner'] }] }],
          projects: { demo: { owners: [idOf('U', 'dora')] } },
        },
      }),
      'cores set demo --cores 40 --reason "more load"',
    );

    await bot.hears('dora', 'R-1001 waits for approval');
    expect(await bot.say('dora', 'request check R-1001')).toContain('nothing moved');
    expect(await bot.say('dora', 'request show R-1001')).toContain('You may not use request show');
  });

  it('nobody who may not see it, and nothing of it is told to them', async () => {
    const hidden = { effects: ['read'], roles: ['viewer'], targets: ['project:alice-lab'] };
    const bot = await waiting(await toyBot({ yaml: { rules: [hidden, OPERATOR] } }));

    const told = await bot.say('eve', 'request check R-1001');

    bot.cloud.answer('compute', 'GET', /os-quota-sets/, { status: 503, times: 99 });
    const inTrouble = await bot.say('eve', 'request check R-1001');

    for (const text of [told, inTrouble]) {
      expect(text).toContain('this would show 1 thing beyond that');
      expect(text).not.toMatch(/demo|40|503/);
    }
  });

  it('of what came to it since only those who may see that, or vote on it', async () => {
    const seesDemo = { effects: ['read'], roles: ['viewer'], targets: ['project:demo'] };
    const bot = await waiting(
      await toyBot({ yaml: { rules: [seesDemo, OPERATOR] } }),
      'cores set demo --cores 40 --reason "more load"',
    );
    expect(await bot.say('eve', 'request check R-1001')).toContain('nothing moved');
    // The name means another project by now.
    for (const project of bot.cloud.state.projects) {
      if (project.name === 'demo') project.name = 'was-demo';
      else if (project.name === 'alice-lab') project.name = 'demo';
    }
    bot.running.core.config.rules[0]?.targets?.splice(0, 1, `project:${DEMO_PROJECT}`);

    const viewer = await bot.say('eve', 'request check R-1001');
    const [, , moved] = await checks(bot);

    expect(viewer).toContain('this would show 1 thing beyond that');
    expect(moved).toContain('no longer part of it: project demo; part of it now: project demo');
  });
});

it.each([
  ['has been decided', async (bot: Bot) => void (await bot.deny('alice', 'not now')), 'was denied'],
  ['waits for its target', undefined, 'waits for its requester to type the target'],
])('what %s is not checked', async (_what, decide, state) => {
  const bot = await toyBot();
  await bot.say('bob', decide ? SET : WIPE);
  if (decide) await decide(bot);

  expect(await bot.say('alice', 'request check R-1001')).toContain(`R-1001 ${state}: only what waits for votes is checked.`);
});

it('what does not exist is said', async () => {
  const bot = await toyBot();

  expect(await bot.say('alice', 'request check R-2000')).toContain('There is no R-2000');
});
