import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CliDeps, runCli } from '../../src/cli/main.ts';
import { terminal } from './system.ts';

async function cli(args: string[], deps: Partial<CliDeps> = {}): Promise<{ status: number; out: string; err: string }> {
  const system = terminal();
  const status = await runCli(args, {
    system,
    env: { STACKHAND_CONFIG: '/nowhere/stackhand.yaml' },
    openCore: () => Promise.reject(new Error('nobody asked for the core')),
    verifyAudit: () => Promise.reject(new Error('nobody asked for the audit')),
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
      'audit verify',
      'version',
      '3 still open',
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
  ])('does not guess what %j means', async (args, what) => {
    const { status, out, err } = await cli(args);

    expect([status, out]).toEqual([2, '']);
    expect(err).toContain(`stackhand: ${what}`);
    expect(err).toContain('Usage: stackhand <command>');
  });

  it('takes no line while the configuration is wrong, and names every problem', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'stackhand-cli-')), 's.yaml');
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
        `Its head is ${HEAD}. The heads in the audit channel must be the last ones of their days' files.\n`,
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
});
