import { z } from 'zod';
import type { Path, Source } from './source.ts';
import { didYouMean, shown } from './suggest.ts';

/** What zod found, each as one line that says where it stands, what is wrong, and what was meant. */
export function explainIssues(issues: readonly z.core.$ZodIssue[], schema: z.ZodType, source: Where): string[] {
  return issues.flatMap((issue) => explainIssue(issue, schema, source));
}

type Where = Pick<Source, 'locate' | 'valueAt'>;

function explainIssue(issue: z.core.$ZodIssue, schema: z.ZodType, source: Where): string[] {
  const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
  const where = source.locate(path);
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path);
    return issue.keys.map((key) => `${source.locate([...path, key])}: there is no such key here${didYouMean(key, known)}`);
  }
  if (issue.code === 'invalid_key') {
    return issue.issues.map((inner) => `${where}: ${shown(path.at(-1))} should be ${inner.message}`);
  }
  const value = source.valueAt(path);
  if (value === undefined) return [`${where}: is missing`];
  return [`${where}: ${whatIsWrong(issue, value)}`];
}

function whatIsWrong(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return `should be ${KINDS[issue.expected] ?? issue.expected}, and is ${kindOf(value)}${quotesHelp(issue.expected, value)}`;
    case 'invalid_value': {
      const values = issue.values.map(String);
      if (values.length === 1) return `should be ${values[0]}, or left out`;
      return `${shown(value)} is none of ${values.join(', ')}${didYouMean(String(value), values)}`;
    }
    case 'invalid_format':
      return `${shown(value)} should be ${issue.message}`;
    case 'too_small':
      return issue.origin === 'number' ? `should be at least ${issue.minimum}` : 'should not be empty';
    case 'too_big':
      return `should be at most ${issue.maximum}`;
    default:
      return issue.message;
  }
}

const KINDS: Record<string, string> = {
  array: 'a list',
  object: 'a map of keys and values',
  record: 'a map of keys and values',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

function kindOf(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map of keys and values';
  return typeof value === 'string' ? 'text' : `the ${typeof value} ${shown(value)}`;
}

function quotesHelp(expected: string, value: unknown): string {
  return expected === 'string' && (typeof value === 'number' || typeof value === 'boolean') ? '; put it in quotes' : '';
}

/** The keys that the schema knows at a path. */
function keysAt(schema: z.ZodType, path: Path): string[] {
  let here: unknown = bare(schema);
  for (const step of path) {
    if (here instanceof z.ZodObject) here = bare(here.shape[String(step)]);
    else if (here instanceof z.ZodArray) here = bare(here.element);
    else if (here instanceof z.ZodRecord) here = bare(here.valueType);
    else return [];
  }
  return here instanceof z.ZodObject ? Object.keys(here.shape) : [];
}

function bare(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return bare(schema.unwrap());
  }
  return schema;
}
