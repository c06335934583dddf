import { distance } from 'fastest-levenshtein';
import { type Choice, UserError } from '../errors.ts';
import { code, count, unticked } from '../reply.ts';
import { LOOKS_LIKE_ID, type Target } from '../target.ts';
import { unlessGone } from './gone.ts';
import type { Session } from './session.ts';

/** Something that lines name by ID, by exact name or by the beginning of an ID. */
export interface Kind<T extends Named> {
  /** `project`, `server` */
  one: string;
  /** By its whole ID. `not_found` where there is none. */
  get(os: Session, id: string): Promise<T>;
  /** All of exactly this name. */
  named(os: Session, name: string): Promise<T[]>;
  /** All there are: for the beginning of an ID, an ID of another form, and, where `offersNear`, for names that were nearly typed. */
  all(os: Session): Promise<Named[]>;
  offersNear?: boolean;
  /** What the policy knows them as; looked up only where several are to be offered. */
  targets(os: Session): Promise<(thing: T) => Target>;
  /** What tells several of one name apart: "in domain `research`". */
  apart(os: Session, things: readonly T[]): Promise<(thing: T) => string>;
  /** What to type where several have the name. */
  instead?: string;
  /** Said where there is none, up to the full stop. */
  none?(text: string): string;
}

export interface Named {
  id: string;
  name: string;
}

/** The beginning of one; shorter ones would find too much. */
const LOOKS_LIKE_BEGINNING = /^[0-9a-f][0-9a-f-]{3,34}$/i;
const MOST_CANDIDATES = 10;

/**
 * The one thing that a text from chat means: its ID, its exact name, or the beginning of one ID alone. UserError where there is none
 * or more than one, with what was near as choices. What the asker may not touch is not offered: what a name hides they may not learn from
 * a mistake.
 */
export async function resolve<T extends Named>(
  os: Session,
  kind: Kind<T>,
  text: string,
  mayTouch: (target: Target) => boolean = () => true,
): Promise<T> {
  const byId = LOOKS_LIKE_ID.test(text) ? await unlessGone(kind.get(os, text)) : undefined;
  if (byId) return byId;
  const named = await kind.named(os, text);
  if (named.length > 0) return onlyOne(os, kind, text, named, mayTouch, `called ${code(text)}`);

  const mayBeBeginning = LOOKS_LIKE_BEGINNING.test(text);
  const all = mayBeBeginning || kind.offersNear ? await kind.all(os) : [];
  const oddId = all.find(({ id }) => id === text);
  if (oddId) return kind.get(os, oddId.id);
  const begun = mayBeBeginning ? all.filter(({ id }) => id.toLowerCase().startsWith(text.toLowerCase())) : [];
  if (begun.length > 0) {
    const things = await Promise.all(begun.slice(0, MOST_CANDIDATES + 1).map(({ id }) => kind.get(os, id)));
    return onlyOne(os, kind, text, things, mayTouch, `whose ID begins with ${code(text)}`);
  }
  throw await nothingOf(os, kind, text, kind.offersNear ? all : [], mayTouch);
}

async function onlyOne<T extends Named>(
  os: Session,
  kind: Kind<T>,
  text: string,
  things: readonly T[],
  mayTouch: (target: Target) => boolean,
  which: string,
): Promise<T> {
  const [only, another] = things;
  if (only && !another) return only;
  const target = await kind.targets(os);
  const offered = things.filter((thing) => mayTouch(target(thing)));
  const [first] = things;
  // None that they may touch: the first will do, for they are refused it.
  if (offered.length === 0 && first) return first;
  const apart = await kind.apart(os, offered);
  const shown = offered.slice(0, MOST_CANDIDATES);
  const more = offered.length > shown.length ? `; and ${offered.length - shown.length} more` : '';
  const candidates = shown.map((thing) => `${code(thing.id)} ${apart(thing)}`).join('; ');
  const choices = shown.map(
    (thing): Choice => ({ label: `${thing.name}, ${unticked(apart(thing))}`, given: text, value: thing.id }),
  );
  throw new UserError(`${several(offered, kind.one, which)}: ${candidates}${more}. ${kind.instead ?? 'Give the ID instead.'}`, {
    choices,
  });
}

/** One alone is one of several, the others of which are not offered. */
function several(offered: readonly unknown[], one: string, which: string): string {
  return offered.length === 1 ? `There is more than one ${one} ${which}` : `There are ${count(offered, one)} ${which}`;
}

async function nothingOf<T extends Named>(
  os: Session,
  kind: Kind<T>,
  text: string,
  all: readonly Named[],
  mayTouch: (target: Target) => boolean,
): Promise<UserError> {
  const none = kind.none?.(text) ?? `There is no ${kind.one} ${code(text)}`;
  const near: T[] = [];
  const target = await kind.targets(os);
  for (const { id } of nearest(text, all)) {
    const thing = await unlessGone(kind.get(os, id));
    if (thing && mayTouch(target(thing))) near.push(thing);
  }
  if (near.length === 0) return new UserError(`${none}. Give its exact name or its ID.`);
  const names = [...new Set(near.map(({ name }) => code(name)))].join(' or ');
  const choices = near.map(({ id, name }): Choice => ({ label: name, given: text, value: isAlone(name, all) ? name : id }));
  return new UserError(`${none}. Did you mean ${names}?`, { choices });
}

function isAlone(name: string, all: readonly Named[]): boolean {
  return all.filter((one) => one.name === name).length === 1;
}

/** The few names that a typing mistake makes of another: a third of the letters at most. */
function nearest(text: string, all: readonly Named[]): Named[] {
  const wanted = text.toLowerCase();
  return all
    .map((thing) => ({
      thing,
      far: thing.name.toLowerCase().startsWith(wanted) ? 0 : distance(thing.name.toLowerCase(), wanted),
    }))
    .filter(({ far }) => far <= Math.max(1, Math.floor(wanted.length / 3)))
    .sort((a, b) => a.far - b.far)
    .slice(0, 5)
    .map(({ thing }) => thing);
}
