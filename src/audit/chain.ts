import { createHash } from 'node:crypto';
import { stringify } from 'safe-stable-stringify';
import type { RequestState } from '../request.ts';

/**
 * One line of a request's audit. Each carries the hash of the one before it, so that none can be changed, left out or put in later.
 * Times are milliseconds since 1970.
 */
export interface AuditEntry {
  at: number;
  /** `received`, `planned`, `vote`, `intent`, `answer`, `moved to <state>`, … */
  event: string;
  from?: RequestState;
  to?: RequestState;
  /** Who: a Slack user ID, `unix:bob`, `schedule:…`, or the worker. */
  by?: string;
  detail?: Record<string, unknown>;
}

export interface ChainedEntry extends AuditEntry {
  prev: string;
  hash: string;
}

/** The `prev` of a chain's first entry. */
export const NOTHING_BEFORE = '0'.repeat(64);

/** SHA-256 over canonical JSON (keys in order, nothing undefined), in hex. */
export function sha256(value: unknown): string {
  return createHash('sha256')
    .update(stringify(value) ?? '')
    .digest('hex');
}

export function chain(prev: string, entry: AuditEntry): ChainedEntry {
  return { ...entry, prev, hash: sha256({ ...entry, prev }) };
}

/** What is wrong with a chain, in words; empty where nothing is. */
export function checkChain(entries: readonly ChainedEntry[], what: string, first = NOTHING_BEFORE): string[] {
  let prev = first;
  for (const [index, { hash, ...entry }] of entries.entries()) {
    if (entry.prev !== prev) return [`${what}: entry ${index + 1} (${entry.event}) does not follow the one before it`];
    if (sha256(entry) !== hash) return [`${what}: entry ${index + 1} (${entry.event}) was changed`];
    prev = hash;
  }
  return [];
}

/**
 * Whether the audit ends as it was sealed. After that a worker that had lost its lease may still put down how its last write was
 * answered; `gone` is sealed where the record went by age before.
 */
export function endsAsSealed(entries: readonly ChainedEntry[], sealedEnd: string): boolean {
  const at = entries.findIndex(({ hash }) => hash === sealedEnd);
  if (at === -1) return entries.length === 0 && sealedEnd === 'gone';
  return entries.slice(at + 1).every(({ event }) => event === 'answer');
}

/** One ended request in the global chain: its number and the head of its own audit. */
export interface Sealed {
  at: number;
  request: number;
  head: string;
  prev: string;
  hash: string;
}

/** What is wrong with (a part of) the global chain; without `first` its first entry may follow anything. */
export function checkSealed(entries: readonly Sealed[], what: string, first?: string): string[] {
  let prev = first ?? entries[0]?.prev;
  for (const { at, request, head, prev: before, hash } of entries) {
    if (before !== prev) return [`${what}: R-${request} does not follow the one before it`];
    if (sha256({ at, request, head, prev: before }) !== hash) return [`${what}: R-${request} was changed`];
    prev = hash;
  }
  return [];
}
