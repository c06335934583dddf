import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
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
import { stateFolder } from '../process/state-folder.ts';
import { loadRegistry } from '../registry.ts';
import { printAudit, verifyThisAudit } from './audit.ts';
import { findRedis, openTerminalCore } from './core.ts';
import { checkAlerts } from './doctor/alerts.ts';
import { checkClouds } from './doctor/clouds.ts';
import { checkConfig, checkNode, checkStateFolder } from './doctor/here.ts';
import { checkTheRedis } from './doctor/redis.ts';
import { checkSlack } from './doctor/slack.ts';
import { type Check, examine } from './doctor.ts';
import { runLine, type TerminalCore } from './run.ts';
import { type System, thisSystem } from './system.ts';

const USAGE = `Stackhand runs an OpenStack cloud from Slack.

Usage: stackhand <command> [--config FILE]

  start [--role gateway|worker]   run the service, by default both roles
  run "<line>" [--no-wait]        send a line as in Slack, and wait for its end
  doctor                          look at everything that has to be right, and say how to mend it
  audit verify                    check that nobody has changed the audit
  version
  help                            this; stackhand run help shows what a line can say

--config names stackhand.yaml (default: STACKHAND_CONFIG, else ./stackhand.yaml).

Exit status of run: 0 answered, done or nothing to do (with --no-wait: taken); 1 refused, rejected, failed or not whole;
3 still open, after Ctrl-C. Of doctor and audit verify: 0 all well, 1 something is wrong. 2: not understood.
`;

const NOT_UNDERSTOOD = 2;

/** What only tests have others of. */
export interface CliDeps {
  system: System;
  env: Readonly<Record<string, string | undefined>>;
  openCore(config: Config): Promise<TerminalCore>;
  verifyAudit(environment: EnvironmentOf<'cli'>): Promise<Verified>;
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
    system.err.write(`${error.message.replaceAll('`', '')}\n`);
    return 1;
  }
}

async function dispatch(args: readonly string[], deps: CliDeps): Promise<number> {
  const { system, env } = deps;
  const parsed = parse(args);
  if (typeof parsed === 'string') return notUnderstood(system, parsed);
  const { words, file, wait } = parsed;
  const [word = 'help', ...rest] = words;
  const command = word === 'audit' ? words.slice(0, 2).join(' ') : word;
  const extra = word === 'run' || word === 'audit' ? rest[1] : rest[0];
  const from = { role: 'cli' as const, env, ...(file === undefined ? {} : { file }) };
  if (command === 'run' && extra !== undefined)
    return notUnderstood(system, 'put the line into quotes: stackhand run "quota show demo"');
  if (extra !== undefined) return notUnderstood(system, `${command} takes no ${JSON.stringify(extra)}`);

  switch (command) {
    case 'help':
      system.out.write(USAGE);
      return 0;
    case 'version':
      system.out.write(`${version()}\n`);
      return 0;
    case 'run': {
      const [line] = rest;
      if (line === undefined) return notUnderstood(system, 'run takes a line: stackhand run "quota show demo"');
      const config = loadConfig(from);
      return runLine({ line, wait, config, openCore: () => deps.openCore(config), system });
    }
    case 'doctor':
      return examine(checksOf(readConfig(from), deps.registryRoot), system.out);
    case 'audit verify':
      return printAudit(await deps.verifyAudit(loadEnvironment(from)), system.out);
    default:
      return notUnderstood(system, `there is no ${JSON.stringify(command)}`);
  }
}

function parse(args: readonly string[]): { words: string[]; file: string | undefined; wait: boolean } | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        config: { type: 'string' },
        wait: { type: 'boolean' },
        'no-wait': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        version: { type: 'boolean', default: false },
      },
    });
    const words = values.help ? ['help'] : values.version ? ['version'] : positionals;
    return { words, file: values.config, wait: values.wait ?? !values['no-wait'] };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function notUnderstood(system: System, what: string): number {
  system.err.write(`stackhand: ${what}\n\n${USAGE}`);
  return NOT_UNDERSTOOD;
}

function checksOf(read: ReturnType<typeof readConfig<'cli'>>, registryRoot: string | undefined): Check[] {
  const log = pino({ level: 'silent' });
  const { environment = { LOG_LEVEL: 'info' }, config } = read;
  return [
    checkNode(),
    checkConfig(read, registryRoot),
    ...checkSlack(environment, config, log),
    checkAlerts(environment, config),
    checkTheRedis(environment, log),
    checkStateFolder(environment),
    ...checkClouds(config, environment),
  ];
}

function realDeps(): CliDeps {
  const log = pino({ level: 'silent' });
  return {
    system: thisSystem(),
    env: systemEnvironment(),
    openCore: async ({ environment }) => openTerminalCore(await findRedis(environment), await loadRegistry(), log),
    verifyAudit: async (environment) =>
      verifyThisAudit(await findRedis(environment), join(stateFolder(environment), 'audit'), log),
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
