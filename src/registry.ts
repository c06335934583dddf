import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { partsOfName } from './chat/match.ts';
import type { Check } from './check.ts';
import type { Command } from './command.ts';
import type { Job } from './job.ts';
import { asCheck, asCommand, asJob, clashes, type Read } from './registry-check.ts';

/** A command and the words people type for it. */
export interface NamedCommand {
  /** Chat words with spaces: `console log show`, `floating ip cleanup`. */
  name: string;
  /** The folder's words, `floating ip`; empty for a single word such as `help`. */
  object: string;
  command: Command;
}

export interface Registry {
  /** By name. */
  commands: readonly NamedCommand[];
  /** By name or alias; hyphens and spaces are alike. */
  findCommand(name: string): NamedCommand | undefined;
  /** By the path below jobs/ without its ending: `quota/set`. */
  findJob(name: string): Job | undefined;
  nameOfJob(job: Job): string;
  /** Those of jobs/check/, by the file's name. */
  checks: readonly NamedCheck[];
}

export interface NamedCheck {
  name: string;
  check: Check;
}

/**
 * Loads commands/ and jobs/, which are the registry: nothing is registered by hand. Throws one error that names every bad file and every
 * clash. `root` is the folder that holds both; left out, it is the one above this file, in sources as in dist/.
 */
export async function loadRegistry({
  root = fileURLToPath(new URL('..', import.meta.url)),
}: {
  root?: string;
} = {}): Promise<Registry> {
  const files = await loadFolder(root, 'commands', (exported, path) => asCommand(exported, wordsOf(path)));
  const jobs = await loadFolder(root, 'jobs', (exported, path): Read<{ job: Job } | { check: Check }> => {
    if (path.startsWith(CHECKS)) return asCheck(exported);
    return asJob(exported);
  });
  const commands = files.loaded.map(({ file, path, value }) => ({
    file,
    words: wordsOf(path),
    object: path.includes('/') ? wordsOf(path.slice(0, path.indexOf('/'))) : '',
    command: value,
  }));
  const problems = [...files.problems, ...jobs.problems, ...clashes(commands)];
  if (problems.length > 0) {
    throw new Error(`The registry cannot be loaded:\n${problems.map((problem) => `- ${problem}`).join('\n')}`);
  }
  return registryOf(
    commands.map(({ object, words, command }) => ({ name: words, object, command })),
    jobs.loaded.flatMap(({ path, value }) => ('job' in value ? [{ name: path, job: value.job }] : [])),
    jobs.loaded.flatMap(({ path, value }) => ('check' in value ? [{ name: path.slice(CHECKS.length), check: value.check }] : [])),
  );
}

const CHECKS = 'check/';

/** A registry of what is already there; tests make theirs with it. */
export function registryOf(
  commands: readonly NamedCommand[],
  jobs: readonly { name: string; job: Job }[],
  checks: readonly NamedCheck[] = [],
): Registry {
  const sorted = commands.toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
  const byWords = new Map<string, NamedCommand>();
  for (const named of sorted) {
    for (const words of [named.name, ...(named.command.aliases ?? [])]) byWords.set(partsOfName(words).join(' '), named);
  }
  const byName = new Map(jobs.map(({ name, job }) => [name, job]));
  const names = new Map(jobs.map(({ name, job }) => [job, name]));
  return {
    commands: sorted,
    checks,
    findCommand: (name) => byWords.get(partsOfName(name).join(' ')),
    findJob: (name) => byName.get(name),
    nameOfJob(job) {
      const name = names.get(job);
      if (name === undefined) throw new Error('a plan asks for a job that is the default export of no file below jobs/');
      return name;
    },
  };
}

interface Loaded<T> {
  /** From the root on: `commands/quota/set.ts`. */
  file: string;
  /** Below the folder, without its ending: `quota/set`. */
  path: string;
  value: T;
}

async function loadFolder<T>(
  root: string,
  folder: string,
  read: (exported: unknown, path: string) => Read<T>,
): Promise<{ loaded: Loaded<T>[]; problems: string[] }> {
  const loaded: Loaded<T>[] = [];
  const problems: string[] = [];
  for (const absolute of await filesBelow(join(root, folder))) {
    const file = relative(root, absolute).split(sep).join('/');
    const path = file.slice(folder.length + 1).replace(/\.[jt]s$/, '');
    const result = PATH.test(path)
      ? await importDefault(absolute).then((exported) => read(exported, path), asProblem)
      : WRONG_PATH;
    if ('problems' in result) problems.push(...result.problems.map((problem) => `${file}: ${problem}`));
    else loaded.push({ file, path, value: result.value });
  }
  return { loaded, problems };
}

const PATH = /^[a-z\d]+(-[a-z\d]+)*(\/[a-z\d]+(-[a-z\d]+)*)?$/;
const WRONG_PATH = { problems: ['the path is <object>/<action> or a single word, of lower-case words with hyphens'] };

/** `console-log/show` → `console log show` */
function wordsOf(path: string): string {
  return path.replaceAll(/[/-]/g, ' ');
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.[jt]s$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function importDefault(path: string): Promise<unknown> {
  const module: { default?: unknown } = await import(pathToFileURL(path).href);
  return module.default;
}

function asProblem(error: unknown): { problems: string[] } {
  return { problems: [`it cannot be imported: ${error instanceof Error ? error.message : String(error)}`] };
}
