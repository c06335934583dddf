import { readdirSync, readFileSync } from 'node:fs';

/** A call of OpenStack as the source has it. */
export interface SourceCall {
  /** `GET compute /servers/{}`, and the action where it is one of many behind one path: `POST compute /servers/{}/action evacuate` */
  call: string;
  /** Of src/openstack. */
  file: string;
}

/** Services that a call can name; what else is called `service` in the source is none. */
const SERVICES = ['identity', 'compute', 'volume', 'network', 'image', 'placement', 'object-store'];

/** Each of src/openstack's calls. Throws where one is written so that it cannot be read here: then it would be held to nothing. */
export function callsInSource(): SourceCall[] {
  const folder = new URL('../../src/openstack/', import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith('.ts'));
  const calls = files.flatMap((file) => callsIn(file, readFileSync(new URL(file, folder), 'utf8')));
  // Not made by a session: the log-in, and what a service's root says of its versions.
  const others = ['POST identity /auth/tokens', ...SERVICES.slice(0, 6).map((service) => `GET ${service} root`)];
  return [...calls, ...others.map((call) => ({ call, file: call.startsWith('POST') ? 'auth.ts' : 'connection.ts' }))];
}

export function callsIn(file: string, source: string): SourceCall[] {
  const calls = [...source.matchAll(/\bos\.(request|list)(?:<[^>]*>)?\(\{/g)].map(({ 1: name, index }) => {
    const text = objectAt(source, index);
    const service = /\bservice: '([\w-]+)'/.exec(text)?.[1];
    const method = name === 'list' ? 'GET' : /\bmethod: '([A-Z]+)'/.exec(text)?.[1];
    const path = pathOf(text, source);
    if (service === undefined || method === undefined || path === undefined || !SERVICES.includes(service)) {
      throw new Error(`${file} has a call that cannot be read: ${text.replace(/\s+/g, ' ')}`);
    }
    const action = path.endsWith('/action') ? ` ${actionOf(text) ?? '?'}` : '';
    return { call: `${method} ${service} ${path}${action}`, file };
  });
  const made = source.match(/\bos\.(request|list)\b/g)?.length ?? 0;
  if (made !== calls.length)
    throw new Error(`${file} uses its session ${made} times and has ${calls.length} calls that can be read`);
  return calls;
}

/** The object that begins at or after this place, with what is in it. */
function objectAt(source: string, from: number): string {
  const start = source.indexOf('{', from);
  let depth = 0;
  for (let at = start; at < source.length; at += 1) {
    if (source[at] === '{') depth += 1;
    if (source[at] === '}') depth -= 1;
    if (depth === 0) return source.slice(start, at + 1);
  }
  return source.slice(start);
}

/** What stands behind `path:`: a text, or a function of the same file that answers with one. `{}` for what differs from call to call. */
function pathOf(text: string, source: string): string | undefined {
  const written = /\bpath: (?:'([^']+)'|`([^`]+)`|(\w+)\()/.exec(text);
  const [, plain, template, by] = written ?? [];
  if (plain !== undefined) return plain;
  if (template !== undefined) return filled(template, source);
  return by === undefined ? undefined : answerOf(by, source);
}

function answerOf(name: string, source: string): string | undefined {
  const template = new RegExp(`function ${name}\\([^)]*\\): string \\{\\s*return \`([^\`]+)\``).exec(source)?.[1];
  return template === undefined ? undefined : filled(template, source);
}

function filled(template: string, source: string): string {
  return template.replace(/\$\{(?:(\w+)\()?[^}]*\}/g, (_, by?: string) =>
    by === undefined ? '{}' : (answerOf(by, source) ?? '{}'),
  );
}

function actionOf(text: string): string | undefined {
  return /\bbody: \{ '?([\w-]+)'?:/.exec(text)?.[1];
}

interface Made {
  method: string;
  service: string;
  path: string;
  body: unknown;
}

/** A call as it was made, in the source's words: without version, project, IDs and query. What the source does not have is as it came. */
export function calledAs({ method, service, path, body }: Made): string {
  const [plain = ''] = path.split('?');
  if (plain === '/') return `${method} ${service} root`;
  const below = plain.replace(/^\/v\d[\d.]*(?=\/)/, '').replace(service === 'volume' ? /^\/[0-9a-f]{32}(?=\/)/ : /^$/, '');
  const named = TEMPLATES.find(({ pattern }) => pattern.test(`${method} ${service} ${below}`))?.call;
  const call = named ?? `${method} ${service} ${below}`;
  const action = call.endsWith('/action') && typeof body === 'object' && body !== null ? ` ${Object.keys(body)[0]}` : '';
  return call + action;
}

/** Those with fewer gaps first: `/servers/detail` is no server's ID. */
const TEMPLATES = [...new Set(callsInSource().map(({ call }) => call.split(' ').slice(0, 3).join(' ')))]
  .sort((a, b) => a.split('{}').length - b.split('{}').length)
  .map((call) => ({ call, pattern: new RegExp(`^${call.replaceAll('.', '\\.').replaceAll('{}', '[^/]+')}$`) }));
