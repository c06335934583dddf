import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { z } from 'zod';
import { checkDefaults, checkRulesAgainst, crossCheck, type KnownCommand, warnings } from './config/checks.ts';
import { explainIssues } from './config/explain.ts';
import { type Path, readSource } from './config/source.ts';
import { didYouMean, shown } from './config/suggest.ts';
import { Environment, StackhandYaml } from './config-schema.ts';

/** Slack's tokens are asked only of those who speak with Slack; `all` is one process with both roles. */
const ENVIRONMENT = {
  all: Environment,
  gateway: Environment,
  worker: Environment,
  cli: Environment.partial({ SLACK_BOT_TOKEN: true }),
};
/** Those whom Slack has to reach. */
const LISTENERS: ReadonlySet<string> = new Set<keyof typeof ENVIRONMENT>(['all', 'gateway']);
export type Role = keyof typeof ENVIRONMENT;
export type EnvironmentOf<R extends Role> = z.infer<(typeof ENVIRONMENT)[R]>;

export interface Config<R extends Role = 'cli'> extends StackhandYaml {
  environment: EnvironmentOf<R>;
  /** Where stackhand.yaml is. */
  file: string;
  /** What may be meant so, and more likely is not: for the log and `doctor`. */
  warnings: string[];
  /** `stackhand.yaml:12: rules[1].roles[0]` */
  locate(path: Path): string;
  /** Whether the file itself says something at this path. */
  isWritten(path: Path): boolean;
}

/** All that is wrong with the configuration, each with file, line and key. Nothing secret is in it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n  ${problems.join('\n  ')}`,
    );
    this.problems = problems;
  }
}

type Variables = Readonly<Record<string, string | undefined>>;

/** The process's environment, over a .env file beside it. The only place that reads process.env. */
export function systemEnvironment(): Variables {
  const beside = existsSync('.env') ? parseEnv(readFileSync('.env', 'utf8')) : {};
  return { ...beside, ...process.env };
}

export interface LoadOptions<R extends Role> {
  role: R;
  /** Default: the process's. */
  env?: Variables;
  /** Default: STACKHAND_CONFIG, else ./stackhand.yaml. */
  file?: string;
}

/** @throws ConfigError with every problem at once. */
export function loadConfig<R extends Role>(options: LoadOptions<R>): Config<R> {
  const { config, problems } = readConfig(options);
  if (!config) throw new ConfigError(problems);
  return config;
}

/** The environment alone, for what must work while stackhand.yaml is broken. @throws ConfigError */
export function loadEnvironment<R extends Role>({ role, env = systemEnvironment() }: LoadOptions<R>): EnvironmentOf<R> {
  const { environment, problems } = readEnvironment(role, env);
  if (!environment) throw new ConfigError(problems);
  return environment;
}

/** As loadConfig, for `doctor`, which goes on with what there is. */
export function readConfig<R extends Role>({
  role,
  env = systemEnvironment(),
  file,
}: LoadOptions<R>): {
  config?: Config<R>;
  environment?: EnvironmentOf<R>;
  problems: string[];
} {
  const { environment, problems } = readEnvironment(role, env);
  const path = file ?? (env.STACKHAND_CONFIG || 'stackhand.yaml');
  const yaml = readYaml(path);
  problems.push(...yaml.problems);
  if (!environment) return { problems };
  if (environment.ALERTS_TOKEN !== undefined && yaml.yaml && !yaml.yaml.alerts) {
    problems.push(`environment: ALERTS_TOKEN is set, and ${path} does not say where alerts go: add alerts.channel, or unset it`);
  }
  if (!yaml.yaml || problems.length > 0) return { environment, problems };
  const { locate, isWritten } = yaml;
  return {
    environment,
    problems,
    config: { ...yaml.yaml, environment, file: path, warnings: warnings(yaml.yaml, locate), locate, isWritten },
  };
}

/** Rules must be about commands that are there. @throws ConfigError */
export function checkAgainstRegistry(
  config: Pick<Config<Role>, 'locate' | 'isWritten'> & StackhandYaml,
  commands: readonly KnownCommand[],
): void {
  const problems = checkRulesAgainst(commands, config, config.locate, config.isWritten);
  if (problems.length > 0) throw new ConfigError(problems);
}

function readEnvironment<R extends Role>(role: R, env: Variables): { environment?: EnvironmentOf<R>; problems: string[] } {
  // A line such as `REDIS_URL=` in a copied .env is no value.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const problems = Object.keys(given)
    .filter((name) => name.startsWith('STACKHAND_') && !Object.hasOwn(Environment.shape, name))
    .map((name) => `environment: there is no ${name}${didYouMean(name, Object.keys(Environment.shape))}`);

  const parsed = ENVIRONMENT[role].safeParse(given);
  for (const issue of parsed.error?.issues ?? []) {
    const name = String(issue.path[0]);
    problems.push(`environment: ${name} ${explainVariable(issue, given[name])}`);
  }
  if (LISTENERS.has(role)) problems.push(...transportProblems(given));
  // The schema is the one of this role, which the compiler cannot see through the index.
  return parsed.success ? { environment: parsed.data as EnvironmentOf<R>, problems } : { problems };
}

/** How Slack reaches us is chosen by what it takes; a guess where both are there would surprise whoever meant the other one. */
function transportProblems({ SLACK_APP_TOKEN, SLACK_SIGNING_SECRET }: Variables): string[] {
  if (SLACK_APP_TOKEN !== undefined && SLACK_SIGNING_SECRET !== undefined) {
    return [
      'environment: SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are both set; remove SLACK_SIGNING_SECRET to listen by Socket Mode, or SLACK_APP_TOKEN to have Slack post to http.port',
    ];
  }
  if (SLACK_APP_TOKEN !== undefined || SLACK_SIGNING_SECRET !== undefined) return [];
  return [
    'environment: SLACK_APP_TOKEN (for Socket Mode) or SLACK_SIGNING_SECRET (for signed HTTP) is missing; .env.example says where to get them',
  ];
}

/** Never shows the value: whatever is in the environment may be secret. */
function explainVariable(issue: z.core.$ZodIssue, value: string | undefined): string {
  if (value === undefined) return 'is missing; .env.example says where to get it';
  if (issue.code === 'invalid_value') return `should be one of ${issue.values.map(String).join(', ')}`;
  return `should be ${issue.message}`;
}

function readYaml(path: string): {
  yaml?: StackhandYaml;
  problems: string[];
  locate(path: Path): string;
  isWritten(path: Path): boolean;
} {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return { problems: [`${path}: ${explainRead(error)}`], locate: () => path, isWritten: () => false };
  }
  const source = readSource(path, text);
  const isWritten = (at: Path): boolean => source.valueAt(at) !== undefined;
  const where = { locate: source.locate, isWritten };
  if (source.problems.length > 0) return { problems: source.problems, ...where };
  const parsed = StackhandYaml.safeParse(source.value);
  const problems = crossCheck(source);
  if (!parsed.success) {
    return { problems: inOrder([...explainIssues(parsed.error.issues, StackhandYaml, source), ...problems]), ...where };
  }
  problems.push(...checkDefaults(parsed.data, source.locate, isWritten));
  return problems.length > 0 ? { problems: inOrder(problems), ...where } : { yaml: parsed.data, problems, ...where };
}

/** By line. */
function inOrder(problems: readonly string[]): string[] {
  const line = (problem: string): number => Number(/:(\d+):/.exec(problem)?.[1] ?? 0);
  return problems.toSorted((a, b) => line(a) - line(b));
}

function explainRead(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') {
    return 'there is no such file; copy stackhand.example.yaml there, or name another with --config or STACKHAND_CONFIG';
  }
  return `cannot be read (${code === undefined ? shown(error) : String(code)})`;
}
