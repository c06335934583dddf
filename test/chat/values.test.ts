import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import {
  Count,
  DurationMs,
  Flag,
  formatCount,
  formatDuration,
  formatGiB,
  formatInstantWithAge,
  formatMiB,
  Instant,
  IpAddress,
  MacAddress,
  SizeGiB,
  SizeMiB,
  Url,
  WholeNumber,
} from '../../src/chat/values.ts';

const schemas = { Count, DurationMs, Flag, Instant, IpAddress, MacAddress, SizeGiB, SizeMiB, Url, WholeNumber };

function read(schema: z.ZodType, text: unknown): unknown {
  const result = schema.safeParse(text);
  return result.success ? result.data : result.error.issues.map((issue) => issue.message).join('; ');
}

describe('what people type is read as', () => {
  it.each([
    ['Count', '40', 40],
    ['Count', 'unlimited', -1],
    ['Count', '-1', -1],
    ['Count', 40, 40],
    ['WholeNumber', '50', 50],
    ['SizeMiB', '80G', 81_920],
    ['SizeMiB', '80GiB', 81_920],
    ['SizeMiB', '1.5g', 1_536],
    ['SizeMiB', '512M', 512],
    ['SizeMiB', '1T', 1_048_576],
    ['SizeMiB', '100', 100],
    ['SizeMiB', 'unlimited', -1],
    ['SizeGiB', '80G', 80],
    ['SizeGiB', '2T', 2_048],
    ['SizeGiB', '7', 7],
    ['SizeGiB', -1, -1],
    ['DurationMs', '90s', 90_000],
    ['DurationMs', '30m', 1_800_000],
    ['DurationMs', '24h', 86_400_000],
    ['DurationMs', '7d', 604_800_000],
    ['DurationMs', '2w', 1_209_600_000],
    ['DurationMs', '1h30m', 5_400_000],
    ['DurationMs', 5_000, 5_000],
    ['Instant', '2026-11-23T06:55Z', Date.UTC(2026, 10, 23, 6, 55)],
    ['Instant', '2026-11-23T06:55:30', Date.UTC(2026, 10, 23, 6, 55, 30)],
    ['Instant', '2026-11-23T06:55:00+01:00', Date.UTC(2026, 10, 23, 5, 55)],
    ['Instant', '2026-11-23 06:55 UTC', Date.UTC(2026, 10, 23, 6, 55)],
    ['Instant', '2026-11-23', Date.UTC(2026, 10, 23)],
    ['IpAddress', '203.0.113.7', '203.0.113.7'],
    ['IpAddress', '2001:DB8:0::7', '2001:db8::7'],
    ['IpAddress', '[2001:db8::7]', '2001:db8::7'],
    ['MacAddress', 'FA:16:3E:00:00:01', 'fa:16:3e:00:00:01'],
    ['MacAddress', 'fa-16-3e-00-00-01', 'fa:16:3e:00:00:01'],
    ['MacAddress', 'fa16.3e00.0001', 'fa:16:3e:00:00:01'],
    ['Url', 'https://example.org/a?b=c:d', 'https://example.org/a?b=c:d'],
    ['Flag', true, true],
    ['Flag', 'Yes', true],
    ['Flag', 'off', false],
  ] as const)('%s: %j is %j', (name, text, value) => {
    expect(read(schemas[name], text)).toBe(value);
  });
});

describe('what cannot be read is answered with what to type', () => {
  it.each([
    ['Count', '4x', '`4x` is not a count; type a whole number, or unlimited'],
    ['Count', '99999999999', '`99999999999` is not a count; type a whole number, or unlimited'],
    ['WholeNumber', '-1', '`-1` is not a whole number; type digits only, such as 50'],
    ['SizeMiB', '80X', '`80X` is not a size; type a number with M, G or T, such as 80G'],
    ['SizeMiB', '', 'an empty value is not a size; type a number with M, G or T, such as 80G'],
    ['SizeGiB', '512M', '`512M` is not a size in whole GiB; type a number with G or T, such as 80G'],
    ['DurationMs', '30', '`30` is not a duration of at most ten years; type a number with s, m, h, d or w, such as 30m or 7d'],
    ['Instant', '2026-02-30', '`2026-02-30` is not a time; type one such as 2026-11-23T06:55Z or 2026-11-23, which is UTC'],
    ['Instant', 'soon', '`soon` is not a time; type one such as 2026-11-23T06:55Z or 2026-11-23, which is UTC'],
    ['IpAddress', '10.0.0.256', '`10.0.0.256` is not an IP address; type one such as 203.0.113.7 or 2001:db8::7'],
    ['IpAddress', 'fe80::1%eth0', '`fe80::1%eth0` is not an IP address; type one such as 203.0.113.7 or 2001:db8::7'],
    ['MacAddress', 'fa:16-3e:00:00:01', '`fa:16-3e:00:00:01` is not a MAC address; type one such as fa:16:3e:00:00:01'],
    ['Url', 'ftp://x', '`ftp://x` is not a web address; type one such as https://example.org/path'],
    ['Flag', 'maybe', '`maybe` is neither yes nor no'],
    ['SizeMiB', null, 'that is not a size; type a number with M, G or T, such as 80G'],
  ] as const)('%s: %j', (name, text, message) => {
    expect(read(schemas[name], text)).toBe(message);
  });
});

it('what was read once reads as itself again, so that a recorded request can be checked again', () => {
  for (const name of ['Count', 'SizeMiB', 'SizeGiB', 'DurationMs', 'Instant'] as const) {
    expect(read(schemas[name], 86_400_000)).toBe(86_400_000);
  }
});

it('sizes and times are shown in the units people type', () => {
  expect([81_920, 1_536, 81_921, 512, -1].map(formatMiB)).toEqual(['80 GiB', '1.5 GiB', '81921 MiB', '512 MiB', 'unlimited']);
  expect([80, 2_048, 1_000, -1].map(formatGiB)).toEqual(['80 GiB', '2 TiB', '1000 GiB', 'unlimited']);
  expect([5_400_000, 604_800_000, 999, 61_000].map(formatDuration)).toEqual(['1h 30m', '7d', '0s', '1m 1s']);
  expect(formatCount(-1)).toBe('unlimited');

  const seen = Date.UTC(2026, 10, 23, 6, 55);
  expect(formatInstantWithAge(seen, seen + 11_100_000)).toBe('2026-11-23 06:55 UTC (3h 5m ago)');
  expect(formatInstantWithAge(seen, seen - 60_000)).toBe('2026-11-23 06:55 UTC (in 1m)');
});
