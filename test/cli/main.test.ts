import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CliDeps, runCli } from '../../src/cli/main.ts';
import { newFolder } from '../new-folder.ts';
import { terminal } from './system.ts';

async function cli(args: string[], deps: Partial<CliDeps> = {}): Promise<{ status: number; out: string; err: string }> {
  const system = terminal();
  const status = await runCli(args, {
    system,
    env: { STACKHAND_CONFIG: '/nowhere/stackhand.yaml' },
    openCore: () => Promise.reject(new Error('nobody asked for the core')),
    verifyAudit: () => Promise.reject(new Error('nobody asked for the audit')),
    async *exportAudit() {},
    ...deps,
  });
  return { status, out: system.stdout(), err: system.stderr() };
}

describe('the command line', () => {
  it('explains itself, with every exit status', async () => {
    const { status, out } = await cli(['help']);

    expect(status).toBe(0);
    for (const words of [
      'start',
      'run "<line>"',
      '--no-wait',
      'doctor',
      'approve R-1042',
      'deny R-1042',
      '--plan HASH [--yes]',
      'audit verify [--head HASH]',
      'audit export',
      '--format jsonl|csv',
      'version',
      '3 still open',
      'approve, deny and break-glass: 0 it counts, 1 it does not, 3 not known yet',
      '2: not understood',
    ]) {
      expect(out).toContain(words);
    }
    expect((await cli([])).out).toBe(out);
    expect((await cli(['run', '--help'])).out).toBe(out);
  });

  it('knows its version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

    expect(await cli(['version'])).toEqual({ status: 0, out: `${version}\n`, err: '' });
  });

  it.each([
    [['dcotor'], 'there is no "dcotor"'],
    [['audit'], 'there is no "audit"'],
    [['audit', 'delete'], 'there is no "audit delete"'],
    [['doctor', 'now'], 'doctor takes no "now"'],
    [['audit', 'verify', 'all'], 'audit verify takes no "all"'],
    [['run'], 'run takes a line: stackhand run "quota show demo"'],
    [['run', 'quota', 'show'], 'put the line into quotes: stackhand run "quota show demo"'],
    [['run', '--user', 'root', 'quota show'], "Unknown option '--user'"],
    [['doctor', '--fast'], "Unknown option '--fast'"],
    [['doctor', '--no-wait'], 'doctor takes no --no-wait'],
    [['run', 'help', '--yes'], 'run takes no --yes'],
    [['approve'], 'approve takes the number of a request: stackhand approve R-1042'],
    [['approve', 'demo'], 'approve takes the number of a request, such as R-1042, and not "demo"'],
    [['approve', 'R-1042', 'R-1043'], 'approve takes no "R-1043"'],
    [['approve', 'R-1042', '--reason', 'why not'], 'approve takes no --reason'],
    [['approve', 'R-1042', '--yes'], '--yes goes only with --plan and what the card shows as its plan'],
    [['approve', 'R-1042', '--plan', '251a', '--yes'], '--plan takes what the card shows as its plan, such as 251a3d641cd5'],
    [['deny', 'R-1042', '--reason', ' x '], '--reason takes a reason of 3 to 500 characters'],
    [['deny', 'R-1042', '--reason', 'x'.repeat(501)], '--reason takes a reason of 3 to 500 characters'],
    [['deny', 'R-1042', '--plan', '251a3d641cd5', '--yes'], 'deny --yes takes a --reason'],
    [['audit', 'verify', '--head', '1234567'], '--head takes a head as the audit channel shows it'],
    [['audit', 'verify', '--head', 'not-a-head'], '--head takes a head as the audit channel shows it'],
    [['audit', 'export', '--from', 'monday'], '--from takes a day such as 2026-11-23, and not "monday"'],
    [['audit', 'export', '--to', '2026-02-30'], '--to takes a day such as 2026-11-23, and not "2026-02-30"'],
    [['audit', 'export', '--from', '2026-11-24', '--to', '2026-11-23'], '--from 2026-11-24 is after --to 2026-11-23'],
    [['audit', 'export', '--format', 'xml'], '--format takes jsonl or csv, and not "xml"'],
    [['audit', 'export', '--request', 'demo'], '--request takes the number of a request, such as R-1042, and not "demo"'],
    [['audit', 'export', '--request', 'R-1042', '--to', '2026-11-23'], '--request gives the whole audit of a request'],
    [['audit', 'export', '2026-11-23'], 'audit export takes no "2026-11-23"'],
  ])('does not guess what %j means', async (args, what) => {
    const { status, out, err } = await cli(args);

    expect([status, out]).toEqual([2, '']);
    expect(err).toContain(`stackhand: ${what}`);
    expect(err).toContain('Usage: stackhand <command>');
  });

  it('takes no line while the configuration is wrong, and names every problem', async () => {
    const file = join(newFolder(), 's.yaml');
    writeFileSync(file, 'clouds: [{ name: lab }]\nroles: {}\nrulse: []\nchannels: { approvals: ops }\n');
    const { status, out, err } = await cli(['run', 'quota show demo', '--config', file]);

    expect([status, out]).toEqual([1, '']);
    expect(err).toContain('The configuration has 2 problems:');
    expect(err).toContain('s.yaml:3: rulse: there is no such key here; did you mean "rules"?');
  });
});

describe('audit verify', () => {
  const HEAD = 'ab'.repeat(32);
  const verified = { requests: 1, entries: 7, files: 2, elsewhere: [], head: HEAD, problems: [] };

  it('needs no stackhand.yaml, and says that the audit is whole', async () => {
    expect(await cli(['audit', 'verify'], { verifyAudit: async () => verified })).toEqual({
      status: 0,
      out:
        'The audit is whole: 7 entries of 1 request, 2 daily files, each following the one before it.\n' +
        `Its head is ${HEAD}. The heads in the audit channel must be in it: audit verify --head says so of each.\n`,
      err: '',
    });
  });

  it('names what was changed, and ends with 1', async () => {
    const problems = [
      'R-1042: entry 3 (vote) was changed',
      'R-1043: entry 1 (\u001b[31mreceived) does not follow the one before it',
    ];

    expect(await cli(['audit', 'verify'], { verifyAudit: async () => ({ ...verified, problems }) })).toEqual({
      status: 1,
      out:
        'The audit is NOT whole: 7 entries of 1 request, 2 daily files, 2 problems.\n' +
        '  R-1042: entry 3 (vote) was changed\n' +
        '  R-1043: entry 1 ( [31mreceived) does not follow the one before it\n' +
        'Keep Redis and the files as they are, and compare the heads that were posted to the audit channel.\n',
      err: '',
    });
  });

  it.each([
    [
      'is there',
      [{ hash: HEAD, day: '2026-11-23', request: 1042 }],
      [],
      0,
      `It holds the head ${HEAD}: the chain stood there on 2026-11-23, once R-1042 had ended.\n`,
    ],
    [
      'is not there',
      [],
      [],
      1,
      'It does NOT hold the head abababab.\n' +
        'If this Stackhand posted it, what had ended until then was changed, left out or made anew since.\n',
    ],
    [
      'may be in a file that is not here',
      [],
      ['2026-11-22.jsonl is not in this folder: ctl-02 wrote it'],
      1,
      'It does NOT hold the head abababab.\n' +
        'It may be in a file that is not in this folder: look on the machines that are named above.\n',
    ],
    [
      'is how two begin',
      [
        { hash: HEAD, day: '2026-11-23', request: 1042 },
        { hash: `abababab${'0'.repeat(56)}`, day: '2026-11-24', request: 1043 },
      ],
      [],
      1,
      'abababab is how 2 heads begin; type more of the one you mean:\n' +
        `  ${HEAD} of 2026-11-23, R-1042\n  abababab${'0'.repeat(56)} of 2026-11-24, R-1043\n`,
    ],
  ])('says of a head whether it %s', async (_what, found, elsewhere, status, said) => {
    const asked: (string | undefined)[] = [];
    const ended = await cli(['audit', 'verify', '--head', 'ABABABAB'], {
      async verifyAudit(_environment, head) {
        asked.push(head);
        return { ...verified, found, elsewhere };
      },
    });

    expect(asked).toEqual(['abababab']);
    expect(ended.status).toBe(status);
    expect(ended.out).toContain('The audit is whole: ');
    expect(ended.out.endsWith(said)).toBe(true);
  });

  it('ends with 1 where the head is there and the audit is not whole', async () => {
    const found = [{ hash: HEAD, day: '2026-11-23', request: 1042 }];
    const problems = ['R-1043: entry 3 (vote) was changed'];

    const { status, out } = await cli(['audit', 'verify', '--head', HEAD], {
      verifyAudit: async () => ({ ...verified, found, problems }),
    });

    expect(status).toBe(1);
    expect(out).toContain('The audit is NOT whole');
    expect(out).toContain(`It holds the head ${HEAD}`);
  });
});
