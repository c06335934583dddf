import { describe, expect, it } from 'vitest';
import { ALICE_LAB } from '../../demo/cloud/seed.ts';
import { idOf } from '../../demo/workspace/seed.ts';
import { startBot, toyBot } from '../bot.ts';
import { asking, carded, OPERATOR, pagesOf, READS, SET, section, timeless } from './pages.ts';

const WIPE = 'cores wipe demo --cores 40 --reason "more load"';

describe('what waits for somebody', () => {
  it('is shown with all that the card says: what and why, its lines and numbers, the way back, who asked, time left, and its buttons', async () => {
    const bot = await startBot();
    const pages = pagesOf(bot);
    await bot.say('bob', 'quota set alice-lab cores=40 --for 7d --reason "course starts" --ticket OPS-4711');
    await carded(bot);

    const page = await pages.open('alice', 'Waits for you (1)');

    expect(timeless(section(page, 'Waits for you'))).toBe(
      [
        'R-1001 · prod/RegionOne · change, 1 project',
        'Change 1 quota of project alice-lab for 7d: cores 20 → 40.',
        'After 7d: Set back in project alice-lab: cores 20. What goes back stays a limit of its own, which quota defaults set does not reach.',
        '• quota cores, service Nova, used 2, now 20, then 40, can be placed 4084',
        'Reason: course starts',
        'Ticket: OPS-4711',
        `Undo: quota set ${ALICE_LAB} cores=20 --reason "…"`,
        'Asked by bob · still needed: 1 vote of approver · 24 hours left (until TIME UTC)',
        `Open the card (https://home.slack.example/archives/${idOf('C', 'ops')}/pTS)`,
        '[Approve] [Deny] [Check for me] [Change] [Cancel]',
      ].join('\n'),
    );
    const decides = bot
      .card()
      .split('\n')
      .filter((line) => /^(After|Reason|Ticket|Undo)\b/.test(line));
    expect(decides).toHaveLength(4);
    for (const line of decides) expect(page).toContain(line);
  });

  it('says what it ends of an earlier change for a time, as the card does', async () => {
    const bot = await startBot();
    const pages = pagesOf(bot);
    await bot.say('bob', 'quota set alice-lab cores=40 --for 7d --reason "course starts"');
    await bot.approve('alice');
    await bot.untilOf(1001, 'done');

    await bot.say('bob', 'quota set alice-lab cores=60 --reason "for good"');

    const page = await pages.open('alice', 'Waits for you (1)');
    expect(timeless(page)).toMatch(/R-1001 set cores until TIME UTC.* This ends that: it stays/);
  });

  it('with more than this page has room for is approved on its card, where all of it stands; a denial needs not all', async () => {
    const bot = await startBot();
    const pages = pagesOf(bot);
    const six = 'cores=40 ram=80G instances=20 volumes=20 gigabytes=2T floating-ips=60';
    await bot.say('bob', `quota set alice-lab ${six} --reason "course starts"`);
    await carded(bot);

    const page = section(await pages.open('alice', 'Waits for you (1)'), 'Waits for you');

    expect(page).toContain('A table of 6 rows is on the card alone.');
    expect(page).toContain('There is more to it than fits here: open its card and approve there.\nOpen the card (https://');
    expect(page).toMatch(/\n\[Deny\] \[Check for me\] \[Change\] \[Cancel\]$/);
    expect(page).not.toContain('[Approve]');
  });

  it('nor is what had to be cut', async () => {
    const bot = await startBot();
    const pages = pagesOf(bot);
    await bot.say('bob', `quota set alice-lab cores=40 --reason "${'because it is so and not otherwise, '.repeat(40)}"`);
    await carded(bot);

    const page = section(await pages.open('alice', 'Waits for you (1)'), 'Waits for you');

    expect(page).toContain('because it is so');
    expect(page).toContain('There is more to it than fits here: open its card and approve there.');
    expect(page).not.toContain('[Approve]');
  });

  it('is never what they asked themselves, nor what takes a role that they do not hold', async () => {
    const bot = await toyBot();
    const pages = pagesOf(bot);
    await bot.say('alice', SET);

    const asker = await pages.open('alice', 'Nothing waits for you');
    const viewer = await pages.open('eve', 'Nothing waits for you');
    const other = await pages.open('carol', 'Waits for you (1)');

    expect(asker).toContain('R-1001 waits for 1 vote of approver');
    expect(viewer).not.toContain('R-1001');
    expect(other).toContain('Asked by alice');
  });

  it('is no more what they have voted on, and still what others have to', async () => {
    const bot = await asking([{ count: 2, roles: ['approver'] }]);
    const pages = pagesOf(bot);
    await bot.say('bob', SET);
    await pages.open('carol', 'still needed: 2 votes of approver');
    await bot.approve('alice');

    await pages.open('alice', 'Nothing waits for you');

    await pages.reads('carol', 'still needed: 1 vote of approver');
  });

  it('is not what another vote of the same role would do nothing for', async () => {
    const roles = {
      operator: { users: [idOf('U', 'bob')] },
      approver: { users: [idOf('U', 'alice'), idOf('U', 'carol')] },
      lead: { users: [idOf('U', 'eve')] },
      viewer: { users: [] },
    };
    const bot = await asking([{ roles: ['approver'] }, { roles: ['lead'] }], { roles });
    const pages = pagesOf(bot);
    await bot.say('bob', SET);
    await pages.open('carol', 'Waits for you (1)');

    await bot.approve('alice');

    await pages.reads('carol', 'Nothing waits for you');
    expect(await pages.open('eve', 'Waits for you (1)')).toContain('still needed: 1 vote of lead');
  });

  it("is also what takes the vote of a project's owner, who need hold no role", async () => {
    const roles = { operator: { users: [idOf('U', 'bob')] }, approver: { users: [] }, viewer: { users: [] } };
    const bot = await asking([{ roles: ['owner'] }], { roles, projects: { demo: { owners: [idOf('U', 'eve')] } } });
    const pages = pagesOf(bot);
    await bot.say('bob', 'cores set demo --cores 40 --reason "more load"');

    const page = await pages.open('eve', 'Waits for you (1)');

    expect(page).toContain("still needed: 1 vote of the project's owners");
    expect(page).toContain('You hold no role here');
    expect(page).not.toContain('Running now');
    await pages.click('eve', 'Approve', 'You approved R-1001, and it goes ahead now.');
    await bot.until('done');
  });

  it('is their own plan until they typed its target, which they can do from there; then it is the approvers’', async () => {
    const bot = await toyBot();
    const pages = pagesOf(bot);
    await bot.say('bob', WIPE);
    const page = await pages.open('bob', 'R-1001 waits for you to type the target · prod/RegionOne · destructive, 1 project');
    expect(section(page, 'Waits for you')).toContain('[Type the target] [Cancel]');
    expect(section(page, 'Waits for you')).toContain('30 minutes left');
    expect(section(page, 'You asked')).not.toContain('R-1001');
    await pages.open('alice', 'Nothing waits for you');

    await bot.slack.click('bob', pages.view('bob'), 'Type the target');
    const form = await bot.slack.waitFor(() => bot.slack.modal('bob'), 'the form');
    await bot.slack.submit('bob', form, { answer: 'demo' });

    await bot.hears('bob', 'R-1001 now waits for 2 votes of approver');
    await pages.reads('alice', 'Waits for you (1)');
    expect(section(await pages.reads('bob', 'R-1001 waits for 2 votes'), 'Waits for you')).toContain('Nothing waits for you');
  });

  it('comes in the order in which it expires', async () => {
    const soon = { ...OPERATOR, targets: ['project:demo'], expires: '1h' };
    const bot = await toyBot({ yaml: { rules: [soon, { ...OPERATOR, expires: '7d' }, READS] } });
    const pages = pagesOf(bot);
    await bot.say('bob', 'cores set alice-lab --cores 40 --reason "can wait"');
    await bot.say('bob', 'cores set demo --cores 40 --reason "cannot wait"');

    const page = await pages.open('alice', 'Waits for you (2)');

    expect(page.indexOf('R-1002')).toBeLessThan(page.indexOf('R-1001'));
    expect(page).toContain('60 minutes left');
    expect(page).toContain('7 days left');
  });

  it('has no Cancel for whoever may not stop it', async () => {
    const roles = { operator: { users: [idOf('U', 'bob')] }, approver: { users: [idOf('U', 'eve')] }, viewer: { users: [] } };
    const bot = await toyBot({ yaml: { roles } });
    await bot.say('bob', SET);

    const page = await pagesOf(bot).open('eve', 'Waits for you (1)');

    expect(page).toContain('[Approve] [Deny] [Check for me] [Change]');
    expect(page).not.toContain('[Cancel]');
  });
});
