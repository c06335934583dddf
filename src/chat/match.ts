import { isOwnChange, isStandIn } from '../command.ts';
import type { NamedCommand, Registry } from '../registry.ts';
import { code } from '../reply.ts';
import { echo } from './echo.ts';
import { didYouMean, nearest } from './suggest.ts';
import { splitName, tokenize, type Word } from './tokenize.ts';

/** Words that older releases and other clouds use, and OpenStack's own for them. Keys in the singular. */
const STANDARD: Record<string, string> = {
  instance: 'server',
  vm: 'server',
  guest: 'server',
  'virtual server': 'server',
  'virtual machine': 'server',
  tenant: 'project',
  fip: 'floating ip',
  'public ip': 'floating ip',
  'instance type': 'flavor',
  flavour: 'flavor',
  secgroup: 'security group',
  az: 'availability zone',
  bucket: 'container',
  reimage: 'rebuild',
};

export interface Match {
  named: NamedCommand;
  /** How many of the line's words name the command. */
  used: number;
  notes: string[];
}

/** A part of a word: `console-log` has two. `word` is the place of the word in the line. */
interface Part {
  text: string;
  word: number;
  note?: string;
}

/**
 * The command with the most words that the line begins with; hyphens and spaces are alike. Undefined where there is none, and where the
 * line goes on as a longer command's name does (`console log web-1` is not the command `console` on a server named `log`).
 */
export function matchCommand(words: readonly Word[], registry: Registry): Match | undefined {
  const typed = partsOf(words);
  for (const parts of [typed, standardParts(typed)]) {
    const best = claims(registry)
      .filter(({ claim }) => beginsWith(parts, claim))
      .sort((a, b) => b.claim.length - a.claim.length)[0];
    if (!best) continue;
    if (goesOn(parts, best, registry)) return undefined;
    const named = parts.slice(0, best.claim.length);
    const notes = new Set(named.flatMap(({ note }) => (note === undefined ? [] : [note])));
    return { named: best.named, used: (named.at(-1)?.word ?? -1) + 1, notes: [...notes] };
  }
  return undefined;
}

/** Whether a line has to ask OpenStack something. What is no command needs nobody. */
export function needsCloud(line: string, registry: Registry): boolean {
  const command = commandOf(line, registry);
  if (command === undefined || isOwnChange(command)) return false;
  return command.cloud !== false || isStandIn(command) || ('asksCloud' in command && command.asksCloud === true);
}

/** Whether a line stops something, so that it is taken even when Redis is nearly full. */
export function stops(line: string, registry: Registry): boolean {
  const command = commandOf(line, registry);
  return command !== undefined && 'stops' in command && command.stops === true;
}

function commandOf(line: string, registry: Registry): NamedCommand['command'] | undefined {
  try {
    return matchCommand(tokenize(line), registry)?.named.command;
  } catch {
    return undefined;
  }
}

/** What to say where no command matches; only of commands that the asker may use. */
export function unknownCommand(words: readonly Word[], registry: Registry, mayUse: (name: string) => boolean): string {
  const allowed = claims(registry).filter(({ named }) => mayUse(named.name));
  const parts = standardParts(partsOf(words)).map(({ text }) => text);
  const typed = words.slice(0, 3).map(({ raw }) => raw);
  const isNone = typed.length === 0 ? 'There is no command in this line.' : `${echo(typed.join(' '))} is not a command`;
  if (parts.length === 0) return `${isNone.replace(/\.$/, '')}. Type the command's words first; \`help\` lists them.`;
  const ofObject = allowed.filter(({ claim }) => claim.length > 1 && claim[0] === parts[0]);
  const near = ofObject.length > 0 ? nearestActions(parts, ofObject) : nearestCommands(parts, allowed);
  if (near.length > 0) return `${isNone}${didYouMean(near)} Type \`help ${near[0]}\` for how it is used.`;
  if (ofObject.length === 0) return `${isNone}. Type \`help\` for those you may use.`;
  const names = [...new Set(ofObject.map(({ claim }) => claim.join(' ')))];
  const more = names.length > 6 ? ` and ${names.length - 6} more` : '';
  return `${isNone}. With ${echo(parts[0] ?? '')} there are ${names.slice(0, 6).map(code).join(', ')}${more}. Type \`help ${parts[0]}\` for what they do.`;
}

/** Commands whose names begin with these words; old words stand for OpenStack's. */
export function commandsBeginningWith(words: readonly Word[], registry: Registry): NamedCommand[] {
  const typed = partsOf(words);
  return registry.commands.filter(({ name }) => {
    const claim = partsOfName(name);
    return [typed, standardParts(typed)].some(
      (parts) => parts.length > 0 && parts.every(({ text }, index) => claim[index] === text),
    );
  });
}

/** OpenStack's word for an older one, or undefined. */
export function standardWord(word: string): string | undefined {
  const plain = word.toLowerCase();
  const singular = plain.replace(/s$/, '');
  const key = Object.hasOwn(STANDARD, plain) ? plain : singular;
  return Object.hasOwn(STANDARD, key) ? STANDARD[key] : undefined;
}

export function noteOf(old: string, standard: string): string {
  return `OpenStack's word for ${echo(old)} is ${code(standard)}.`;
}

/** `Console-Log  show` → `console`, `log`, `show`. */
export function partsOfName(name: string): string[] {
  return name
    .toLowerCase()
    .split(/[\s_-]+/)
    .filter((part) => part !== '');
}

/** Words by which a command is called: its name, or an alias. */
interface Claim {
  named: NamedCommand;
  claim: string[];
}

function claims(registry: Registry): Claim[] {
  return registry.commands.flatMap((named) =>
    [named.name, ...(named.command.aliases ?? [])].map((name) => ({ named, claim: partsOfName(name) })),
  );
}

function partsOf(words: readonly Word[]): Part[] {
  const parts: Part[] = [];
  for (const [word, { text, quoted }] of words.entries()) {
    if (quoted !== 'no' || text.startsWith('-') || splitName(text).name !== undefined) break;
    parts.push(...partsOfName(text).map((part) => ({ text: part, word })));
    if (parts.length > 12) break;
  }
  return parts;
}

function standardParts(parts: readonly Part[]): Part[] {
  const standard: Part[] = [];
  for (let at = 0; at < parts.length; ) {
    const [length, old] = [2, 1]
      .map((n) => [n, textOf(parts.slice(at, at + n))] as const)
      .find(([, text]) => standardWord(text)) ?? [0, ''];
    const word = parts[at + Math.max(length, 1) - 1]?.word ?? 0;
    if (length === 0) standard.push(...parts.slice(at, at + 1));
    for (const text of length === 0 ? [] : partsOfName(standardWord(old) ?? '')) {
      standard.push({ text, word, note: noteOf(old, standardWord(old) ?? '') });
    }
    at += Math.max(length, 1);
  }
  return standard;
}

function textOf(parts: readonly Part[]): string {
  return parts.map(({ text }) => text).join(' ');
}

/** Whether the claim's words come first and end where a word of the line ends. */
function beginsWith(parts: readonly Part[], claim: readonly string[]): boolean {
  if (!claim.every((part, index) => parts[index]?.text === part)) return false;
  return parts[claim.length]?.word !== parts[claim.length - 1]?.word;
}

function goesOn(parts: readonly Part[], { claim }: Claim, registry: Registry): boolean {
  const next = parts[claim.length]?.text;
  if (next === undefined) return false;
  return claims(registry).some(
    (other) =>
      other.claim.length > claim.length &&
      other.claim[claim.length] === next &&
      claim.every((part, index) => other.claim[index] === part),
  );
}

/** The object is right: of those that share most words with what was typed, the ones that go on alike. */
function nearestActions(parts: readonly string[], ofObject: readonly Claim[]): string[] {
  const shared = ofObject.map(({ claim }) => ({ claim, same: claim.findIndex((part, index) => part !== parts[index]) }));
  const most = Math.max(...shared.map(({ same }) => same));
  const pool = shared.filter(({ same }) => same === most).map(({ claim }) => claim);
  const rests = [3, 2, 1].map((length) => parts.slice(most, most + length).join(' ')).filter((rest) => rest !== '');
  const near = new Set(
    rests.flatMap((rest) =>
      nearest(
        rest,
        pool.map((claim) => claim.slice(most).join(' ')),
      ),
    ),
  );
  const found = pool.filter((claim) => near.has(claim.slice(most).join(' ')));
  return (found.length === 0 && most > 1 ? pool : found).slice(0, 3).map((claim) => claim.join(' '));
}

function nearestCommands(parts: readonly string[], allowed: readonly Claim[]): string[] {
  const names = allowed.map(({ claim }) => claim.join(' '));
  const typed = [4, 3, 2, 1].map((length) => parts.slice(0, length).join(' '));
  return [...new Set(typed.flatMap((text) => nearest(text, names)))].slice(0, 3);
}
