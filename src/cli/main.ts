import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import type { Exported, Wanted } from '../audit/export.ts';
import type { Verified } from '../audit/verify.ts';
import {
  type Config,
  ConfigError,
  type EnvironmentOf,
  loadConfig,
  loadEnvironment,
  readConfig,
  systemEnvironment,
} from '../config.ts';
import { UserError } from '../errors.ts';
import { loadRegistry } from '../registry.ts';
import { unticked } from '../reply.ts';
import { breakGlass, readBreaking } from './break-glass.ts';
import { readCommandLine, USAGE } from './command-line.ts';
import { examine } from './doctor.ts';
import { DONE, type TerminalCore } from './door.ts';
import { readExport, writeExport } from './export.ts';
import { runLine } from './run.ts';
import { type System, thisSystem } from './system.ts';
import { readVote, voteOn } from './vote.ts';

const NOT_UNDERSTOOD = 2;

/** What only tests have others of. */
export interface CliDeps {
  system: System;
  env: Readonly<Record<string, string | undefined>>;
  openCore(config: Config): Promise<TerminalCore>;
  /** `head`: one that must be in it, or how it begins. */
  verifyAudit(environment: EnvironmentOf<'cli'>, head: string | undefined): Promise<Verified>;
  exportAudit(environment: EnvironmentOf<'cli'>, wanted: Wanted): AsyncIterable<Exported>;
  /** Where commands/ and jobs/ are. */
  registryRoot?: string;
}

/** Everything that is typed at a terminal but `start`. @returns the exit status. */
export async function runCli(args: readonly string[], deps: CliDeps = realDeps()): Promise<number> {
  const { system } = deps;
  try {
    return await dispatch(args, deps);
  } catch (error) {
    if (!(error instanceof UserError || error instanceof ConfigError)) throw error;
    system.err.write(`${unticked(error.message)}\n`);
    return 1;
  }
}

async function dispatch(args: readonly string[], deps: CliDeps): Promise<number> {
  const { system, env } = deps;
  const line = readCommandLine(args);
  if (typeof line === 'string') return notUnderstood(system, line);
  const { command, argument, options } = line;
  const from = { role: 'cli' as const, env, ...(options.config === undefined ? {} : { file: options.config }) };

  switch (command) {
    case 'help':
      system.out.write(USAGE);
      return DONE;
    case 'version':
      system.out.write(`${version()}\n`);
      return DONE;
    case 'run': {
      const config = loadConfig(from);
      const wait = options.wait ?? !options['no-wait'];
      return runLine({ line: argument, wait, config, openCore: () => deps.openCore(config), system });
    }
    case 'approve':
    case 'deny': {
      const vote = readVote(line);
      if (typeof vote === 'string') return notUnderstood(system, vote);
      const config = loadConfig(from);
      return voteOn({ ...vote, config, openCore: () => deps.openCore(config), system });
    }
    case 'break-glass': {
      const breaking = readBreaking(line);
      if (typeof breaking === 'string') return notUnderstood(system, breaking);
      const config = loadConfig(from);
      return breakGlass({ ...breaking, config, openCore: () => deps.openCore(config), system });
    }
    case 'doctor': {
      const { checksOf } = await import('./doctor/checks.ts');
      return examine(checksOf(readConfig(from), deps.registryRoot), system.out);
    }
    case 'audit verify': {
      const { printAudit, readHead } = await import('./audit.ts');
      const head = options.head === undefined ? undefined : readHead(options.head);
      if (typeof head === 'string') return notUnderstood(system, head);
      return printAudit(await deps.verifyAudit(loadEnvironment(from), head?.head), system.out, head?.head);
    }
    case 'audit export': {
      const wanted = readExport(options);
      if (typeof wanted === 'string') return notUnderstood(system, wanted);
      return writeExport(deps.exportAudit(loadEnvironment(from), wanted), wanted.format, system);
    }
  }
}

function notUnderstood(system: System, what: string): number {
  system.err.write(`stackhand: ${what}\n\n${USAGE}`);
  return NOT_UNDERSTOOD;
}

/** What takes Redis, BullMQ or a cloud is loaded by who needs it: help is there at once. */
function realDeps(): CliDeps {
  const log = pino({ level: 'silent' });
  return {
    system: thisSystem(),
    env: systemEnvironment(),
    async openCore({ environment }) {
      const { findRedis, openTerminalCore } = await import('./core.ts');
      return openTerminalCore(await findRedis(environment), await loadRegistry(), log);
    },
    verifyAudit: async (environment, head) => (await import('./audit.ts')).verifyThisAudit(environment, log, head),
    async *exportAudit(environment, wanted) {
      yield* (await import('./audit.ts')).exportThisAudit(environment, log, wanted);
    },
  };
}

/** package.json is two folders up from the source, and three from dist/src/cli. */
function version(): string {
  for (const path of ['../../package.json', '../../../package.json']) {
    try {
      const { version } = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as { version: string }; // our own package.json
      return version;
    } catch {
      // Not there: the other one.
    }
  }
  return 'unknown';
}
