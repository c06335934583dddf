import { parseArgs } from 'node:util';

export const USAGE = `Stackhand runs an OpenStack cloud from Slack.

Usage: stackhand <command> [--config FILE]

  start [--role gateway|worker]     run the service, by default both roles
  run "<line>" [--no-wait]          send a line as in Slack, and wait for its end
  approve R-1042                    show a plan that waits for votes, and vote for it
  deny R-1042 [--reason "<why>"]    show it, and vote against it
    [--plan HASH [--yes]]           only on the plan that has this hash on its card; --yes asks nothing
  break-glass R-1042                go on with your own plan without votes, where the policy allows it and nobody answers
    [--reason "<why>"]              shows it, and asks for its target
  doctor                            look at everything that has to be right, and say how to mend it
  audit verify [--head HASH]        check that nobody has changed the audit, and that it holds this head
  audit export                      write the audit to standard output, oldest first
    [--from DAY] [--to DAY]         what was closed on these days (2026-11-23, in UTC) and what is open
    [--request R-1042]              one request alone
    [--format jsonl|csv]            by default jsonl
  version
  help                              this; stackhand run help shows what a line can say

--config names stackhand.yaml (default: STACKHAND_CONFIG, else ./stackhand.yaml).

Exit status of run: 0 answered, done or nothing to do (with --no-wait: taken); 1 refused, rejected, failed or not whole;
3 still open, after Ctrl-C. Of approve, deny and break-glass: 0 it counts, 1 it does not, 3 not known yet. Of doctor and audit:
0 all well, 1 something is wrong or missing. 2: not understood.
`;

const OPTIONS = {
  config: { type: 'string' },
  wait: { type: 'boolean' },
  'no-wait': { type: 'boolean' },
  reason: { type: 'string' },
  plan: { type: 'string' },
  yes: { type: 'boolean' },
  head: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  request: { type: 'string' },
  format: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

type OptionName = keyof typeof OPTIONS;
export type Options = { [K in OptionName]?: (typeof OPTIONS)[K]['type'] extends 'boolean' ? boolean : string };

/** What each command takes besides its own words. */
const COMMANDS = {
  help: { options: [] },
  version: { options: [] },
  doctor: { options: [] },
  run: { argument: 'a line: stackhand run "quota show demo"', options: ['wait', 'no-wait'] },
  approve: { argument: 'the number of a request: stackhand approve R-1042', options: ['plan', 'yes'] },
  deny: { argument: 'the number of a request: stackhand deny R-1042', options: ['reason', 'plan', 'yes'] },
  'break-glass': { argument: 'the number of a request: stackhand break-glass R-1042', options: ['reason'] },
  'audit verify': { options: ['head'] },
  'audit export': { options: ['from', 'to', 'request', 'format'] },
} as const satisfies Record<string, { argument?: string; options: readonly OptionName[] }>;

export type CommandName = keyof typeof COMMANDS;

export interface CommandLine {
  command: CommandName;
  /** Empty where the command takes none. */
  argument: string;
  options: Options;
}

/** @returns the words as they are meant, or what is wrong with them. */
export function readCommandLine(args: readonly string[]): CommandLine | string {
  const parsed = parse(args);
  if (typeof parsed === 'string') return parsed;
  const { words, options } = parsed;
  const [first = 'help', ...rest] = options.help ? ['help'] : options.version ? ['version'] : words;
  const isLong = first === 'audit' && rest.length > 0;
  const command = isLong ? `${first} ${rest[0]}` : first;
  if (!isCommand(command)) return `there is no ${JSON.stringify(command)}`;
  const takes: { argument?: string; options: readonly OptionName[] } = COMMANDS[command];
  const [argument, ...extra] = [...(takes.argument === undefined ? [''] : []), ...rest.slice(isLong ? 1 : 0)];
  if (argument === undefined) return `${command} takes ${takes.argument}`;
  if (command === 'run' && extra.length > 0) return 'put the line into quotes: stackhand run "quota show demo"';
  if (extra[0] !== undefined) return `${command} takes no ${JSON.stringify(extra[0])}`;
  const everywhere: readonly string[] = ['config', 'help', 'version'];
  const other = Object.keys(options).find((name) => !everywhere.includes(name) && !takes.options.some((own) => own === name));
  return other === undefined || options.help ? { command, argument, options } : `${command} takes no --${other}`;
}

function parse(args: readonly string[]): { words: string[]; options: Options } | string {
  try {
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
    return { words: positionals, options: values };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function isCommand(word: string): word is CommandName {
  return Object.hasOwn(COMMANDS, word);
}
