import { code } from '../reply.ts';
import { type Argument, sameName } from './arguments.ts';
import { echo } from './echo.ts';
import { noteOf, standardWord } from './match.ts';
import { didYouMean, nearest } from './suggest.ts';
import { isOption, splitName, type Word } from './tokenize.ts';
import { readFlag } from './values.ts';

/** What the words after a command's name say; nothing in here is checked against the schema yet. */
export interface Bound {
  /** By the schema's name. */
  values: Map<string, string | string[] | boolean>;
  problems: string[];
  notes: string[];
}

interface Takes {
  args: readonly Argument[];
  /** Names beyond these. */
  more?: RegExp;
}

interface Binding extends Bound, Takes {
  /** Words without a name, in order. */
  bare: { word: Word; follows: string | undefined }[];
}

/** Gives every word to exactly one argument, or says why it cannot. Never guesses. */
export function bind(words: readonly Word[], takes: Takes): Bound {
  const binding: Binding = { ...takes, values: new Map(), problems: [], notes: [], bare: [] };
  let follows: string | undefined;
  let optionsEnded = false;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at];
    if (!word) break;
    if (!optionsEnded && word.quoted === 'no' && word.text === '--') {
      optionsEnded = true;
      continue;
    }
    const { name, value } = optionsEnded || word.quoted === 'whole' ? { value: word.text } : nameIn(word);
    if (name === undefined) {
      binding.bare.push({ word, follows });
      continue;
    }
    const argument = findArgument(binding, name);
    if (!argument) at += unknownName(binding, word, name, value === undefined ? words[at + 1] : undefined);
    else if (argument.kind === 'flag') addFlag(binding, argument, value);
    else if (value !== undefined) addNamed(binding, argument, word, value);
    else at += addNext(binding, argument, words[at + 1]);
    follows = argument?.kind === 'text' && argument.position === undefined ? argument.typed : undefined;
  }
  bindBare(binding);
  return binding;
}

/** The name a word begins with; `value` is undefined for `--name`, whose value is the next word. */
function nameIn({ text }: Word): { name?: string; value?: string } {
  const { name, value } = splitName(text);
  if (name !== undefined) return { name, value };
  return isOption(text) ? { name: text } : { value };
}

function findArgument(binding: Binding, typed: string): Argument | undefined {
  const { argument, note } = lookUp(binding, typed);
  if (note) binding.notes.push(note);
  return argument;
}

function lookUp({ args, more }: Takes, typed: string): { argument?: Argument; note?: string } {
  const name = typed.replace(/^-+/, '');
  const known = argumentCalled(args, name);
  if (known) return { argument: known };
  if (more?.test(name)) {
    return { argument: { name, typed: name, kind: 'text', list: false, required: false, title: 'value', choices: [] } };
  }
  const standard = standardWord(name.replaceAll(/[-_]/g, ' '));
  const renamed = standard === undefined ? undefined : argumentCalled(args, standard.replaceAll(' ', '-'));
  return renamed && standard ? { argument: renamed, note: noteOf(name, standard) } : {};
}

function argumentCalled(args: readonly Argument[], name: string): Argument | undefined {
  return args.find((argument) => sameName(argument.name) === sameName(name));
}

/** @returns how many further words belong to it, so that its value is not taken for another argument's. */
function unknownName(binding: Binding, word: Word, name: string, next: Word | undefined): number {
  const all = binding.args.filter(({ misplaced }) => !misplaced).map((argument) => argument.typed);
  const near = nearest(name.replace(/^-+/, ''), all);
  const asValue = name.startsWith('-') ? '' : `; a value that looks like this goes in quotes: ${echo(`"${word.text}"`)}`;
  const instead =
    near.length > 0 ? didYouMean(near) : `; there ${all.length === 1 ? 'is' : 'are'} ${all.map(code).join(', ')}${asValue}.`;
  binding.problems.push(`${echo(name)} is not an argument here${instead}`);
  const nearFlag = binding.args.some((argument) => argument.typed === near[0] && argument.kind === 'flag');
  return next && !nearFlag && !startsArgument(binding, next) ? 1 : 0;
}

function startsArgument(binding: Takes, word: Word): boolean {
  if (word.quoted === 'whole') return false;
  const { name, value } = nameIn(word);
  if (name === undefined) return word.text === '--';
  return value === undefined || name.startsWith('-') || lookUp(binding, name).argument !== undefined;
}

function addFlag(binding: Binding, argument: Argument, value: string | undefined): void {
  const flag = value === undefined ? true : readFlag(value);
  if (flag === undefined) {
    binding.problems.push(
      `${code(argument.typed)}: ${echo(value ?? '')} is neither yes nor no; type ${code(`--${argument.typed}`)} or leave it out.`,
    );
  } else if (binding.values.has(argument.name)) givenTwice(binding, argument);
  else binding.values.set(argument.name, flag);
}

function addNamed(binding: Binding, argument: Argument, word: Word, value: string): void {
  if (value === '' && word.quoted === 'no') {
    binding.problems.push(`${echo(word.raw)} has no value; type it right behind the \`=\`, without a space.`);
  } else add(binding, argument, value, word.quoted !== 'no');
}

/** `--name value`. @returns how many words it took. */
function addNext(binding: Binding, argument: Argument, next: Word | undefined): number {
  if (!next || startsArgument(binding, next)) {
    const but = next ? `, and ${echo(next.raw)} is none; a value that looks like an option goes in quotes` : '';
    binding.problems.push(
      `${code(`--${argument.typed}`)} needs a value${but}: ${code(`--${argument.typed} "${argument.title}"`)}.`,
    );
    return 0;
  }
  add(binding, argument, next.text, next.quoted !== 'no');
  return 1;
}

function add(binding: Binding, argument: Argument, value: string, quoted: boolean): void {
  const before = binding.values.get(argument.name);
  if (!argument.list) {
    if (before === undefined) binding.values.set(argument.name, value);
    else givenTwice(binding, argument);
    return;
  }
  const items = quoted ? [value] : value.split(',');
  if (items.includes('') && !quoted) {
    binding.problems.push(
      `${code(argument.typed)}: ${echo(value)} has an empty item; type the items with commas and without spaces: ${code('a,b')}.`,
    );
  }
  binding.values.set(argument.name, [...(Array.isArray(before) ? before : []), ...items]);
}

function givenTwice({ problems }: Binding, { typed }: Argument): void {
  problems.push(`${code(typed)} is given twice; type it once.`);
}

/** The first word without a name is always the first positional argument's, whatever else is named: no word moves to another's place. */
function bindBare(binding: Binding): void {
  const byPlace = binding.args
    .filter(({ position }) => position !== undefined)
    .sort((a, b) => (a.position ?? 0) - (b.position ?? 0));
  const last = byPlace.at(-1);
  for (const [index, { word, follows }] of binding.bare.entries()) {
    const argument = byPlace[index] ?? (last?.list ? last : undefined);
    if (!argument) binding.problems.push(surplus(word, follows));
    else if (argument.kind === 'flag') addFlag(binding, argument, word.text);
    else add(binding, argument, word.text, word.quoted !== 'no');
  }
}

function surplus({ raw }: Word, follows: string | undefined): string {
  const hint =
    follows === undefined
      ? 'leave it out, or give it a name'
      : `text with spaces goes in quotes, as in ${code(`--${follows} "two words"`)}`;
  return `${echo(raw)} is one word too many; ${hint}.`;
}
