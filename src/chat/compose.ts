import type { NamedCommand } from '../registry.ts';
import { type Argument, argumentsOf } from './arguments.ts';
import { globalArguments } from './globals.ts';
import { quote } from './tokenize.ts';

/** What was typed for each argument, by the schema's name; options that every command takes among them. */
export type Typed = ReadonlyMap<string, string | string[] | boolean>;

/** The line that says just this: the command's own name, arguments that need no name in their order, then all others by name. */
export function composeLine(named: NamedCommand, values: Typed): string {
  const own = argumentsOf(named.command);
  const known = [...own, ...globalArguments(named.command)];
  // Names beyond the schema's are as they were typed.
  const typedName = (name: string): string => known.find((argument) => argument.name === name)?.typed ?? name;
  const bare = bareOnes(own, values);
  const others = [...values].filter(([name]) => !bare.some((argument) => argument.name === name));
  return [
    named.name,
    ...bare.flatMap(({ name }) => textsOf(values.get(name)).map(quote)),
    ...others.flatMap(([name, value]) => byName(typedName(name), value)),
  ].join(' ');
}

/** Arguments without a name come one after the other: behind the first that is left out, the rest go by name. */
function bareOnes(own: readonly Argument[], values: Typed): Argument[] {
  const byPlace = own.filter(({ position }) => position !== undefined).sort((a, b) => (a.position ?? 0) - (b.position ?? 0));
  const gap = byPlace.findIndex(({ name }) => textsOf(values.get(name)).length === 0);
  return gap === -1 ? byPlace : byPlace.slice(0, gap);
}

function textsOf(value: string | string[] | boolean | undefined): string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value : [];
}

function byName(name: string, value: string | string[] | boolean): string[] {
  if (typeof value === 'boolean') return value ? [`--${name}`] : [`${name}=no`];
  // Each by itself, since a comma in quotes separates nothing.
  return textsOf(value).map((text) => `${name}=${text === '' ? '""' : quote(text)}`);
}
