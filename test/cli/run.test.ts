import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { DEMO_PROJECT } from '../../demo/cloud/seed.ts';
import { openTerminalCore } from '../../src/cli/core.ts';
import type { TerminalCore } from '../../src/cli/door.ts';
import { runLine } from '../../src/cli/run.ts';
import type { Taken } from '../../src/intake/incoming.ts';
import { createIntake } from '../../src/intake/intake.ts';
import type { Request } from '../../src/request.ts';
import { type Bot, type BotOptions, eventually, startBot, toyBot } from '../bot.ts';
import { testRedis } from '../setup/redis-client.ts';
import { shows } from './stage.ts';
import { type Terminal, terminal } from './system.ts';

const SET = 'cores set demo alice-lab --cores 40 --reason "more load"';
const TERMINAL: Record<string, string> = { bob: 'U0BOB0000', eve: 'U0EVE0000' };
/** Cloud, worker and terminal are one process here: with much to do it is silent for longer than the usual lease of tests. */
const UNHURRIED = { terminal: TERMINAL, limits: { leaseSeconds: 30 } };
const CONFIG = { terminal: TERMINAL, file: 'stackhand.yaml' };

/** Its worker maps these Unix users. */
function botWith(yaml: BotOptions['yaml'] = {}, role: BotOptions['role'] = 'all'): Promise<Bot> {
  return toyBot({ yaml: { terminal: CONFIG.terminal, ...yaml }, role });
}

/** Runs a line in a terminal of this bot's machine. */
function inTerminal(bot: Bot, system: Terminal, line: string, wait = true, config = CONFIG): Promise<number> {
  const { store, registry } = bot.running.core;
  const prefix = store.keys.number.replace(/:[^:]*$/, '');
  const openCore = () => openTerminalCore(testRedis().target, registry, pino({ level: 'silent' }), prefix);
  return runLine({ line, wait, config, openCore, system });
}

describe('a line in the terminal', () => {
  it('is answered on stdout alone', async () => {
    const bot = await botWith();
    const system = terminal({ user: 'eve' });

    expect(await inTerminal(bot, system, 'cores show demo')).toBe(0);
    expect(system.stdout()).toMatch(/^Project demo has \d+ cores\.\n$/);
    expect(system.stderr()).toMatch(/^R-1001 was taken\.\n/);
  });

  it('has the whole of a long answer there, however many pages Slack shows it in', async () => {
    const bot = await startBot({ yaml: { terminal: TERMINAL }, cloud: { seed: { many: { projects: 80 } } } });
    const system = terminal();

    expect(await inTerminal(bot, system, 'project list')).toBe(0);

    expect(
      system
        .stdout()
        .split('\n')
        .filter((line) => /^project-\d+ /.test(line)),
    ).toHaveLength(80);
    expect(system.stdout()).not.toContain('page 1 of');
  });

  it('has nothing but the data there, where data was asked for', async () => {
    const bot = await startBot({ yaml: { terminal: TERMINAL } });
    const [json, csv] = [terminal(), terminal()];

    expect(await inTerminal(bot, json, 'project list --json')).toBe(0);
    expect(await inTerminal(bot, csv, 'project list --csv')).toBe(0);

    const names = (JSON.parse(json.stdout()) as { project: string }[]).map(({ project }) => project);
    expect(names).toContain('alice-lab');
    expect(csv.stdout().split('\n')).toHaveLength(names.length + 2);
    expect(csv.stdout()).toMatch(/^project,/);
    expect(json.stderr()).toContain(`${names.length} projects`);
  });

  it.each([
    ['--json', (out: string) => (JSON.parse(out) as { project: string }[]).map(({ project }) => project)],
    ['--csv', (out: string) => out.split('\r\n').map((line) => line.split(',')[0] ?? '')],
    ['--long', (out: string) => out.split('\n').map((line) => line.split(' ')[0] ?? '')],
  ])(
    'has every row of a large cloud there, more than Slack turns pages for and than a value of Redis holds (%s)',
    async (option, projectsIn) => {
      const bot = await startBot({ yaml: UNHURRIED, cloud: { seed: { many: { projects: 6_000 } } } });
      const system = terminal();

      expect(await inTerminal(bot, system, `project list ${option}`), system.stderr()).toBe(0);

      const many = projectsIn(system.stdout()).filter((name) => name.startsWith('project-'));
      expect(new Set(many).size).toBe(6_000);
      if (option === '--json') expect(system.stdout().length).toBeGreaterThan(1_048_576);
      expect(system.stdout()).not.toContain('page 1 of');
      expect(await keptAnswers(bot)).toEqual([]);
    },
  );

  it('whose answer nobody reads there is kept for minutes', async () => {
    const bot = await startBot({ yaml: { terminal: TERMINAL } });
    const { redis, keys } = bot.running.core.store;

    await inTerminal(bot, terminal(), 'project list --json', false);
    await bot.until('answered');

    expect(await redis.ttl(keys.answer(1001, 1))).toBeGreaterThan(0);
    expect(await redis.ttl(keys.answer(1001, 1))).toBeLessThanOrEqual(600);
  });

  it('that cannot be handed over whole is on stdout not at all, and all of it in Slack', async () => {
    const bot = await startBot({ yaml: UNHURRIED, cloud: { seed: { many: { projects: 60 } } } });
    // As good as random, so that it does not pack.
    for (const project of bot.cloud.state.projects) project.description = randomBytes(180_000).toString('base64');
    const [json, table] = [terminal(), terminal()];

    expect(await inTerminal(bot, json, 'project list --json')).toBe(1);
    expect(await inTerminal(bot, table, 'project list')).toBe(1);

    for (const { stdout, stderr } of [json, table]) {
      expect(stdout()).toBe('');
      expect(stderr()).toContain(
        'Its answer is too large for a terminal. All of it comes to your direct messages in Slack as a file;',
      );
    }
    const files = await bot.slack.waitFor(() => {
      const sent = bot.slack.files('bob');
      return sent.length === 2 && sent;
    }, 'both files');
    for (const { content } of files) expect(String(content).match(/project-\d+/g)).toHaveLength(60);
    expect(await keptAnswers(bot)).toEqual([]);
  });

  it.each(['--json', ''])('has every request there, however few a message shows (%s)', async (option) => {
    const bot = await startBot({ yaml: { terminal: TERMINAL } });
    for (let i = 1; i <= 24; i += 1) await bot.slack.slash('bob', '#ops', 'whoami');
    for (let i = 1; i <= 24; i += 1) await bot.untilOf(1000 + i, 'answered');
    const system = terminal();

    expect(await inTerminal(bot, system, `request list --all ${option}`)).toBe(0);

    expect(system.stdout().match(/whoami/g)).toHaveLength(24);
  });

  it('has data there although there is nothing', async () => {
    const bot = await botWith();
    const system = terminal();

    expect(await inTerminal(bot, system, 'request list --json')).toBe(0);

    expect(JSON.parse(system.stdout())).toEqual([]);
  });

  it.each(['--csv', '--json', ''])('sends no control character of a tenant to a terminal (%s)', async (option) => {
    const bot = await startBot({ yaml: { terminal: TERMINAL } });
    const [demo] = bot.cloud.state.projects;
    if (demo) demo.description = 'red \u001b[31m, bell \u0007, C1 \u009b31m, turned \u202e\r\nand a line';
    const [screen, pipe] = [terminal({ columns: 200 }), terminal()];

    expect(await inTerminal(bot, screen, `project list ${option}`)).toBe(0);
    expect(await inTerminal(bot, pipe, `project list ${option}`)).toBe(0);

    expect(screen.stdout()).toContain('and a line');
    expect(screen.stdout()).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
    if (option === '--csv') expect(pipe.stdout()).toContain('\u009b31m, turned \u202e\r\nand a line');
  });

  it('whose outcome is unknown is not waited for until it is settled', async () => {
    const bot = await botWith();
    const system = terminal();
    const running = inTerminal(bot, system, SET);
    await shows(system, 'waits for approval: ');
    bot.cloud.answer('compute', 'PUT', DEMO_PROJECT, { dropAfterEffect: true });
    bot.cloud.answer('compute', 'GET', DEMO_PROJECT, { after: 1, status: 500, times: 10_000 });

    await bot.approve('alice');

    expect(await running).toBe(1);
    expect(system.stderr()).toContain('R-1001 is UNKNOWN: look at the cloud before you go on.\n');
    expect(system.stdout()).toContain('1 project unknown');
  });

  it('waits for approval in Slack, shows the plan and who must approve, and says how it ended', async () => {
    const bot = await botWith();
    const system = terminal();
    const running = inTerminal(bot, system, SET);
    await shows(system, 'waits for approval: ');

    expect(system.stderr()).toContain('Set cores to 40 in 2 projects: more load');
    expect(system.stderr()).toContain(
      'R-1001 waits for approval: 1 vote of approver (its card is in channel C0OPS0000; at a terminal: stackhand approve R-1001).',
    );
    expect(bot.cloud.writes).toEqual([]);

    await bot.approve('alice');

    expect(await running).toBe(0);
    expect(system.stderr()).toContain('R-1001 is done.\n');
    expect(system.stdout()).toContain('2 projects done');
    expect(bot.cloud.writes).toHaveLength(2);
  });

  it('is refused by the same policy as in Slack', async () => {
    const bot = await botWith();
    const system = terminal({ user: 'eve' });

    expect(await inTerminal(bot, system, SET)).toBe(1);
    expect(system.stderr()).toContain('R-1001 was refused.\n');
    expect(system.stdout()).toBe('You may not use cores set: it takes the role operator, and you hold viewer.\n');
  });

  it('cannot be approved by who asked for it, though the terminal is not Slack', async () => {
    const bot = await botWith({ roles: everybody() });
    const system = terminal();
    const running = inTerminal(bot, system, SET);
    await shows(system, 'waits for approval: ');

    expect(await bot.approve('bob')).toContain('You asked for this yourself');
    expect(bot.cloud.writes).toEqual([]);

    await bot.approve('alice');
    expect(await running).toBe(0);
  });

  it('is from whom the worker maps, whatever the stackhand.yaml of the terminal says', async () => {
    const bot = await botWith({ roles: everybody() });
    const system = terminal();
    const posing = { ...CONFIG, terminal: { bob: 'U0ALICE00' } };
    const running = inTerminal(bot, system, SET, true, posing);
    await shows(system, 'waits for approval: ');

    expect((await bot.request(1001)).requester).toEqual({ kind: 'terminal', unixUser: 'bob', user: 'U0BOB0000' });
    expect(await bot.approve('bob')).toContain('You asked for this yourself');
    expect(bot.cloud.writes).toEqual([]);

    await bot.approve('alice');
    expect(await running).toBe(0);
  });

  it('is refused to whom only the stackhand.yaml of the terminal maps, and says what to do', async () => {
    const bot = await botWith();
    const system = terminal({ user: 'mallory' });

    const config = { ...CONFIG, terminal: { ...CONFIG.terminal, mallory: 'U0BOB0000' } };

    expect(await inTerminal(bot, system, SET, true, config)).toBe(1);
    expect(system.stdout()).toContain('The Unix user mallory is no Slack user in the stackhand.yaml of this Stackhand.');
    expect((await bot.request(1001)).state).toBe('refused');
  });

  it('with a Slack user sent along is still from whom the worker maps', async () => {
    const bot = await botWith();
    const requester = { kind: 'terminal', unixUser: 'eve', user: 'U0BOB0000' } as const;

    await createIntake(bot.running.core).line({
      dedupe: ['own'],
      text: SET,
      requester,
      place: { kind: 'terminal' },
      entry: 'terminal',
    });

    expect((await bot.until('refused')).requester).toEqual({ ...requester, user: 'U0EVE0000' });
  });

  it('takes a target only from whom the worker maps', async () => {
    const bot = await botWith({ terminal: { ...CONFIG.terminal, mallory: 'U0MALLORY' } });
    const system = terminal();
    const running = inTerminal(bot, system, 'cores wipe demo --cores 40 --reason "more load"', false);
    expect(await running).toBe(0);
    const { hash = '' } = await bot.until('planned');
    const { core } = bot.running;
    const { store } = core;
    const click = (user: string) =>
      createIntake(core).click({
        dedupe: [`by ${user}`],
        act: { kind: 'type target', request: 1001, hash },
        user,
        team: '',
        place: { kind: 'terminal' },
        values: { typed: 'demo' },
      });

    await click('U0BOB0000');
    await eventually(async () => (await store.redis.hlen(store.keys.clicks)) === 0, 'the click to be handled');
    expect((await bot.request(1001)).state).toBe('planned');

    await click('bob');
    await bot.until('waiting');
  });

  it('asks for the target of what is destructive, and goes on only with the right one', async () => {
    const bot = await botWith();
    const system = terminal({ typed: ['deom', 'demo'] });
    const running = inTerminal(bot, system, 'cores wipe demo --cores 40 --reason "more load"');
    await shows(system, 'waits for approval: ');

    expect(system.stderr()).toContain(
      'Type demo to go on, or press Ctrl-C: deom\nThat is not demo.\nType demo to go on, or press Ctrl-C: demo\n',
    );
    expect(system.stderr()).toContain('R-1001 waits for approval: 2 votes of approver');
    system.pressCtrlC();
    expect(await running).toBe(3);
  });

  it('goes on without the terminal after Ctrl-C, which says how to look at it', async () => {
    const bot = await botWith();
    const system = terminal();
    const running = inTerminal(bot, system, SET);
    await shows(system, 'waits for approval: ');

    system.pressCtrlC();

    expect(await running).toBe(3);
    expect(system.stderr()).toContain(
      "R-1001 goes on without this terminal; it waits for approval. Look with:\n  stackhand run 'request show R-1001'\n",
    );
    expect((await bot.request(1001)).state).toBe('waiting');
  });

  it('with --no-wait is only taken', async () => {
    const bot = await botWith();
    const system = terminal();

    expect(await inTerminal(bot, system, SET, false)).toBe(0);
    expect(system.stderr()).toBe('R-1001 was taken.\n');
    await bot.until('waiting');
  });

  it('says that no worker runs, and waits in the queue', async () => {
    const bot = await botWith({}, 'gateway');
    const system = terminal();

    expect(await inTerminal(bot, system, SET, false)).toBe(0);
    expect(system.stderr()).toContain('No worker is running, so it waits until one does: stackhand start.');
  });

  it('is not taken from a Unix user whom nobody has mapped', async () => {
    const opened: string[] = [];
    const system = terminal({ user: 'mallory' });
    const openCore = (): Promise<TerminalCore> => {
      opened.push('core');
      return Promise.reject(new Error('nobody should have asked for it'));
    };

    expect(await runLine({ line: SET, wait: true, config: CONFIG, openCore, system })).toBe(1);
    expect(opened).toEqual([]);
    expect(system.stderr()).toMatchInlineSnapshot(`
      "The Unix user mallory is no Slack user yet, so it may only use help, doctor, audit verify and audit export.
      Whoever keeps stackhand.yaml adds it there:
        terminal:
          mallory: U…   # the Slack member ID
      "
    `);
    expect(await runLine({ line: SET, wait: true, config: CONFIG, openCore, system: terminal({ user: 'constructor' }) })).toBe(1);
  });
});

describe('a Redis that is in trouble', () => {
  /** A core whose door answers this. */
  function doorThatSays(taken: Taken): () => Promise<TerminalCore> {
    return async () => ({
      line: async () => taken,
      click: async () => taken,
      answerTo: async () => 'interrupted',
      find: async () => undefined,
      takeAnswer: async () => undefined,
      async *watch() {},
      workersAlive: async () => 1,
      close: async () => {},
    });
  }

  it.each<[string, Taken, string]>([
    [
      'late',
      { taken: false, because: 'late' },
      'Redis was too slow, so the line was not taken, and nothing was changed. Type it again.\n',
    ],
    [
      'full',
      { taken: false, because: 'full' },
      'Redis is nearly full, so no line is taken until somebody makes room. Nothing was changed.\n',
    ],
    [
      'silent, and then says no',
      { taken: false, because: 'no answer', later: Promise.resolve({ taken: false }) },
      'Redis does not answer. Whether the line was taken is said as soon as it does (Ctrl-C stops waiting).\n' +
        'The line was not taken, and nothing was changed. Type it again.\n',
    ],
  ])('%s: the line is not taken, and the terminal says so', async (_, taken, said) => {
    const system = terminal();

    expect(await runLine({ line: SET, wait: true, config: CONFIG, openCore: doorThatSays(taken), system })).toBe(1);
    expect(system.stderr()).toBe(said);
  });

  it('has let an answer go: the terminal says so, with nothing on stdout', async () => {
    const system = terminal();
    const ended = { number: 1001, state: 'answered', whole: 'kept', result: { text: '9000 projects.' } } as Request;
    const openCore = async (): Promise<TerminalCore> => ({
      ...(await doorThatSays({ taken: true, number: 1001 })()),
      async *watch() {
        yield ended;
      },
    });

    expect(await runLine({ line: 'project list', wait: true, config: CONFIG, openCore, system })).toBe(1);
    expect(system.stdout()).toBe('');
    expect(system.stderr()).toContain('The answer to R-1001 is not kept any more. Type it again.\n');
  });

  it('silent to the end: the terminal says that it does not know', async () => {
    const system = terminal();
    const taken: Taken = { taken: false, because: 'no answer', later: new Promise(() => {}) };
    const running = runLine({ line: SET, wait: true, config: CONFIG, openCore: doorThatSays(taken), system });
    system.pressCtrlC();

    expect(await running).toBe(3);
    expect(system.stderr()).toContain('Not known yet: it may have been taken. Look with stackhand run "request list"');
  });
});

/** Those that are in Redis, by their own names and in the list of them. */
async function keptAnswers({ running }: Bot): Promise<string[]> {
  const { redis, keys } = running.core.store;
  const known = await redis.hkeys(keys.answers);
  return [...known, ...(await redis.keys(`${keys.answers.replace(/s$/, '')}:*`))];
}

/** Bob may approve as well, so that only his asking keeps him from it. */
function everybody(): NonNullable<BotOptions['yaml']> {
  return { operator: { users: ['U0BOB0000'] }, approver: { users: ['U0BOB0000', 'U0ALICE00'] }, viewer: { users: [] } };
}
