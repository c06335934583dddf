import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { UserError } from '../errors.ts';
import type { Auth } from './auth.ts';

/** One entry of clouds.yaml, ready for use. */
export interface CloudSettings {
  name: string;
  auth: Auth;
  /** Never empty; `''` where the file names none and the catalogue's first endpoint is meant. */
  regions: string[];
  interface: 'public' | 'internal' | 'admin';
  /** PEM of `cacert`. */
  ca: string | undefined;
  verify: boolean;
  /** From `<type>_endpoint_override`, by catalogue type with underscores. */
  endpoints: Record<string, string>;
}

export interface CloudsPlaces {
  /** OS_CLIENT_CONFIG_FILE: only this one is read then. */
  file?: string;
  /** OS_CLIENT_SECURE_FILE */
  secureFile?: string;
  /** Searched in this order for clouds.yaml and secure.yaml; the first one counts, they are not merged. */
  folders: string[];
}

export interface Clouds {
  file: string;
  names: string[];
  /** UserError naming file and key where something is missing or wrong. */
  cloud(name: string): Promise<CloudSettings>;
}

const Text = z.union([z.string(), z.number()]).transform(String);
const Entry = z.looseObject({
  auth: z.record(z.string(), z.union([Text, z.boolean(), z.null()])).default({}),
  auth_type: z.string().optional(),
  region_name: Text.optional(),
  regions: z.array(z.union([Text, z.looseObject({ name: Text }).transform(({ name }) => name)])).optional(),
  interface: z.enum(['public', 'internal', 'admin']).default('public'),
  cacert: z.string().optional(),
  verify: z.boolean().optional(),
  insecure: z.boolean().optional(),
});
type Entry = z.infer<typeof Entry>;

/** The same folders as openstacksdk: here, the user's, the machine's. */
export function cloudsFolders(here: string, home: string): string[] {
  return [here, join(home, '.config', 'openstack'), '/etc/openstack'];
}

/** https://docs.openstack.org/openstacksdk/latest/user/config/configuration.html */
export async function readClouds({ file, secureFile, folders }: CloudsPlaces): Promise<Clouds> {
  const candidates = file ? [file] : folders.flatMap((folder) => [join(folder, 'clouds.yaml'), join(folder, 'clouds.yml')]);
  const found = await firstThatExists(candidates);
  if (!found) throw new UserError(`There is no clouds.yaml: looked for ${candidates.map((path) => `\`${path}\``).join(', ')}.`);
  const beside = join(dirname(found.path), 'secure.yaml');
  const secure = await firstThatExists(
    secureFile ? [secureFile] : [beside, ...folders.map((folder) => join(folder, 'secure.yaml'))],
  );
  const entries = merged(cloudsIn(found), secure ? cloudsIn(secure) : {});
  const names = Object.keys(entries);
  return {
    file: found.path,
    names,
    async cloud(name) {
      const entry = entries[name];
      if (entry === undefined) {
        throw new UserError(
          `\`${found.path}\` has no cloud \`${name}\`; it has ${names.map((one) => `\`${one}\``).join(', ') || 'none'}.`,
        );
      }
      const parsed = Entry.safeParse(entry);
      if (!parsed.success) {
        // Path and kind of each problem, without the value: it may be a password.
        const problems = parsed.error.issues.map(({ path, message }) => `\`clouds.${name}.${path.join('.')}\`: ${message}`);
        throw new UserError(`\`${found.path}\`: ${problems.join('; ')}`);
      }
      return settings(name, parsed.data, found.path);
    },
  };
}

async function settings(name: string, entry: Entry, file: string): Promise<CloudSettings> {
  const regions = entry.regions ?? (entry.region_name === undefined ? [''] : [entry.region_name]);
  const endpoints: Record<string, string> = {};
  for (const [key, value] of Object.entries(entry)) {
    const type = /^(.+)_endpoint_override$/.exec(key)?.[1];
    if (type && typeof value === 'string') endpoints[type] = value;
  }
  return {
    name,
    auth: authOf(entry, (key, problem) => new UserError(`\`${file}\`: \`clouds.${name}.${key}\` ${problem}.`)),
    regions: regions.length > 0 ? regions : [''],
    interface: entry.interface,
    ca:
      entry.cacert === undefined
        ? undefined
        : await readCa(entry.cacert, `\`${file}\`: \`clouds.${name}.cacert\``, dirname(file)),
    verify: entry.verify ?? !(entry.insecure ?? false),
    endpoints,
  };
}

type Problem = (key: string, problem: string) => UserError;

/** What keystone is told, by `auth_type`. Keys outside `auth` count too, as they do for openstacksdk. */
function authOf(entry: Entry, problem: Problem): Auth {
  const value = (...keys: string[]): string | undefined => {
    for (const key of keys) {
      const found = entry.auth[key] ?? entry[key];
      if (found !== undefined && found !== null && found !== '') return String(found);
    }
    return undefined;
  };
  const need = (...keys: [string, ...string[]]): string => {
    const found = value(...keys);
    if (found === undefined) throw problem(`auth.${keys[0]}`, 'is missing');
    return found;
  };
  const domain = (kind: string): Record<string, string> => {
    const id =
      value(`${kind}_domain_id`) ??
      (value(`${kind}_domain_name`) === undefined ? value('default_domain_id', 'domain_id') : undefined);
    if (id !== undefined) return { id };
    return { name: value(`${kind}_domain_name`, 'default_domain_name', 'default_domain', 'domain_name') ?? 'Default' };
  };
  const user = (): Record<string, unknown> => {
    const id = value('user_id');
    return id === undefined ? { name: need('username', 'user_name'), domain: domain('user') } : { id };
  };

  const type =
    entry.auth_type ??
    (value('token') ? 'v3token' : value('application_credential_secret') ? 'v3applicationcredential' : 'password');
  const url = versioned(need('auth_url'), problem);
  switch (type) {
    case 'password':
    case 'v3password': {
      const password = { user: { ...user(), password: need('password') } };
      return { url, identity: { methods: ['password'], password }, ...scopeOf(value, domain) };
    }
    case 'token':
    case 'v3token':
      return { url, identity: { methods: ['token'], token: { id: need('token') } }, ...scopeOf(value, domain) };
    case 'v3applicationcredential': {
      const id = value('application_credential_id');
      const which = id === undefined ? { name: need('application_credential_name'), user: user() } : { id };
      const application_credential = { ...which, secret: need('application_credential_secret') };
      return { url, identity: { methods: ['application_credential'], application_credential } };
    }
    default:
      throw problem('auth_type', `is \`${type}\`; understood are password, v3token and v3applicationcredential`);
  }
}

function scopeOf(
  value: (...keys: string[]) => string | undefined,
  domain: (kind: string) => Record<string, string>,
): { scope?: Record<string, unknown> } {
  if (value('system_scope') !== undefined) return { scope: { system: { all: true } } };
  const id = value('project_id', 'tenant_id');
  if (id !== undefined) return { scope: { project: { id } } };
  const name = value('project_name', 'tenant_name');
  if (name !== undefined) return { scope: { project: { name, domain: domain('project') } } };
  const domainId = value('domain_id');
  if (domainId !== undefined) return { scope: { domain: { id: domainId } } };
  const domainName = value('domain_name');
  return domainName === undefined ? {} : { scope: { domain: { name: domainName } } };
}

function versioned(url: string, problem: Problem): string {
  if (!URL.canParse(url) || !/^https?:/.test(url)) throw problem('auth.auth_url', 'is no http or https address');
  const root = url.replace(/\/+$/, '');
  return /\/v3$/.test(root) ? root : `${root.replace(/\/v2\.0$/, '')}/v3`;
}

async function readCa(path: string, key: string, folder: string): Promise<string> {
  const file = path.startsWith('~/') ? join(homedir(), path.slice(2)) : resolve(folder, path);
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new UserError(`${key} is \`${path}\`, which cannot be read.`, { cause });
  }
}

interface FoundFile {
  path: string;
  text: string;
}

async function firstThatExists(paths: string[]): Promise<FoundFile | undefined> {
  for (const path of paths) {
    try {
      return { path, text: await readFile(path, 'utf8') };
    } catch (cause) {
      if (errorCode(cause) !== 'ENOENT' && errorCode(cause) !== 'ENOTDIR')
        throw new UserError(`\`${path}\` cannot be read.`, { cause });
    }
  }
  return undefined;
}

function cloudsIn({ path, text }: FoundFile): Record<string, unknown> {
  const document = parseDocument(text);
  const error = document.errors[0];
  // Not the parser's message: it quotes the line, and that may hold a password.
  if (error) throw new UserError(`\`${path}\` is no YAML: line ${error.linePos?.[0].line ?? '?'}, ${error.code}.`);
  const content = z.looseObject({ clouds: z.record(z.string(), z.unknown()) }).safeParse(document.toJS());
  if (!content.success) throw new UserError(`\`${path}\` has no \`clouds\` with entries in it.`);
  return content.data.clouds;
}

/** `over` wins; objects are merged key by key. */
function merged(under: Record<string, unknown>, over: Record<string, unknown>): Record<string, unknown> {
  const result = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = result[key];
    result[key] = isRecord(below) && isRecord(value) ? merged(below, value) : value;
  }
  return result;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function errorCode(error: unknown): unknown {
  return isRecord(error) || error instanceof Error ? Reflect.get(error, 'code') : undefined;
}
