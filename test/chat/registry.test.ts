import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import help from '../../commands/help.ts';
import { commandTable } from '../../src/chat/command-table.ts';
import { needsCloud } from '../../src/chat/match.ts';
import { parseLine } from '../../src/chat/parse.ts';
import { helpOn } from '../../src/chat/usage.ts';
import { defineJob } from '../../src/job.ts';
import { loadRegistry } from '../../src/registry.ts';
import { newFolder } from '../new-folder.ts';

const sources = new URL('../../src/', import.meta.url).href;
const zod = import.meta.resolve('zod');

let root = '';

beforeEach(async () => {
  root = newFolder();
  await Promise.all(['commands', 'jobs'].map((folder) => mkdir(join(root, folder))));
});

async function file(path: string, body: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), `import { z } from '${zod}';\nimport { defineJob } from '${sources}job.ts';\n${body}`);
}

/** A good command, with what a test adds to it or takes from it. */
async function command(path: string, example: string, more = ''): Promise<void> {
  await file(
    path,
    `export default { summary: 'Show it.', examples: ['${example}'], effect: 'read', args: z.object({ server: z.string(), lines: z.array(z.string()).optional() }), positionals: ['server'], run: async () => ({ text: 'Shown.' }), ${more} };`,
  );
}

async function refusal(): Promise<string[]> {
  return await loadRegistry({ root }).then(
    () => [],
    (error: unknown) => (error instanceof Error ? error.message.split('\n').slice(1) : [String(error)]),
  );
}

describe("Stackhand's own folders", () => {
  it('load, and every example of every command is a line of that command', async () => {
    const registry = await loadRegistry();

    expect(registry.commands.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['help', 'request cancel', 'request list', 'request show', 'whoami']),
    );
    for (const { name, command } of registry.commands) {
      for (const example of command.examples) expect(parseLine(example, registry).name, example).toBe(name);
    }
  });

  it('load each module once, so that a command and the registry mean the same job', async () => {
    const registry = await loadRegistry();

    expect(registry.findCommand('help')?.command).toBe(help);
  });

  it('have help of every command without an undefined in it', async () => {
    for (const named of (await loadRegistry()).commands) {
      const said = JSON.stringify(helpOn(named));
      expect(said, named.name).toContain(named.command.examples[0]?.replaceAll('"', '\\"'));
      expect(said, named.name).not.toMatch(/undefined|\[object|NaN/);
    }
  });
});

describe('a folder is a registry', () => {
  it('whose paths are the words people type', async () => {
    await command('commands/console-log/show.ts', 'console-log show web-1', "aliases: ['console']");
    await command('commands/aggregate/add-host.ts', 'aggregate add host a');
    await command('commands/freeze.ts', 'freeze a');

    const registry = await loadRegistry({ root });

    expect(registry.commands.map(({ name, object }) => [name, object])).toEqual([
      ['aggregate add host', 'aggregate'],
      ['console log show', 'console log'],
      ['freeze', ''],
    ]);
    expect(registry.findCommand('Console-Log show')?.name).toBe('console log show');
    expect(registry.findCommand('console')?.name).toBe('console log show');
    expect(registry.findCommand('console log')).toBeUndefined();
    expect(parseLine('console web-1', registry).name).toBe('console log show');
  });

  it('whose jobs are found by path, and named by identity', async () => {
    await file(
      'jobs/quota/set.ts',
      "export default defineJob({ payload: z.object({}), run: async () => ({ text: '', outcomes: [] }) });",
    );

    const registry = await loadRegistry({ root });
    const job = registry.findJob('quota/set');

    expect(job && registry.nameOfJob(job)).toBe('quota/set');
    expect(registry.findJob('quota/other')).toBeUndefined();
    const stray = defineJob({ payload: z.object({}), run: async () => ({ text: '', outcomes: [] }) });
    expect(() => registry.nameOfJob(stray)).toThrow('no file below jobs/');
  });

  it('whose checks are in jobs/check/, and are no jobs', async () => {
    await file('jobs/check/floating-ips.ts', 'export default { everyMs: 3_600_000, run: async () => undefined };');

    const registry = await loadRegistry({ root });

    expect(registry.checks.map(({ name, check }) => [name, check.everyMs])).toEqual([['floating-ips', 3_600_000]]);
    expect(registry.findJob('check/floating-ips')).toBeUndefined();
  });

  it('that refuses to start over bad files, naming all of them', async () => {
    await file('commands/a/none.ts', 'export const command = {};');
    await file('commands/b/empty.ts', 'export default {};');
    await file('commands/c/throws.ts', "throw new Error('no such thing');");
    await command('commands/d/Loud.ts', 'd Loud');
    await command('commands/e/f/g.ts', 'e f g');
    await command('commands/h/extra.ts', 'h extra a', 'sumary: 1');
    await command('commands/i/effect.ts', 'i effect a', "effect: 'fun'");
    await file('jobs/none.ts', 'export default { payload: z.object({}) };');
    await file('jobs/check/never.ts', 'export default { everyMs: 0, run: async () => undefined };');

    expect(await refusal()).toEqual([
      '- commands/a/none.ts: the default export is not a command',
      '- commands/b/empty.ts: summary is missing',
      '- commands/b/empty.ts: examples are missing',
      '- commands/b/empty.ts: args is not a z.object',
      '- commands/b/empty.ts: effect is not read, change, disruptive or destructive',
      '- commands/c/throws.ts: it cannot be imported: no such thing',
      '- commands/d/Loud.ts: the path is <object>/<action> or a single word, of lower-case words with hyphens',
      '- commands/e/f/g.ts: the path is <object>/<action> or a single word, of lower-case words with hyphens',
      '- commands/h/extra.ts: unknown: sumary',
      '- commands/i/effect.ts: effect is not read, change, disruptive or destructive',
      '- jobs/check/never.ts: everyMs Too small: expected number to be >=1000',
      '- jobs/none.ts: run is not a function',
      '- jobs/none.ts: with is not a function',
    ]);
  });

  it('that refuses what cannot be typed as it is declared', async () => {
    await command('commands/a/one.ts', 'something else', "summary: 'shows it', effect: 'change'");
    await command(
      'commands/a/two.ts',
      'something else',
      "effect: 'change', positionals: ['nobody'], completes: { nothing: 'x' }",
    );
    await command('commands/a/three.ts', 'a three x', "positionals: ['lines', 'server']");
    await command(
      'commands/a/four.ts',
      'a four',
      'args: z.object({ server: z.boolean(), cloud: z.string(), dry_run: z.string(), ser_ver: z.string() })',
    );
    await command('commands/a/five.ts', 'a five x', "more: { names: /x/g, describe: 'x' }");

    expect(await refusal()).toEqual([
      '- commands/a/five.ts: `more` needs args with a catchall',
      '- commands/a/five.ts: `more.names` keeps a state with the flags g and y',
      '- commands/a/four.ts: argument "cloud" is typed as an option that every command takes',
      '- commands/a/four.ts: argument "dry_run" is typed as an option that every command takes',
      '- commands/a/four.ts: argument "ser_ver" is typed as "server"',
      '- commands/a/four.ts: positional "server" is a flag; flags go by name',
      '- commands/a/one.ts: summary is not one sentence with a capital letter and a full stop',
      '- commands/a/three.ts: positional "lines" takes a list, so it comes last',
      '- commands/a/three.ts: positional "server" is required and stands behind an optional one',
      '- commands/a/two.ts: effect is change, so it has `plan` and no `run`',
      '- commands/a/two.ts: positionals has "nobody", which args has not',
      '- commands/a/two.ts: completes has "nothing", which args has not',
      '- commands/a/two.ts: example "something else" is not a line of this command',
    ]);
  });

  it('that refuses two claims to the same words', async () => {
    await command('commands/floating-ip/list.ts', 'floating ip list');
    await command('commands/floating/ip-list.ts', 'floating ip list');
    await command('commands/console-log/show.ts', 'console log show x', "aliases: ['console', 'log']");
    await command('commands/log.ts', 'log x');

    expect(await refusal()).toEqual([
      '- commands/floating-ip/list.ts and commands/floating/ip-list.ts both claim "floating ip list"',
      '- commands/console-log/show.ts and commands/log.ts both claim "log"',
    ]);
  });

  it('that is shown as a table for README', async () => {
    await command('commands/server/show.ts', 'server show a');

    expect(commandTable(await loadRegistry({ root }))).toBe(
      '| command | effect | what it does | example |\n|---|---|---|---|\n| `server show` | read | Show it. | `server show a` |\n',
    );
  });
});

it.each([
  ['quota show demo', true],
  ['request check R-1042', true],
  ['request undo R-1042', true],
  ['request cancel R-1042', false],
  ['request list', false],
])('%s waits among lines that ask a cloud: %s', async (line, asks) => {
  expect(needsCloud(line, await loadRegistry())).toBe(asks);
});
