import { z } from 'zod';
import { argumentsOf, sameName } from './chat/arguments.ts';
import { reservedFor } from './chat/globals.ts';
import { partsOfName } from './chat/match.ts';
import type { Check } from './check.ts';
import type { Command } from './command.ts';
import type { Job } from './job.ts';

/** What stands in the way of a file's export being a command or a job; all of it at once. */
export type Read<T> = { value: T } | { problems: string[] };

const CALLABLE = z.custom<(...args: never[]) => unknown>((value) => typeof value === 'function', 'is not a function');
const SENTENCE = z.string('is missing').regex(/^[\p{Lu}\d`].*\.$/u, 'is not one sentence with a capital letter and a full stop');

const CommandFile = z.strictObject(
  {
    summary: SENTENCE,
    guide: z.string().min(1).optional(),
    examples: z.array(z.string().min(1), 'are missing').min(1, 'are missing'),
    aliases: z.array(z.string().regex(/^[a-z\d]+([ -][a-z\d]+)*$/, 'is not lower-case words')).optional(),
    args: z.custom<z.ZodObject>((value) => value instanceof z.ZodObject, 'is not a z.object'),
    positionals: z.array(z.string()).optional(),
    more: z.strictObject({ names: z.instanceof(RegExp), describe: z.string().min(1) }).optional(),
    completes: z.record(z.string(), z.string()).optional(),
    cloud: z.boolean().optional(),
    forAskerAlone: z.literal(true).optional(),
    effect: z.enum(['read', 'change', 'disruptive', 'destructive'], 'is not read, change, disruptive or destructive'),
    oneRegion: z.literal(true).optional(),
    run: CALLABLE.optional(),
    plan: CALLABLE.optional(),
    takesBack: CALLABLE.optional(),
    isNamed: CALLABLE.optional(),
    votes: z.number().int().min(1).optional(),
    payload: z.custom<z.ZodType>((value) => value instanceof z.ZodType, 'is not a zod schema').optional(),
    carryOut: CALLABLE.optional(),
    concerns: CALLABLE.optional(),
    stops: z.literal(true).optional(),
    asksCloud: z.literal(true).optional(),
    standsFor: CALLABLE.optional(),
  },
  {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? `unknown: ${issue.keys.join(', ')}` : 'the default export is not a command',
  },
);
type CommandFile = z.infer<typeof CommandFile>;

const JobFile = z.object(
  {
    payload: z.custom<z.ZodType>((value) => value instanceof z.ZodType, 'is not a zod schema'),
    run: CALLABLE,
    with: CALLABLE,
  },
  'the default export is not a job',
);

const CheckFile = z.strictObject({ everyMs: z.number().int().min(1_000), run: CALLABLE }, 'the default export is not a check');

/** @param words the chat words that the path stands for. */
export function asCommand(exported: unknown, words: string): Read<Command> {
  const shape = CommandFile.safeParse(exported);
  if (!shape.success) return { problems: shape.error.issues.map(problemOf) };
  // The shape is checked, and what is inside of args, run and plan was checked by defineCommand's types.
  const value = exported as Command;
  const problems = [
    ...wrongWork(shape.data),
    ...wrongNames(shape.data, value),
    ...wrongPositionals(value),
    ...wrongMore(shape.data),
    ...shape.data.examples
      .filter((example) => ![words, ...(shape.data.aliases ?? [])].some((claim) => startsWith(example, claim)))
      .map((example) => `example "${example}" is not a line of this command`),
  ];
  return problems.length > 0 ? { problems } : { value };
}

export function asCheck(exported: unknown): Read<{ check: Check }> {
  const shape = CheckFile.safeParse(exported);
  return shape.success ? { value: { check: exported as Check } } : { problems: shape.error.issues.map(problemOf) };
}

export function asJob(exported: unknown): Read<{ job: Job }> {
  const shape = JobFile.safeParse(exported);
  // The shape is checked, and that run takes the payload was checked by defineJob's types.
  return shape.success ? { value: { job: exported as Job } } : { problems: shape.error.issues.map(problemOf) };
}

/** Two files that claim the same words, by name or by alias. */
export function clashes(commands: readonly { file: string; words: string; command: Command }[]): string[] {
  const claims = new Map<string, string>();
  const problems: string[] = [];
  for (const { file, words, command } of commands) {
    for (const claim of [words, ...(command.aliases ?? [])].map((text) => partsOfName(text).join(' '))) {
      const other = claims.get(claim);
      if (other === undefined) claims.set(claim, file);
      else problems.push(other === file ? `${file}: claims "${claim}" twice` : `${other} and ${file} both claim "${claim}"`);
    }
  }
  return problems;
}

function wrongWork({ effect, run, plan, standsFor, cloud, ...own }: CommandFile): string[] {
  if (standsFor) {
    const alone = effect === 'read' && cloud === false && !run && !plan;
    return alone
      ? []
      : ['it stands for another line, so its effect is read, its cloud false, and it has neither `run` nor `plan`'];
  }
  const ofOwn = [own.votes, own.payload, own.carryOut].filter((part) => part !== undefined).length;
  if (ofOwn !== 0 && (ofOwn !== 3 || effect === 'read'))
    return ['`votes`, `payload` and `carryOut` go together, with an effect other than read'];
  if (effect === 'read') return run && !plan ? [] : ['effect is read, so it has `run` and no `plan`'];
  return plan && !run ? [] : [`effect is ${effect}, so it has \`plan\` and no \`run\``];
}

function wrongNames({ args, positionals = [], completes = {} }: CommandFile, command: Command): string[] {
  const known = new Set(Object.keys(args.shape));
  const problems = [
    ...positionals.filter((name) => !known.has(name)).map((name) => `positionals has "${name}", which args has not`),
    ...Object.keys(completes)
      .filter((name) => !known.has(name))
      .map((name) => `completes has "${name}", which args has not`),
  ];
  const seen = new Map(reservedFor(command).map(({ name }) => [sameName(name), 'an option that every command takes']));
  for (const { name } of argumentsOf(command)) {
    if (!/^[a-z][\w]*$/i.test(name)) problems.push(`argument "${name}" cannot be typed; letters, digits and _ only`);
    const other = seen.get(sameName(name));
    if (other) problems.push(`argument "${name}" is typed as ${other}`);
    seen.set(sameName(name), `"${name}"`);
  }
  return problems;
}

function wrongPositionals(command: Command): string[] {
  const positionals = argumentsOf(command)
    .filter(({ position }) => position !== undefined)
    .sort((a, b) => (a.position ?? 0) - (b.position ?? 0));
  return positionals.flatMap(({ name, list, kind, required }, index) => [
    ...(list && index < positionals.length - 1 ? [`positional "${name}" takes a list, so it comes last`] : []),
    ...(kind === 'flag' ? [`positional "${name}" is a flag; flags go by name`] : []),
    ...(required && positionals.slice(0, index).some((before) => !before.required)
      ? [`positional "${name}" is required and stands behind an optional one`]
      : []),
  ]);
}

function wrongMore({ more, args }: CommandFile): string[] {
  if (!more) return [];
  const { catchall } = args.def;
  return [
    ...(catchall === undefined || catchall instanceof z.ZodNever ? ['`more` needs args with a catchall'] : []),
    ...(more.names.global || more.names.sticky ? ['`more.names` keeps a state with the flags g and y'] : []),
  ];
}

function startsWith(line: string, claim: string): boolean {
  return ` ${partsOfName(line).join(' ')} `.startsWith(` ${partsOfName(claim).join(' ')} `);
}

function problemOf({ path, message }: { path: PropertyKey[]; message: string }): string {
  return path.length === 0 ? message : `${path.join('.')} ${message}`;
}
