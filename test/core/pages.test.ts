import { describe, expect, it } from 'vitest';
import { hexId } from '../../demo/cloud/seed.ts';
import type { Message } from '../../demo/workspace/model.ts';
import { type Bot, type BotOptions, startBot } from '../bot.ts';

/** A cloud with a hundred projects more, `lab-001` to `lab-100`. */
async function many(options: BotOptions = {}): Promise<Bot> {
  const bot = await startBot(options);
  for (let i = 1; i <= 100; i += 1) {
    const name = `lab-${String(i).padStart(3, '0')}`;
    bot.cloud.state.projects.push({ id: hexId(name), name, domain_id: 'default', description: '', enabled: true });
  }
  return bot;
}

/** Asks for the list, and waits for its first page. */
async function firstPage(bot: Bot, line = 'project list lab-'): Promise<Message> {
  await bot.slack.slash('bob', '#ops', line);
  return bot.slack.sees('bob', 'page 1 of 4');
}

function labs(text: string): string[] {
  return [...text.matchAll(/lab-\d{3}/g)].map(([name]) => name);
}

describe('a long list', () => {
  it('is shown page by page in the place of its first one, as it was when it was asked', async () => {
    const bot = await many();
    const page = await firstPage(bot);
    const first = bot.text(page);
    bot.cloud.state.projects.splice(0, 60);

    await bot.slack.click('bob', page, 'Next page');
    const second = bot.text(await bot.slack.sees('bob', 'page 2 of 4'));

    expect(first).toContain('100 projects with lab- in the name.');
    expect(first).toContain('Rows 1 to 30 of 100, page 1 of 4.');
    expect(first).toContain('[Next page] [All as CSV]');
    expect([...labs(first), ...labs(second)]).toEqual(
      Array.from({ length: 60 }, (_, i) => `lab-${String(i + 1).padStart(3, '0')}`),
    );
    expect(second).toContain('[Next page] [Page before] [All as CSV]');
    expect(bot.slack.ephemerals('bob')).toHaveLength(1);
    expect(bot.cloud.calls.filter(({ path }) => path.startsWith('/v3/projects'))).toHaveLength(1);
  });

  it('has a last page, and the way back', async () => {
    const bot = await many();
    const page = await firstPage(bot);

    for (const number of [2, 3, 4]) {
      await bot.slack.click('bob', page, 'Next page');
      await bot.slack.sees('bob', `page ${number} of 4`);
    }
    const last = bot.text(page);
    await bot.slack.click('bob', page, 'Page before');

    expect(last).toContain('Rows 91 to 100 of 100, page 4 of 4.');
    expect(last).not.toContain('[Next page]');
    await bot.slack.sees('bob', 'page 3 of 4');
  });

  it('goes as a CSV file with every row to whoever wants it', async () => {
    const bot = await many();
    const page = await firstPage(bot);

    await bot.slack.click('bob', page, 'All as CSV');
    const file = await bot.slack.waitFor(() => bot.slack.files('bob')[0]?.content?.toString(), 'the file');

    expect(file.split('\r\n')).toHaveLength(102);
    expect(file).toMatch(/^project,domain,enabled,ID,description\r\nlab-001,Default,yes,/);
  });

  it('runs nothing in a spreadsheet: what would be a formula there is text, and a number is a number', async () => {
    const bot = await many();
    const texts = ['=HYPERLINK("http://evil.example.org","all")', '+1', '-2+3', '@SUM(A1)', '\t=1', '＝1', '-1', '-0.5', 'a=b'];
    for (const [i, text] of texts.entries()) {
      const project = bot.cloud.state.projects.find(({ name }) => name === `lab-00${i + 1}`);
      if (project) project.description = text;
    }
    const page = await firstPage(bot);

    await bot.slack.click('bob', page, 'All as CSV');
    await bot.slack.slash('bob', '#ops', 'project list lab- --csv');
    const files = await bot.slack.waitFor(() => {
      const sent = bot.slack.files('bob');
      return sent.length === 2 && sent;
    }, 'both files');

    for (const { content } of files) {
      const lines = String(content).split('\r\n');
      expect(lines[1]).toContain(`"'=HYPERLINK(""http://evil.example.org"",""all"")"`);
      const described = lines.slice(2, 10).map((line) => line.split(',')[4]);
      expect(described).toEqual(["'+1", "'-2+3", "'@SUM(A1)", "'\t=1", "'＝1", '-1', '-0.5', 'a=b']);
    }
  });

  it('that is shared stays as it is for the others: whoever turns a page reads it alone', async () => {
    const bot = await many();
    await bot.slack.slash('bob', '#ops', 'project list lab- --share');
    const shared = await bot.slack.sees('alice', 'page 1 of 4');

    await bot.slack.click('alice', shared, 'Next page');

    const own = await bot.slack.sees('alice', 'page 2 of 4');
    expect(own.ephemeralTo).toBe(bot.slack.id('alice'));
    expect(bot.text(shared)).toContain('page 1 of 4');
  });

  it('that is shared turns for nobody who may not see all of it', async () => {
    const rules = [
      { effects: ['read'], roles: ['operator'] },
      { effects: ['read'], roles: ['viewer'], targets: ['project:lab-001'] },
    ];
    const bot = await many({ yaml: { rules } });
    await bot.slack.slash('bob', '#ops', 'project list lab- --share');
    const shared = await bot.slack.sees('eve', 'page 1 of 4');

    expect(await bot.click('eve', 'Next page', shared)).toContain('You may use project list only on project:lab-001');
  });

  it('has no more pages after a day, and says what to type', async () => {
    const bot = await many();
    const page = await firstPage(bot);
    const { redis, keys } = bot.running.core.store;
    expect(await redis.ttl(keys.answer(1001))).toBeGreaterThan(86_000);
    await redis.del(keys.answer(1001));

    const told = await bot.click('bob', 'Next page', page);

    expect(told).toBe('The pages of R-1001 are kept for a day, and have gone. Type project list lab- again.');
  });

  it('leaves only its first page in the record, which is kept for months', async () => {
    const bot = await many();
    await firstPage(bot);

    expect((await bot.request(1001)).result?.table?.rows).toHaveLength(30);
  });

  it('too large to be kept goes as a file with every row', async () => {
    const bot = await many();
    for (const project of bot.cloud.state.projects) project.description = 'x'.repeat(20_000);

    await bot.slack.slash('bob', '#ops', 'project list lab-');
    const file = await bot.slack.waitFor(() => bot.slack.files('bob')[0]?.content?.toString(), 'the file');

    expect(file.split('\r\n')).toHaveLength(102);
    const { redis, keys } = bot.running.core.store;
    expect(await redis.exists(keys.answer(1001))).toBe(0);
  });
});

describe('a list for a program', () => {
  it.each([
    ['--json', 'projects.json', (text: string) => (JSON.parse(text) as { project: string }[]).map(({ project }) => project)],
    [
      '--csv',
      'projects.csv',
      (text: string) =>
        text
          .split('\r\n')
          .slice(1, -1)
          .map((line) => line.split(',')[0]),
    ],
  ])('%s is a file with all columns', async (option, name, projectsIn) => {
    const bot = await many();

    await bot.slack.slash('bob', '#ops', `project list lab- ${option} --sort project:desc --limit 3`);
    const file = await bot.slack.waitFor(() => bot.slack.files('bob')[0], 'the file');

    expect(file.name).toBe(name);
    expect(projectsIn(file.content?.toString() ?? '')).toEqual(['lab-100', 'lab-099', 'lab-098']);
    expect(file.content?.toString()).toContain('parent');
  });
});
