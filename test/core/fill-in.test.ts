import { describe, expect, it } from 'vitest';
import { ALICE_LAB, hexId } from '../../demo/cloud/seed.ts';
import { limitsOf } from '../../demo/cloud/state.ts';
import type { View } from '../../demo/workspace/model.ts';
import { type Bot, type BotOptions, eventually, startBot } from '../bot.ts';

/** Types a line that is not whole, and opens its form. */
async function form(bot: Bot, line: string, who = 'bob'): Promise<View> {
  await bot.slack.slash(who, '#ops', line);
  const told = await bot.slack.sees(who, '[Fill in]');
  await bot.slack.click(who, told, 'Fill in');
  return bot.slack.waitFor(() => bot.slack.modal(who), 'the form');
}

async function withProjects(options: BotOptions = {}): Promise<Bot> {
  const bot = await startBot(options);
  for (let i = 1; i <= 150; i += 1) {
    const name = `lab-${String(i).padStart(3, '0')}`;
    bot.cloud.state.projects.push({ id: hexId(name), name, domain_id: 'default', description: '', enabled: true });
  }
  return bot;
}

/** What the form offers for a field, once a worker has listed it. */
async function offered(bot: Bot, view: View, field: string, typed: string, count: number): Promise<string[]> {
  let names: string[] = [];
  await eventually(async () => {
    names = await bot.slack.suggestions('bob', view, field, typed);
    return names.length >= count;
  }, `${count} names for ${field}`);
  return names;
}

describe('a line with something missing', () => {
  it('is answered with a form that keeps what was typed, says what is wrong in it, and then asks', async () => {
    const bot = await startBot();

    const view = await form(bot, 'quota set alice-lab cores=40 gigabytes___DEFAULT__=50');
    const shown = bot.slack.text(view);
    const wrong = await bot.slack.submit('bob', view, { cores: 'many', reason: 'x' });
    await bot.slack.submit('bob', view, { cores: '45', reason: 'more load, from the form' });

    expect(shown).toMatch(/project: .*alice-lab/);
    expect(shown).toMatch(/cores: .*40/);
    expect(wrong.errors).toEqual({
      'arg:cores': 'cores: many is not a count; type a whole number, or unlimited.',
      'arg:reason': 'reason: x is too short; type at least 3 characters.',
    });
    const card = await bot.slack.waitFor(() => bot.card().includes('[Approve]') && bot.card(), 'the card');
    expect(card).toContain('Change 2 quotas of project alice-lab: cores 20 → 45, gigabytes___DEFAULT__ unlimited → 50 GiB.');
    expect(card).toContain('Reason: more load, from the form');
    expect((await bot.request(1002)).line).toBe(
      'quota set alice-lab gigabytes___DEFAULT__=50 reason="more load, from the form" cores=45',
    );
  });

  it('keeps that it is for all regions', async () => {
    const regions = ['RegionOne', 'RegionTwo'];
    const bot = await startBot({ cloud: { regions } });

    const view = await form(bot, 'quota set alice-lab cores=40 --region all');
    await bot.slack.submit('bob', view, { reason: 'more load, from the form' });
    await bot.shows('prod/RegionOne+RegionTwo · change, 1 project');
    await bot.approve('alice');
    await bot.untilOf(1002, 'done');

    expect(regions.map((region) => limitsOf(bot.cloud.stateOf(region).quotas.compute, ALICE_LAB).cores)).toEqual([40, 40]);
  });

  it('offers names from Redis by what is typed, and always what was typed', async () => {
    const bot = await withProjects();
    const view = await form(bot, 'quota show');

    const some = await offered(bot, view, 'project', 'lab-01', 11);
    const byId = await bot.slack.suggestions('bob', view, 'project', ALICE_LAB.slice(0, 6));
    const all = await bot.slack.suggestions('bob', view, 'project', '');
    await bot.slack.submit('bob', view, { project: 'alice-lab' });

    expect(some).toEqual(['lab-01', ...Array.from({ length: 10 }, (_, i) => `lab-01${i}`)]);
    expect(byId).toEqual([ALICE_LAB.slice(0, 6), 'alice-lab']);
    expect(all).toHaveLength(100);
    await bot.hears('bob', 'Quotas of project alice-lab');
  });

  it('offers only what its asker may see', async () => {
    const rules = [{ effects: ['read'], roles: ['operator'], targets: ['project:lab-00*'] }];
    const bot = await withProjects({ yaml: { rules } });
    const view = await form(bot, 'quota show');

    const names = await offered(bot, view, 'project', '', 9);

    expect(names).toEqual(Array.from({ length: 9 }, (_, i) => `lab-00${i + 1}`));
  });

  it('offers no server of which nobody can tell whether a rule hides it, and the others all the same', async () => {
    const everything = { effects: ['read'], roles: ['operator', 'viewer'] };
    const bot = await startBot({
      yaml: { rules: [{ ...everything, roles: ['operator'], deny: true, targets: ['project:alice-lab'] }, everything] },
    });
    bot.cloud.answer('identity', 'GET', /^\/v3\/projects/, { status: 403, times: 99 });
    const free = await form(bot, 'server show', 'eve');
    const bound = await form(bot, 'server show', 'bob');

    let names: string[] = [];
    await eventually(async () => {
      names = await bot.slack.suggestions('eve', free, 'server', 'web-1');
      return names.length > 1;
    }, 'names of servers');

    expect(names).toEqual(['web-1', expect.stringMatching(/^web-1 \(/)]);
    expect(await bot.slack.suggestions('bob', bound, 'server', 'web-1')).toEqual(['web-1']);
  });

  it('lists names for as long as somebody asks for them, once for all, and forgets them after a minute', async () => {
    const bot = await withProjects();
    await bot.another('worker');
    const { redis, keys } = bot.running.core.store;
    const view = await form(bot, 'quota show');
    await offered(bot, view, 'project', 'lab-', 100);
    for (let i = 0; i < 5; i += 1) await bot.slack.suggestions('bob', view, 'project', `lab-0${i}`);

    expect(bot.cloud.calls.filter(({ path }) => path === '/v3/projects')).toHaveLength(1);
    const left = await redis.ttl(keys.names('prod', 'RegionOne', 'project'));
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(60);
  });

  it('has no form for whoever may not use the command, by now', async () => {
    const bot = await startBot();
    await bot.slack.slash('carol', '#ops', 'quota set alice-lab');
    const told = await bot.slack.sees('carol', '[Fill in]');
    bot.slack.setGroup('operators', []);
    await bot.running.core.directory.groupMembers(bot.slack.id('@operators'), { fresh: true });

    await bot.slack.click('carol', told, 'Fill in');

    await bot.slack.sees('carol', 'You may not use ');
    expect(bot.slack.modal('carol')).toBeUndefined();
  });

  it('with a cloud that does not answer opens all the same, and takes what is typed', async () => {
    const bot = await startBot();
    bot.cloud.answer('identity', 'GET', '/v3/projects', { hang: true, times: 99 });

    const view = await form(bot, 'quota show');

    expect(await bot.slack.suggestions('bob', view, 'project', 'demo')).toEqual(['demo']);
  });

  it('with words that are one too many is mended likewise', async () => {
    const bot = await startBot();

    const view = await form(bot, 'console log show web-1 --lines 0 please');

    expect(bot.slack.text(view)).toMatch(/server: .*web-1/);
    const wrong = await bot.slack.submit('bob', view, {});
    expect(wrong.errors).toEqual({ 'arg:lines': 'lines: 0 is too small; type at least 1.' });
  });
});

describe('a name that means several things, or none', () => {
  it('is mended with a button that says the same line with what was meant', async () => {
    const bot = await startBot({ cloud: { seed: { twoDomains: true } } });

    const asked = await bot.say('bob', 'quota show demo');
    const told = await bot.slack.sees('bob', '[demo, in domain Default]');
    await bot.slack.click('bob', told, 'demo, in domain research');

    expect(asked).toContain('There are 2 projects called demo');
    await bot.hears('bob', 'Quotas of project demo');
    expect((await bot.request(1002)).line).toBe(`quota show ${hexId('project demo of research')}`);
    const mistyped = await bot.say('bob', 'quota show alice-lap --cloud prod');
    expect(mistyped).toContain('[alice-lab]');
  });

  it('is the beginning of one ID alone', async () => {
    const bot = await startBot();
    const server = bot.cloud.state.servers.find(({ name }) => name === 'web-1');

    expect(await bot.say('bob', `quota show ${ALICE_LAB.slice(0, 7)}`)).toContain('Quotas of project alice-lab');
    expect(await bot.say('bob', `console log show ${server?.id.slice(0, 13)}`)).toContain('Console log of web-1');
  });
});
