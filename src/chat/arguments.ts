import { z } from 'zod';
import type { ArgsSchema, Command } from '../command.ts';
import { Flag } from './values.ts';

/** One argument of a command, as far as people see it; read from the command's schema. */
export interface Argument {
  /** As the schema has it: `volumeType`. */
  name: string;
  /** As people type it: `volume-type`. */
  typed: string;
  kind: 'flag' | 'number' | 'choice' | 'text';
  /** Takes several values: repeated, or with commas. */
  list: boolean;
  required: boolean;
  /** Stands for the value in a usage line. */
  title: string;
  description?: string;
  choices: string[];
  /** What it is where it is left out. */
  fallback?: unknown;
  /** Place among those that need no name. */
  position?: number;
  /** It is understood, and the command has no use for it: nobody is to be taught it. */
  misplaced?: true;
}

export function argumentsOf(command: Command): Argument[] {
  const schema: ArgsSchema = command.args;
  const positionals: readonly string[] = command.positionals ?? [];
  return Object.entries(schema.shape).map(([name, type]) => {
    const seen = lookInto(type);
    const element = seen.innermost instanceof z.ZodArray ? lookInto(seen.innermost.element) : undefined;
    const value = element ?? seen;
    const description = seen.description ?? element?.description;
    const position = positionals.indexOf(name);
    return {
      name,
      typed: typedName(name),
      ...kindOf(value.innermost, value.title),
      list: element !== undefined,
      required: !z.safeParse(type, undefined).success,
      title: seen.title ?? value.title ?? typedName(name),
      ...(description === undefined ? {} : { description }),
      ...(seen.fallback === undefined ? {} : { fallback: seen.fallback }),
      ...(position < 0 ? {} : { position }),
    };
  });
}

/** `volumeType`, `volume_type` → `volume-type`. */
export function typedName(name: string): string {
  return name
    .replace(/(?<=[a-z\d])[A-Z]/g, '-$&')
    .replaceAll('_', '-')
    .toLowerCase();
}

/** Names are the same whatever their case, hyphens and underscores. */
export function sameName(name: string): string {
  return name.replace(/[-_]/g, '').toLowerCase();
}

interface Seen {
  innermost: z.core.$ZodType;
  description?: string;
  title?: string;
  fallback?: unknown;
}

/** Through optional, default, transform and the like, down to what is typed; the outermost description and title win. */
function lookInto(type: z.core.$ZodType): Seen {
  const { description, title } = z.globalRegistry.get(type) ?? {};
  const own = { ...(description === undefined ? {} : { description }), ...(title === undefined ? {} : { title }) };
  const inner = innerOf(type);
  if (!inner) return { innermost: type, ...own };
  const fallback = type instanceof z.ZodDefault || type instanceof z.ZodPrefault ? { fallback: type.def.defaultValue } : {};
  return { ...lookInto(inner), ...fallback, ...own };
}

function innerOf(type: z.core.$ZodType): z.core.$ZodType | undefined {
  if (type instanceof z.ZodPipe) return type.in instanceof z.ZodTransform ? type.out : type.in;
  if (
    type instanceof z.ZodOptional ||
    type instanceof z.ZodNullable ||
    type instanceof z.ZodDefault ||
    type instanceof z.ZodPrefault ||
    type instanceof z.ZodNonOptional ||
    type instanceof z.ZodReadonly ||
    type instanceof z.ZodCatch
  ) {
    return type.def.innerType;
  }
  return undefined;
}

function kindOf(type: z.core.$ZodType, title: string | undefined): Pick<Argument, 'kind' | 'choices'> {
  if (type instanceof z.ZodBoolean || title === FLAG_TITLE) return { kind: 'flag', choices: [] };
  if (type instanceof z.ZodNumber) return { kind: 'number', choices: [] };
  if (type instanceof z.ZodEnum) return { kind: 'choice', choices: type.options.map(String) };
  if (type instanceof z.ZodLiteral) return { kind: 'choice', choices: [...type.values].map(String) };
  return { kind: 'text', choices: [] };
}

const FLAG_TITLE = z.globalRegistry.get(Flag)?.title;
