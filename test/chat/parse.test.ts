import { describe, expect, it } from 'vitest';
import { type ParseOptions, parseLine } from '../../src/chat/parse.ts';
import { lineOf } from '../../src/chat/tokenize.ts';
import { UserError } from '../../src/errors.ts';
import { someCommands } from './fixtures.ts';

const registry = someCommands();

function args(line: string): Record<string, unknown> {
  return parseLine(line, registry).args;
}

function refusal(line: string, options?: ParseOptions): string {
  try {
    const { name, args } = parseLine(line, registry, options);
    return `read as ${name} ${JSON.stringify(args)}`;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

describe('words name a command', () => {
  it.each([
    ['console log show web-1', 'console log show'],
    ['console-log show web-1', 'console log show'],
    ['console-log-show web-1', 'console log show'],
    ['Console  LOG show web-1', 'console log show'],
    ['console web-1', 'console log show'],
    ['floating-ip list', 'floating ip list'],
    ['floating_ip list', 'floating ip list'],
    ['fip list', 'floating ip list'],
    ['public ip list', 'floating ip list'],
    ['instance list', 'server list'],
    ['vms-list', 'server list'],
    ['--cloud lab quota show demo', 'quota show'],
    ['', 'help'],
    ['--help', 'help'],
  ])('%s', (line, name) => {
    expect(parseLine(line, registry).name).toBe(name);
  });

  it('an old word is understood, and answered with the standard one', () => {
    expect(parseLine('instance show web-1', registry).notes).toEqual(["OpenStack's word for `instance` is `server`."]);
    expect(parseLine('quota set --tenant demo cores=1', registry)).toMatchObject({
      args: { project: 'demo' },
      notes: ["OpenStack's word for `tenant` is `project`."],
    });
    expect(parseLine('server show instance', registry).notes).toEqual([]);
  });

  it('a name that belongs to a longer command is not the argument of a shorter one', () => {
    expect(refusal('console log web-1')).toBe(
      '`console log web-1` is not a command; did you mean `console log show`? Type `help console log show` for how it is used.',
    );
    expect(args('console "log"')).toMatchObject({ server: 'log' });
  });

  it.each([
    ['qouta set demo', '`qouta set demo` is not a command; did you mean `quota set`? Type `help quota set` for how it is used.'],
    ['set quota', '`set quota` is not a command; did you mean `quota set`? Type `help quota set` for how it is used.'],
    ['servers list', '`servers list` is not a command; did you mean `server list`? Type `help server list` for how it is used.'],
    [
      'quota frobnicate',
      '`quota frobnicate` is not a command. With `quota` there are `quota set`, `quota show`. Type `help quota` for what they do.',
    ],
    ['quota', '`quota` is not a command. With `quota` there are `quota set`, `quota show`. Type `help quota` for what they do.'],
    ['xyzzy', '`xyzzy` is not a command. Type `help` for those you may use.'],
    ['"quota set" demo', '`"quota set" demo` is not a command. Type the command\'s words first; `help` lists them.'],
  ])('unknown: %s', (line, message) => {
    expect(refusal(line)).toBe(message);
  });

  it('suggests only what the asker may use', () => {
    const mayUse = (name: string): boolean => name !== 'quota set';

    expect(refusal('qouta set demo', { mayUse })).not.toContain('quota set');
    expect(refusal('quota frob', { mayUse })).toContain('there are `quota show`.');
    expect(() => parseLine('quota set demo cors=1', registry, { mayUse })).toThrow('You may not use `quota set` here.');
  });
});

describe('arguments', () => {
  it('take their value in three ways, which mean the same', () => {
    for (const line of [
      'quota set demo --cores 40',
      'quota set demo --cores=40',
      'quota set demo cores=40',
      'quota set cores="40" demo',
    ]) {
      expect(args(line)).toEqual({ project: 'demo', cores: 40, force: false });
    }
  });

  it('have names without case, hyphens and underscores', () => {
    expect(args('quota set demo --Floating-IPs 1')).toMatchObject({ floatingIps: 1 });
    expect(args('quota set demo floating_ips=1')).toMatchObject({ floatingIps: 1 });
    expect(args('quota set demo floatingips=1')).toMatchObject({ floatingIps: 1 });
  });

  it.each([
    ['quota set demo --force', true],
    ['quota set demo', false],
    ['quota set demo --force=no', false],
    ['quota set demo force=yes', true],
    ['quota set --force demo', true],
  ])('flags: %s', (line, force) => {
    expect(args(line)).toMatchObject({ project: 'demo', force });
  });

  it('keep times, addresses and links whole', () => {
    expect(args('server list --changed-since 2026-01-01T10:00:00Z')).toEqual({ changedSince: Date.UTC(2026, 0, 1, 10) });
    expect(
      args('port create network=lab address=2001:db8::1 --mac fa:16:3e:00:00:01 hook=https://h.example.org/?a=b:c&d'),
    ).toEqual({
      network: 'lab',
      address: '2001:db8::1',
      mac: 'fa:16:3e:00:00:01',
      hook: 'https://h.example.org/?a=b:c&d',
      property: [],
    });
    expect(args('server show https://example.org/?a=b')).toEqual({ server: 'https://example.org/?a=b' });
    expect(args('server show https://example.org/a=b')).toEqual({ server: 'https://example.org/a=b' });
    expect(args('server show hw:cpu_policy=dedicated')).toEqual({ server: 'hw:cpu_policy=dedicated' });
    expect(args('server show fa:16:3e:00:00:01')).toEqual({ server: 'fa:16:3e:00:00:01' });
  });

  it('take sizes, durations and negative numbers', () => {
    expect(args('quota set demo ram=80G for=7d --cores -1')).toEqual({
      project: 'demo',
      ram: 81_920,
      for: 604_800_000,
      cores: -1,
      force: false,
    });
    expect(args('server list --longer-than -5')).toEqual({ longerThan: -5 });
  });

  it('what stands in quotes is a value', () => {
    expect(args('server show "--force"')).toEqual({ server: '--force' });
    expect(args('server show "cores=40"')).toEqual({ server: 'cores=40' });
    expect(args('port create network=lab description="--network x"')).toMatchObject({
      network: 'lab',
      description: '--network x',
    });
    expect(args('port create network=lab --description "a \\"b\\" \\\\ c"')).toMatchObject({ description: 'a "b" \\ c' });
    expect(args('server show -- --force')).toEqual({ server: '--force' });
    expect(args('port create network=lab description=""')).toMatchObject({ description: '' });
  });

  it('take several values repeated, with commas, or at the end of the line', () => {
    expect(args('aggregate add host ssd cmp-1 cmp-2')).toEqual({ aggregate: 'ssd', hosts: ['cmp-1', 'cmp-2'] });
    expect(args('aggregate add host ssd cmp-1,cmp-2')).toEqual({ aggregate: 'ssd', hosts: ['cmp-1', 'cmp-2'] });
    expect(args('aggregate add host ssd hosts=cmp-1 --hosts "a,b"')).toEqual({ aggregate: 'ssd', hosts: ['cmp-1', 'a,b'] });
    expect(args('port create network=lab --property hw:a=b --property c=d')).toMatchObject({ property: ['hw:a=b', 'c=d'] });
  });

  it('may go beyond the schema by a pattern, and are checked all the same', () => {
    expect(args('quota set demo gigabytes_SSD-fast=500')).toEqual({ project: 'demo', 'gigabytes_SSD-fast': 500, force: false });
    expect(refusal('quota set demo gigabytes_ssd=lots')).toContain('`gigabytes_ssd`: `lots` is not a count');
  });

  it('choices are taken in any case', () => {
    expect(args('floating ip list --status active')).toEqual({ status: 'ACTIVE' });
  });

  it('of every command: cloud and region; of changes: dry run and ticket; of reads: share', () => {
    const line = '--cloud=lab quota set demo cores=1 --region RegionOne --dry-run --ticket OPS-4711';
    const change = parseLine(line, registry).globals;
    const read = parseLine('quota show demo --share --region all', registry).globals;

    expect(change).toEqual({ dryRun: true, share: false, ticket: 'OPS-4711', cloud: 'lab', region: 'RegionOne' });
    expect(read).toEqual({ dryRun: false, share: true, region: 'all' });
  });
});

describe('what is refused says what is wrong and what to type', () => {
  it.each([
    ['a surplus word', 'quota show demo other', '`other` is one word too many; leave it out, or give it a name.'],
    [
      'text without quotes',
      'quota set demo --reason new disks',
      '`disks` is one word too many; text with spaces goes in quotes, as in `--reason "two words"`.',
    ],
    ['an unknown option', 'quota set demo --cors 40', '`--cors` is not an argument here; did you mean `cores`?'],
    ['an unknown name', 'quota set demo cors=40', '`cors` is not an argument here; did you mean `cores`?'],
    [
      'a name far from all',
      'quota show demo zzz=1',
      '`zzz` is not an argument here; there are `project`, `share`, `cloud`, `region`; a value that looks like this goes in quotes: `"zzz=1"`.',
    ],
    ['a value given twice', 'quota set demo cores=1 --cores 2', '`cores` is given twice; type it once.'],
    [
      'a word that would move to another place',
      'host evacuate --host a b --fenced off --reason why',
      '`host` is given twice; type it once.',
    ],
    ['an option without its value', 'quota set demo --cores', '`--cores` needs a value: `--cores "count"`.'],
    [
      'an option where a value belongs',
      'quota set demo --reason cores=40',
      '`--reason` needs a value, and `cores=40` is none; a value that looks like an option goes in quotes: `--reason "reason"`.',
    ],
    [
      'a space after the equals sign',
      'quota set demo cores= 40',
      '`cores=` has no value; type it right behind the `=`, without a space.',
    ],
    [
      'a list with a space in it',
      'aggregate add host ssd a, b',
      '`hosts`: `a,` has an empty item; type the items with commas and without spaces: `a,b`.',
    ],
    ['a wrong value', 'quota set demo ram=80X', '`ram`: `80X` is not a size; type a number with M, G or T, such as 80G.'],
    ['a wrong number', 'server list longer-than=many', '`longer-than`: `many` is not a number; type digits only.'],
    [
      'a wrong choice',
      'floating ip list --status actve',
      '`status`: `actve` is not one of `ACTIVE`, `DOWN`, `ERROR`; did you mean `ACTIVE`?',
    ],
    ['too short a text', 'quota set demo reason=ab', '`reason`: `ab` is too short; type at least 3 characters.'],
    [
      'a dry run of what changes nothing',
      'quota show demo --dry-run',
      '`quota show` changes nothing, so it has no dry run; leave out `--dry-run`.',
    ],
    [
      'a flag that is neither',
      'quota set demo --force=maybe',
      '`force`: `maybe` is neither yes nor no; type `--force` or leave it out.',
    ],
    ['a cloud for what needs none', 'whoami --cloud lab', '`--cloud` is not an argument here; there is `share`.'],
    [
      'a ticket for what changes nothing',
      'quota show demo --ticket OPS-1',
      '`quota show` changes nothing, so no ticket is kept with it; leave out `--ticket`.',
    ],
    [
      'a change that is to be shared',
      'quota set demo cores=1 --share',
      '`quota set` is a change, and its card is in the channel anyway; leave out `--share`.',
    ],
  ])('%s', (_what, line, problem) => {
    expect(refusal(line).split('\n')[0]).toBe(problem);
    expect(refusal(line)).toMatch(/`help [a-z ]+` for all of it\.$/);
  });

  it('keeps what it repeats short', () => {
    expect(refusal(`quota show demo ${'x'.repeat(5_000)}`).length).toBeLessThan(300);
    expect(refusal(`${'x'.repeat(5_000)} demo`).length).toBeLessThan(300);
    expect(refusal(`quota set demo ram=${'x'.repeat(5_000)}`).length).toBeLessThan(300);
  });

  it('says everything at once', () => {
    expect(refusal('host evacuate --fencd off --to cmp-1 extra word more')).toBe(
      [
        '`--fencd` is not an argument here; did you mean `fenced`?',
        '`to` is given twice; type it once.',
        '`more` is one word too many; leave it out, or give it a name.',
        '`fenced` is missing: how you know that the host is powered off; type `--fenced <fenced>`.',
        '`reason` is missing; type `--reason <reason>`.',
        'Type for example `host evacuate cmp-03 --fenced "IPMI off, checked by Bob" --reason "PSU failed"`, or `help host evacuate` for all of it.',
      ].join('\n'),
    );
  });

  it.each([
    ['quota set demo --reason "new disks', 'The quote that opens at `"new disks` is never closed.'],
    ['quota set demo --reason "new"disks', 'After the quote in'],
    ["quota set demo --reason 'new' disks'", "`disks'` is one word too many"],
    [`quota set ${'x'.repeat(8_000)}`, 'A line may have 8000 characters'],
  ])('quotes that do not match: %s', (line, message) => {
    expect(refusal(line)).toContain(message);
    expect(refusal(line)).toContain('help');
  });

  it('--help explains the command instead of running it', () => {
    expect(parseLine('quota set demo --help', registry)).toMatchObject({ name: 'help', args: { command: ['quota', 'set'] } });
  });
});

it("a terminal's arguments make the line that they stand for", () => {
  const line = lineOf(['host', 'evacuate', 'cmp-03', '--fenced', 'IPMI off', '--reason=PSU "A" failed', '--', '-x']);

  expect(line).toBe('host evacuate cmp-03 --fenced "IPMI off" --reason="PSU \\"A\\" failed" -- -x');
});
