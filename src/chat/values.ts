import { isIPv4, isIPv6 } from 'node:net';
import { z } from 'zod';
import { echo } from './echo.ts';

/**
 * What people type for sizes, times and addresses. All take text; a number (from JSON) is taken to be in the schema's
 * own unit already, so that what was parsed once can be parsed again. `title` is the word that stands for the value in usage lines.
 */

export const UNLIMITED = -1;

/** Nova, Cinder and Neutron keep limits as signed 32-bit integers: nova/db/constants.py, cinder/db/constants.py, neutron_lib/db/constants.py. */
const MAX_LIMIT = 0x7fff_ffff;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const LONGEST_MS = 3_650 * DAY;
/** The last one of JavaScript's Date. */
const LATEST_MS = 8.64e15;

function typed<T>(title: string, read: (given: string | number) => T | undefined, wrong: string) {
  return z
    .union([z.string(), z.number()], `that is not ${wrong}`)
    .transform((given, context): T => {
      const value = read(typeof given === 'string' ? given.trim() : given);
      if (value !== undefined) return value;
      context.addIssue({ code: 'custom', message: `${given === '' ? 'an empty value' : echo(given)} is not ${wrong}` });
      return z.NEVER;
    })
    .meta({ title });
}

/** `40` → 40; `unlimited` or `-1` → -1. */
export const Count = typed('count', (given) => readLimit(String(given)), 'a count; type a whole number, or unlimited');

/** A whole number from 0 on, where `unlimited` makes no sense. */
export const WholeNumber = typed('number', (given) => readWhole(String(given)), 'a whole number; type digits only, such as 50');

/** `80G` → 81920, `512M` → 512, `1T`, a plain number is MiB; `unlimited` or `-1` → -1. */
export const SizeMiB = typed(
  'size',
  (given) => readSize(String(given), 'M'),
  'a size; type a number with M, G or T, such as 80G',
);

/** `80G` → 80, `2T` → 2048, a plain number is GiB; `unlimited` or `-1` → -1. */
export const SizeGiB = typed(
  'size',
  (given) => readSize(String(given), 'G'),
  'a size in whole GiB; type a number with G or T, such as 80G',
);

/** `90s`, `30m`, `24h`, `7d`, `2w`, `1h30m` as milliseconds. */
export const DurationMs = typed(
  'duration',
  readDuration,
  'a duration of at most ten years; type a number with s, m, h, d or w, such as 30m or 7d',
);

/** An ISO time as milliseconds since 1970, in UTC unless it says otherwise. */
export const Instant = typed('time', readInstant, 'a time; type one such as 2026-11-23T06:55Z or 2026-11-23, which is UTC');

/** IPv4 as typed; IPv6 in its short form, lower case. */
export const IpAddress = typed(
  'address',
  (given) => readIp(String(given)),
  'an IP address; type one such as 203.0.113.7 or 2001:db8::7',
);

/** Any usual spelling → `fa:16:3e:00:00:01`. */
export const MacAddress = typed('mac', (given) => readMac(String(given)), 'a MAC address; type one such as fa:16:3e:00:00:01');

/** As typed. */
export const Url = typed('url', (given) => readUrl(String(given)), 'a web address; type one such as https://example.org/path');

/** `R-1042`, `r1042`, `1042` → 1042. */
export const RequestNumber = typed(
  'request',
  (given) => readRequest(String(given)),
  'a request; type its number, such as R-1042',
);

/** `--name`, `name=yes`, `name=no`. `z.boolean()` in a command's arguments means the same. */
export const Flag = z
  .union([z.boolean(), z.string()], 'yes or no')
  .transform((given, context): boolean => {
    const value = typeof given === 'boolean' ? given : readFlag(given);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: `${echo(String(given))} is neither yes nor no` });
    return z.NEVER;
  })
  .meta({ title: 'flag' });

function readWhole(text: string): number | undefined {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return value <= MAX_LIMIT ? value : undefined;
}

function readLimit(text: string): number | undefined {
  return isUnlimited(text) ? UNLIMITED : readWhole(text);
}

function isUnlimited(text: string): boolean {
  return text === '-1' || text.toLowerCase() === 'unlimited';
}

const MIB = { M: 1, G: 1_024, T: 1_048_576, P: 1_073_741_824 };

function readSize(text: string, plainUnit: 'M' | 'G'): number | undefined {
  if (isUnlimited(text)) return UNLIMITED;
  const match = /^(?<number>\d{1,10}(\.\d{1,6})?) ?(?<unit>[mgtp])?(i?b)?$/i.exec(text)?.groups;
  if (!match) return undefined;
  const unit = match.unit?.toUpperCase() ?? plainUnit;
  const value = (Number(match.number) * (isUnit(unit) ? MIB[unit] : Number.NaN)) / MIB[plainUnit];
  return Number.isInteger(value) && value <= MAX_LIMIT ? value : undefined;
}

function isUnit(text: string): text is keyof typeof MIB {
  return text in MIB;
}

const UNIT_MS = { w: 7 * DAY, d: DAY, h: HOUR, m: MINUTE, s: 1_000 };

function readDuration(given: string | number): number | undefined {
  if (typeof given === 'number') return Number.isInteger(given) && given > 0 && given <= LONGEST_MS ? given : undefined;
  const match = /^(?:(\d{1,9})w)?(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m(?:in)?)?(?:(\d{1,9})s)?$/i.exec(
    given.replaceAll(' ', ''),
  );
  if (!match) return undefined;
  const ms = Object.values(UNIT_MS).reduce((sum, unit, index) => sum + Number(match[index + 1] ?? 0) * unit, 0);
  return ms > 0 && ms <= LONGEST_MS ? ms : undefined;
}

function readInstant(given: string | number): number | undefined {
  if (typeof given === 'number') return Number.isInteger(given) && Math.abs(given) <= LATEST_MS ? given : undefined;
  const match = /^(\d{4}-\d\d-(\d\d))(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?) ?(Z|UTC|[+-]\d\d:?\d\d)?)?$/i.exec(given);
  if (!match) return undefined;
  const [, date, day, time = '00:00', zone = 'Z'] = match;
  const offset = /^(z|utc)$/i.test(zone) ? 'Z' : zone.replace(/^(...):?/, '$1:');
  const ms = Date.parse(`${date}T${time}${offset}`);
  // Date.parse takes 30 February for 2 March.
  const isRealDay = new Date(`${date}T00:00Z`).getUTCDate() === Number(day);
  return Number.isNaN(ms) || !isRealDay ? undefined : ms;
}

function readIp(text: string): string | undefined {
  if (isIPv4(text)) return text;
  const bare = text.replace(/^\[(.*)\]$/, '$1');
  if (!isIPv6(bare) || bare.includes('%')) return undefined;
  return new URL(`http://[${bare}]`).hostname.slice(1, -1);
}

function readMac(text: string): string | undefined {
  if (!/^([\da-f]{2}([:-]?)[\da-f]{2}(\2[\da-f]{2}){4}|[\da-f]{4}(\.[\da-f]{4}){2})$/i.test(text)) return undefined;
  return text
    .toLowerCase()
    .replace(/[^\da-f]/g, '')
    .replace(/..(?!$)/g, '$&:');
}

function readUrl(text: string): string | undefined {
  return /^https?:\/\//i.test(text) && !/\s/.test(text) && URL.canParse(text) ? text : undefined;
}

function readRequest(text: string): number | undefined {
  const number = Number(/^(?:r-?|#)?(\d{1,12})$/i.exec(text)?.[1] ?? Number.NaN);
  return number > 0 ? number : undefined;
}

/** Yes or no in the ways people say it; undefined for anything else. */
export function readFlag(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  if (['true', 'yes', 'on', '1'].includes(word)) return true;
  if (['false', 'no', 'off', '0'].includes(word)) return false;
  return undefined;
}

export function formatCount(value: number): string {
  return value === UNLIMITED ? 'unlimited' : String(value);
}

/** 81920 → `80 GiB`; exact, so in the largest unit that needs at most two decimals. */
export function formatMiB(value: number): string {
  if (value === UNLIMITED) return 'unlimited';
  const fits = (['T', 'G'] as const).find((unit) => value >= MIB[unit] && Number.isInteger((value / MIB[unit]) * 100));
  return fits ? `${value / MIB[fits]} ${fits}iB` : `${value} MiB`;
}

export function formatGiB(value: number): string {
  if (value === UNLIMITED) return 'unlimited';
  return value >= 1_024 ? formatMiB(value * MIB.G) : `${value} GiB`;
}

/** 5368709120 → `5 GiB`, rounded to a tenth: for sizes that are only looked at. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let size = bytes;
  let unit = 0;
  while (size >= 1_024 && unit < units.length - 1) {
    size /= 1_024;
    unit += 1;
  }
  return `${Math.round(size * 10) / 10} ${units[unit]}`;
}

/** 5400000 → `1h 30m`: the two largest units, rounded down. */
export function formatDuration(ms: number): string {
  let rest = Math.max(0, Math.floor(ms / 1_000)) * 1_000;
  const parts: string[] = [];
  for (const [unit, size] of [
    ['d', DAY],
    ['h', HOUR],
    ['m', MINUTE],
    ['s', 1_000],
  ] as const) {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    if (amount > 0) parts.push(`${amount}${unit}`);
    else if (parts.length > 0) break;
  }
  return parts.slice(0, 2).join(' ') || '0s';
}

/** `2026-11-23 06:55 UTC` */
export function formatInstant(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** `2026-11-23 06:55 UTC (3h 5m ago)` */
export function formatInstantWithAge(ms: number, now: number): string {
  const away = Math.abs(now - ms);
  const age = away < 1_000 ? 'now' : now > ms ? `${formatDuration(away)} ago` : `in ${formatDuration(away)}`;
  return `${formatInstant(ms)} (${age})`;
}
