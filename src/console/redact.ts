/** What stands where a secret was. */
export const REMOVED = '[removed]';

export interface Redacted {
  text: string;
  /** How many secrets were taken out. */
  removed: number;
}

interface Rule {
  pattern: RegExp;
  /** What takes the place of a match; `$1` and so on stay. */
  replacement: string;
}

/*
 * A server's owner writes what these patterns run on, so none may take longer than a line is long, a few times: each begins only where a
 * word begins, and what may be followed by something else is bounded.
 */
const SECRET_PART =
  'passw(?:or)?d|passphrase|secret|token|(?:api|access|private|encryption|signing)[_-]?key|credential|admin_?pass' +
  // OpenStack's installation guide: DB_PASS, RABBIT_PASS, NOVA_DBPASS; and MYSQL_PWD, psk. As whole endings, for `tests_passed: 3` is none.
  '|(?:[_-]|db)pass(?!\\w)|[_-]pwd(?!\\w)|(?<![a-z])psk(?!\\w)';
const SECRET_WORD = `(?<![\\w.-])[\\w.-]*(?:${SECRET_PART})[\\w.-]{0,40}`;
const VALUE = `"(?:[^"\\\\\\n]|\\\\.)+"|'[^'\\n]+'|(?!\\[removed\\])[^\\s,;"'}{][^\\s,;"'}]*`;

/** Values that are secrets wherever they stand. Each format carries its source. */
const RULES: readonly Rule[] = [
  {
    pattern: /\b((?:proxy-)?authorization|x-(?:auth|subject|service)-token)(["']?[ \t]*:[ \t]*)[^\n]+/gi,
    replacement: `$1$2${REMOVED}`,
  },
  { pattern: /\b(bearer|basic)[ \t]+[\w.~+/-]{12,}=*/gi, replacement: `$1 ${REMOVED}` },
  // user:password@ in an address. RFC 3986, 3.2.1
  { pattern: /(?<![a-z\d+.-])([a-z][a-z\d+.-]{0,30}:\/\/[^\s/:@]{0,200}):[^\s/@]{1,500}@/gi, replacement: `$1:${REMOVED}@` },
  // password: x, "secret": "x y", MYSQL_ROOT_PASSWORD=x
  { pattern: new RegExp(`(${SECRET_WORD}["']?[ \\t]*[:=][ \\t]*)(?:${VALUE})`, 'gi'), replacement: `$1${REMOVED}` },
  // --db-password x
  {
    pattern: new RegExp(`(${SECRET_WORD.replace('[\\w.-]*', '--[\\w.-]*')}[ \\t]+)(?!-)\\S+`, 'gi'),
    replacement: `$1${REMOVED}`,
  },
  // The root password is x; password for admin was set to x
  {
    pattern:
      /(\bpassw(?:or)?d\b[^\n:=]{0,40}?\b(?:is|was|set to)\b[ \t:=]+)(?!(?:required|not|no|empty|set|expired|invalid|incorrect|disabled|locked|too|in|changed)\b)\S+/gi,
    replacement: `$1${REMOVED}`,
  },
  // curl -u user:password
  { pattern: /(\s(?:-u|--user)[ \t=]+[^\s:]{1,100}):\S+/g, replacement: `$1:${REMOVED}` },
  // crypt(5) hashes
  { pattern: /\$(?:1|2[abxy]|5|6|7|y|gy|sha1)\$[./\w$=,+-]{8,}/g, replacement: REMOVED },
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
  { pattern: /\b(?:AKIA|ASIA)[A-Z\d]{16}\b/g, replacement: REMOVED },
  // Keystone's fernet tokens
  { pattern: /(?<![\w-])gAAAAA[\w-]{40,}={0,2}/g, replacement: REMOVED },
  // JSON web tokens, RFC 7519
  { pattern: /(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, replacement: REMOVED },
  // https://api.slack.com/concepts/token-types
  { pattern: /(?<![\w-])x(?:ox[abeprs]|app)-[\w-]{10,}/g, replacement: REMOVED },
  { pattern: /\bgh[opsur]_\w{30,}|\bgithub_pat_\w{30,}|\bglpat-[\w-]{18,}/g, replacement: REMOVED },
];

const KEY_BEGINS = /-----BEGIN [A-Z ]*PRIVATE KEY( BLOCK)?-----/;
const KEY_ENDS = /-----END [A-Z ]*PRIVATE KEY( BLOCK)?-----/;
/** A line of a key, whatever logger put its name before it. */
const KEY_LINE = /(^|[\s\]:|])[A-Za-z\d+/]{16,}={0,2}\s*$/;
/** The last line of a key may be short, and stands alone. */
const KEY_TAIL = /^(\S+[\]:|]\s*)?[A-Za-z\d+/]+={0,2}\s*$/;
const KEY_HEADER = /^\s*$|^\s*(Proc-Type|DEK-Info|Comment|Version): /;
const LONGEST_KEY = 200;

/** cloudinit/config/cc_set_passwords.py writes this line to the console, and then `user:password` lines. */
const RANDOM_PASSWORDS = /Set the following 'random' passwords/;
const USER_AND_PASSWORD = /^(.{0,80}?\b[a-z_][\w.-]{0,64}):\S+\s*$/i;

/** Shorter values would take words out of the text that are none. */
const SHORTEST_KNOWN = 6;

/**
 * Takes secrets out of a text that a server wrote. Public keys, fingerprints and authorized keys stay: they are no secrets and help
 * to find out what went wrong. `known` are secret values that are known to us, removed wherever they stand.
 */
export function redact(text: string, known: readonly string[] = []): Redacted {
  let removed = 0;
  let result = text;
  for (const value of known) {
    if (value.length < SHORTEST_KNOWN) continue;
    const parts = result.split(value);
    removed += parts.length - 1;
    result = parts.join(REMOVED);
  }
  const keys = withoutPrivateKeys(result.split('\n'));
  const passwords = withoutRandomPasswords(keys.lines);
  removed += keys.removed + passwords.removed;
  result = passwords.lines.join('\n');
  for (const { pattern, replacement } of RULES) {
    result = result.replace(pattern, (match, ...groups: unknown[]) => {
      removed += 1;
      return replacement.replace(/\$(\d)/g, (_reference, index: string) => String(groups[Number(index) - 1] ?? '')) || match;
    });
  }
  return { text: result, removed };
}

interface Lines {
  lines: string[];
  removed: number;
}

/** Whole keys, keys whose end the log has lost, and keys whose beginning it has lost. */
function withoutPrivateKeys(lines: readonly string[]): Lines {
  const kept: string[] = [];
  let removed = 0;
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? '';
    if (KEY_BEGINS.test(line)) {
      removed += 1;
      kept.push(line.replace(new RegExp(`${KEY_BEGINS.source}.*`), `[private key removed]`));
      at = endOfKey(lines, at);
      continue;
    }
    if (KEY_ENDS.test(line)) {
      removed += 1;
      if (KEY_TAIL.test(kept.at(-1) ?? '')) kept.pop();
      while (KEY_LINE.test(kept.at(-1) ?? '')) kept.pop();
      kept.push(line.replace(KEY_ENDS, '[private key removed]'));
    } else kept.push(line);
    at += 1;
  }
  return { lines: kept, removed };
}

/** The line behind the key that begins at `from`. */
function endOfKey(lines: readonly string[], from: number): number {
  for (let at = from; at < Math.min(lines.length, from + LONGEST_KEY); at++) if (KEY_ENDS.test(lines[at] ?? '')) return at + 1;
  let at = from + 1;
  while (at < lines.length && (KEY_LINE.test(lines[at] ?? '') || KEY_HEADER.test(lines[at] ?? ''))) at += 1;
  return at > from + 1 && KEY_TAIL.test(lines[at] ?? '') ? at + 1 : at;
}

function withoutRandomPasswords(lines: readonly string[]): Lines {
  let removed = 0;
  let inList = false;
  const result = lines.map((line) => {
    if (RANDOM_PASSWORDS.test(line)) {
      inList = true;
      return line;
    }
    const match = inList ? USER_AND_PASSWORD.exec(line) : null;
    if (!match) {
      inList = inList && line.trim() === '';
      return line;
    }
    removed += 1;
    return `${match[1]}:${REMOVED}`;
  });
  return { lines: result, removed };
}

const ESC = '\\u001B';
/** Operating system commands such as window titles, then control sequences, then the short ones. ECMA-48, 5.4 and 8.3 */
const ESCAPES = new RegExp(
  `${ESC}\\][^\\u0007${ESC}]*(?:\\u0007|${ESC}\\\\)|(?:${ESC}\\[|\\u009B)[0-?]*[ -/]*[@-~]|${ESC}[ -/]*[0-~]`,
  'g',
);
/**
 * The same where Nova has taken their ESC out: colours and modes, and the few others that cannot be taken for text. Left in, they would
 * part a secret's name from its value. Source: nova/api/openstack/compute/console_output.py
 */
const ORPHANS = /(?:\(B)?\[(?:(?:\d{1,3}(?:;\d{0,3})*[mHJKr]|[?=>]\d{1,4}[hl])(?!\])|m(?![\w\]]))/g;
/** All but tab and line feed, and what changes the direction of a text. */
const CONTROLS = /[^\P{Cc}\t\n]|[\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/gu;

/** What a terminal would show of a text: no colours, control and direction-changing characters, each carriage return a new line. */
export function plainText(text: string): string {
  return text.replace(ESCAPES, '').replace(ORPHANS, '').replace(/\r\n?/g, '\n').replace(CONTROLS, '');
}
