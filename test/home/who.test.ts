import { describe, expect, it } from 'vitest';
import { idOf } from '../../demo/workspace/seed.ts';
import { toyBot } from '../bot.ts';
import { pagesOf, SET, section } from './pages.ts';

describe('who somebody is', () => {
  it('stands in the small print, with what to type', async () => {
    const bot = await toyBot();

    const page = await pagesOf(bot).open('alice', 'You are alice');

    expect(page).toContain('You are alice and hold: operator, approver. Type help for what you may do');
    expect(section(page, 'Waits for you')).toBe('Nothing waits for you. Type request list for everything that is open.');
    expect(section(page, 'You asked')).toBe('You have asked for nothing in the last seven days. Type help for what you may ask.');
    expect(section(page, 'Running now')).toContain('Type request list --all for what has run.');
  });

  it('whoever holds no role reads that, and whom to ask, and nothing of what others do', async () => {
    const bot = await toyBot({ slack: { users: { mallory: { realName: 'Mallory' } } } });
    await bot.say('bob', SET);

    const page = await pagesOf(bot).open('mallory', 'You hold no role here');

    expect(page).toBe(
      `⚠️ You hold no role here, so there is nothing for you to see or do. Ask whoever keeps stackhand.yaml to name you there: your member ID is ${idOf('U', 'mallory')}.`,
    );
  });

  it('somebody of another workspace sees nothing of ours, even where stackhand.yaml names them', async () => {
    const roles = {
      viewer: { users: [] },
      operator: { users: [idOf('U', 'bob')] },
      approver: { users: [idOf('U', 'stranger')] },
    };
    const bot = await toyBot({ yaml: { roles } });
    await bot.say('bob', SET);

    const page = await pagesOf(bot).open('stranger', 'another workspace');

    expect(page).toBe('⚠️ I work for another workspace than yours, so there is nothing here for you.');
  });

  it('while Slack does not say who somebody is they see nothing; as soon as it does, all that is theirs', async () => {
    const bot = await toyBot();
    const pages = pagesOf(bot);
    await bot.say('bob', SET);
    bot.slack.answer('users.info', { status: 503 });

    const page = await pages.open('alice', 'Slack does not tell me who you are');

    expect(page).not.toContain('R-1001');
    await bot.slack.waitFor(() => pages.now('alice').includes('Waits for you (1)'), 'the Home after all');
  });

  it('while Slack does not say who is in a group, what its members may is missing, and they read so', async () => {
    const bot = await toyBot();
    const pages = pagesOf(bot);
    bot.slack.answer('usergroups.users.list', { status: 503, times: 99 });

    const byId = await pages.open('bob', 'You are bob');
    const byGroup = await pages.open('alice', 'You are alice');

    expect(byId).toContain('hold: operator.');
    expect(byId).toContain('Slack does not say who is in the user group of approver, so something may be missing here.');
    expect(byGroup).toContain('hold: no role that is certain.');
    expect(byGroup).toContain('who is in the user group of operator, approver');
  });
});
