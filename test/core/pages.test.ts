import { describe, expect, it } from 'vitest';
import { hexId } from '../../demo/cloud/seed.ts';
import type { Message } from '../../demo/workspace/model.ts';
import { verifyAudit } from '../../src/audit/verify.ts';
import { readAudit } from '../../src/requests/store.ts';
import { type Bot, type BotOptions, eventually, startBot } from '../bot.ts';

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

/** Whose answers are in Redis. */
async function kept({ running }: Bot): Promise<string[]> {
  const { redis, keys } = running.core.store;
  const names = (await redis.hkeys(keys.answers)).sort();
  const there = await redis.keys(`${keys.answers.replace(/s$/, '')}:*`);
  expect(there).toHaveLength(names.length);
  return names;
}

/** Each step's event, who took it, and what of another request was asked for. */
async function audited({ running }: Bot, number: number): Promise<unknown[]> {
  const entries = await readAudit(running.core.store, number);
  return entries.map(({ event, by, detail }) => [event, by, detail?.reads]);
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
    expect((await bot.request(1002)).state).toBe('refused');
    expect(await audited(bot, 1002)).toContainEqual(['received', bot.slack.id('eve'), 'page 2 of R-1001']);
  });

  it('that somebody else reads on in is a request of its own: the audit says who read what, and when', async () => {
    const bot = await many();
    await bot.slack.slash('bob', '#ops', 'project list lab- --share');
    const shared = await bot.slack.sees('alice', 'page 1 of 4');

    await bot.slack.click('alice', shared, 'Next page');
    const own = await bot.slack.sees('alice', 'page 2 of 4');
    await bot.untilOf(1002, 'answered');
    await bot.slack.click('alice', own, 'All as CSV');
    const file = await bot.slack.waitFor(() => bot.slack.files('alice')[0]?.content?.toString(), 'the file');

    expect(file.split('\r\n')).toHaveLength(102);
    const alice = bot.slack.id('alice');
    expect(await audited(bot, 1002)).toEqual([
      ['received', alice, 'page 2 of R-1001'],
      ['taken up', expect.any(String), undefined],
      ['read page 2 of R-1001', expect.any(String), undefined],
    ]);
    expect(await audited(bot, 1003)).toContainEqual(['received', alice, 'all of R-1001']);
    expect(await bot.untilOf(1003, 'answered')).toMatchObject({
      requester: { kind: 'slack', user: alice },
      command: 'project list',
      reads: { request: 1001, page: 'all' },
    });
    const { store, auditFolder } = bot.running.core;
    await eventually(async () => (await store.redis.llen(store.keys.sealed)) === 3, 'all three sealed');
    expect((await verifyAudit(store, auditFolder)).problems).toEqual([]);
    expect(await bot.say('bob', 'request show R-1002')).toContain('read page 2 of R-1001');
  });

  it('that somebody else reads on in does not wait behind lines that hang on OpenStack', async () => {
    const bot = await many({ yaml: { limits: { linesAtOnce: 1, leaseSeconds: 2 } } });
    await bot.slack.slash('bob', '#ops', 'project list lab- --share');
    const shared = await bot.slack.sees('alice', 'page 1 of 4');
    bot.cloud.answer('identity', 'GET', '/projects', { hang: true });
    await bot.slack.slash('bob', '#ops', 'project list');
    await bot.untilOf(1002, 'planning');

    await bot.slack.click('alice', shared, 'Next page');
    await bot.slack.sees('alice', 'page 2 of 4');

    expect((await bot.request(1002)).state).toBe('planning');
  });

  it('that its asker alone turns is no request more', async () => {
    const bot = await many();
    const page = await firstPage(bot);

    await bot.slack.click('bob', page, 'Next page');
    await bot.slack.sees('bob', 'page 2 of 4');

    const { redis, keys } = bot.running.core.store;
    expect(await redis.get(keys.number)).toBe('1001');
  });

  it('that took no vote of its asker is read by nobody who would need one', async () => {
    const rules = [
      { effects: ['read'], roles: ['operator'] },
      { effects: ['read'], roles: ['viewer'], approvals: [{ count: 1, roles: ['approver'] }] },
    ];
    const bot = await many({ yaml: { rules } });
    await bot.slack.slash('bob', '#ops', 'project list lab- --share');
    const shared = await bot.slack.sees('eve', 'page 1 of 4');

    const told = await bot.click('eve', 'Next page', shared);

    expect(told).toContain('For you project list takes votes. Type project list lab- --share yourself, and they are asked for.');
    expect(told).not.toContain('lab-031');
  });

  it('has no more pages after a day, and says what to type', async () => {
    const bot = await many();
    const page = await firstPage(bot);
    const { redis, keys } = bot.running.core.store;
    expect(await redis.ttl(keys.answer(1001, 1))).toBeGreaterThan(86_000);
    await redis.del(keys.answer(1001, 1));

    const told = await bot.click('bob', 'Next page', page);

    expect(told).toBe('The pages of R-1001 are kept for a day at most, and have gone. Type project list lab- again.');
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
    expect(await kept(bot)).toEqual([]);
  });

  it('counts what it touches as well: no more is kept of an answer than a mebibyte', async () => {
    const bot = await startBot({ yaml: { limits: { leaseSeconds: 30 } }, cloud: { seed: { many: { projects: 7_500 } } } });

    await bot.slack.slash('bob', '#ops', 'project list project- --limit 7500');
    const file = await bot.slack.waitFor(() => bot.slack.files('bob')[0]?.content?.toString(), 'the file');

    expect(file.split('\r\n')).toHaveLength(7_502);
    expect(await kept(bot)).toEqual([]);
  });

  it('goes when all that is kept becomes too much, the oldest first', async () => {
    const bot = await many();
    const { redis, keys } = bot.running.core.store;
    const oldest = await firstPage(bot);
    await bot.say('bob', 'project list lab- --sort project:desc');
    // As if it were a large one: with a third one there is no room for the first any more.
    const [bytes = 0, until = 0, at = 0] = (await redis.hget(keys.answers, '1002/1'))?.split(' ').map(Number) ?? [];
    await redis.hset(keys.answers, '1002/1', `${64 * 1_048_576 - 2 * bytes} ${until} ${at}`);

    await bot.say('bob', 'project list lab- --sort ID');

    expect(await kept(bot)).toEqual(['1002/1', '1003/1']);
    expect(await bot.click('bob', 'Next page', oldest)).toContain(
      'The pages of R-1001 are kept for a day at most, and have gone.',
    );
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

  it('has every row, however many its table would have, and nothing of it is kept', async () => {
    const bot = await startBot({ cloud: { seed: { many: { projects: 1_500 } } } });

    const shown = await bot.say('bob', 'project list project-');
    await bot.slack.slash('bob', '#ops', 'project list project- --json');
    const file = await bot.slack.waitFor(() => bot.slack.files('bob')[0]?.content?.toString(), 'the file');

    expect(shown).toContain('1500 projects with project- in the name; the first 1000 of them, --limit gives more.');
    expect(JSON.parse(file)).toHaveLength(1_500);
    expect(await kept(bot)).toEqual(['1001/1']);
    const { redis, keys } = bot.running.core.store;
    await eventually(async () => (await redis.hstrlen(keys.message('R-1002/answer'), 'body')) < 10_000, 'the file to go');
  });
});
