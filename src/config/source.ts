import { basename } from 'node:path';
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from 'yaml';
import { shown } from './suggest.ts';

export type Path = readonly (string | number)[];

/** A YAML text that knows on which line each of its keys stands. */
export interface Source {
  /** Undefined where the text is no YAML. */
  value: unknown;
  /** Syntax errors, duplicate keys: with file and line. */
  problems: string[];
  /** `stackhand.yaml:12: rules[1].roles[0]`: of what is missing, the line of what should hold it. */
  locate(path: Path): string;
  valueAt(path: Path): unknown;
}

/** Where the parser speaks to programmers. */
const OUR_WORDS: Record<string, string> = {
  DUPLICATE_KEY: 'this key stands there twice',
  MULTIPLE_DOCS: 'a second document begins here',
};

export function readSource(file: string, text: string): Source {
  const lines = new LineCounter();
  // prettyErrors would quote the line, and so whatever secret somebody put there.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): string => `${shortName(file)}:${lines.linePos(offset).line}`;
  const problems = [...document.errors, ...document.warnings].map(
    (error) => `${at(error.pos[0])}: ${OUR_WORDS[error.code] ?? error.message}`,
  );
  visit(document, {
    Alias(_, alias) {
      if (!alias.resolve(document)) problems.push(`${at(alias.range?.[0] ?? 0)}: there is no anchor ${shown(alias.source)}`);
    },
  });

  let value: unknown;
  if (problems.length === 0) {
    try {
      value = document.toJS();
    } catch (error) {
      problems.push(`${shortName(file)}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  return {
    value,
    problems,
    valueAt: (path) => valueAt(value, path),
    locate(path: Path): string {
      const offset = offsetOf(document.contents, path, (node) => (isAlias(node) ? node.resolve(document) : node));
      return `${at(offset)}${path.length > 0 ? `: ${sayPath(path)}` : ''}`;
    },
  };
}

/** Where the last step of the path stands that is there at all: a key in a map, an item in a list. */
function offsetOf(root: Node | null, path: Path, resolve: (node: Node) => Node | undefined): number {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const step of path) {
    const here = isNode(node) ? resolve(node) : undefined;
    if (isMap(here)) {
      const pair = here.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (!pair) return offset;
      if (isScalar(pair.key) && pair.key.range) offset = pair.key.range[0];
      node = pair.value;
    } else if (isSeq(here)) {
      node = here.items[Number(step)];
      if (!isNode(node)) return offset;
      offset = node.range?.[0] ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

/** What stands at a path of what was parsed. */
export function valueAt(value: unknown, path: Path): unknown {
  let here = value;
  for (const step of path) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = Object.getOwnPropertyDescriptor(here, step)?.value;
  }
  return here;
}

function isNode(value: unknown): value is Node {
  return isMap(value) || isSeq(value) || isScalar(value) || isAlias(value);
}

/** `rules[1].roles[0]` */
export function sayPath(path: Path): string {
  let said = '';
  for (const step of path) {
    if (typeof step === 'number') said += `[${step}]`;
    else if (/^[\w-]+$/.test(step) && !/^xox|^xapp/.test(step)) said += said === '' ? step : `.${step}`;
    else said += `[${shown(step)}]`;
  }
  return said;
}

/** Long paths as their last part: the message is about the line. */
function shortName(file: string): string {
  return file.length > 60 ? basename(file) : file.replace(/^\.\//, '');
}
