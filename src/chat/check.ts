import type { z } from 'zod';
import type { ArgsSchema } from '../command.ts';
import { code } from '../reply.ts';
import type { Argument } from './arguments.ts';
import type { Bound } from './bind.ts';
import { echo } from './echo.ts';
import { didYouMean, nearest } from './suggest.ts';

/** What is wrong, in a sentence. `argument`: by the schema's name, where it is about one. */
export interface Problem {
  argument?: string;
  text: string;
}

/** Holds what was bound to the command's schema: missing ones by what they are, wrong ones by what is wrong and what to type. */
export function check(
  schema: ArgsSchema,
  args: readonly Argument[],
  values: Bound['values'],
): { args: Record<string, unknown>; problems: Problem[] } {
  const missing = args.filter(({ name, required }) => required && !values.has(name));
  const raw = Object.fromEntries([...values].map(([name, value]) => [name, prepared(args, name, value)]));
  const result = schema.safeParse(raw, { error: inPlainWords });
  const problems: Problem[] = missing.map((argument) => ({ argument: argument.name, text: missingArgument(argument) }));
  for (const issue of result.error?.issues ?? []) {
    const name = String(issue.path[0] ?? '');
    if (missing.some((argument) => argument.name === name)) continue;
    const typed = args.find((argument) => argument.name === name)?.typed ?? name;
    const message = sentence(messageOf(issue));
    problems.push(name === '' ? { text: message } : { argument: name, text: `${code(typed)}: ${message}` });
  }
  const first = new Map(problems.map((problem) => [problem.text, problem]));
  return { args: result.data ?? {}, problems: [...first.values()] };
}

function missingArgument({ typed, description, choices, title, position }: Argument): string {
  const what = [description, choices.length > 0 ? `one of ${choices.map(code).join(', ')}` : undefined]
    .filter((part) => part)
    .join(', ');
  const how = position === undefined ? `; type ${code(`--${typed} <${title}>`)}` : '';
  return `${code(typed)} is missing${what === '' ? '' : `: ${what}`}${how}.`;
}

/** Numbers as numbers and choices in the schema's own case; all else is the schema's to read. */
function prepared(args: readonly Argument[], name: string, value: string | string[] | boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => prepared(args, name, item));
  const argument = args.find((candidate) => candidate.name === name);
  if (typeof value !== 'string' || !argument) return value;
  if (argument.kind === 'number' && /^[+-]?\d+(\.\d+)?$/.test(value)) return Number(value);
  if (argument.kind !== 'choice') return value;
  return argument.choices.find((choice) => choice.toLowerCase() === value.toLowerCase()) ?? value;
}

/** A union's reason is the last one that a schema of ours wrote. */
function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_union') return issue.message;
  const own = issue.errors
    .flat()
    .map(messageOf)
    .filter((message) => message !== NOT_RIGHT);
  return own.at(-1) ?? issue.message;
}

const NOT_RIGHT = 'this is not a value it takes';

/** zod's own messages in words for operators; what a schema says itself comes first in any case. */
function inPlainWords(issue: z.core.$ZodRawIssue): string {
  const given = typeof issue.input === 'string' || typeof issue.input === 'number' ? echo(issue.input) : 'this';
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'number' || issue.expected === 'int' ? `${given} is not a number; type digits only` : NOT_RIGHT;
    case 'invalid_value': {
      const values = issue.values.map(String);
      return `${given} is not one of ${values.map(code).join(', ')}${didYouMean(nearest(String(issue.input), values))}`;
    }
    case 'too_small':
      return `${given} is too ${issue.origin === 'string' ? 'short' : 'small'}; type ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}${unit(issue.origin)}`;
    case 'too_big':
      return `${given} is too ${issue.origin === 'string' ? 'long' : 'big'}; type ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}${unit(issue.origin)}`;
    case 'invalid_format':
      return `${given} is not a valid ${issue.format === 'regex' ? 'value' : issue.format}`;
    case 'not_multiple_of':
      return `${given} is not a multiple of ${issue.divisor}`;
    default:
      return NOT_RIGHT;
  }
}

function unit(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' ? ' of them' : '';
}

function sentence(message: string): string {
  return /[.?!]$/.test(message) ? message : `${message}.`;
}
