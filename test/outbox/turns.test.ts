import { describe, expect, it } from 'vitest';
import { createTurns } from '../../src/outbox/turns.ts';

const NOW = 1_000_000;

describe('turns', () => {
  it('nobody waits where nobody was refused', () => {
    const turns = createTurns();

    expect(turns.queue('ops', { now: NOW, turn: undefined })).toBeUndefined();
  });

  it('those who come after one that was refused wait behind it, a second apart, and in another lane nobody does', () => {
    const turns = createTurns();

    expect(turns.refused('ops', { now: NOW, turn: undefined, waitMs: 700 })).toBe(NOW + 700);

    expect(turns.queue('ops', { now: NOW + 1, turn: undefined })).toBe(NOW + 1_700);
    expect(turns.queue('ops', { now: NOW + 2, turn: undefined })).toBe(NOW + 2_700);
    expect(turns.queue('audit', { now: NOW + 3, turn: undefined })).toBeUndefined();
  });

  it('a newer version of what waits goes back to its place, and at its turn it is tried', () => {
    const turns = createTurns();
    turns.refused('ops', { now: NOW, turn: undefined, waitMs: 1_000 });
    const turn = turns.queue('ops', { now: NOW, turn: undefined });

    expect(turns.queue('ops', { now: NOW + 500, turn })).toBe(turn);
    expect(turns.queue('ops', { now: NOW + 2_000, turn })).toBeUndefined();
  });

  it('who is refused at its turn, since the limit was a moment late, keeps it', () => {
    const turns = createTurns();
    for (let others = 0; others < 100; others += 1) turns.refused('ops', { now: NOW, turn: undefined, waitMs: 1_000 });

    expect(turns.refused('ops', { now: NOW, turn: NOW, waitMs: 5 })).toBe(NOW + 5);
    // Once said, its next version is like any other.
    expect(turns.queue('ops', { now: NOW + 60_000, turn: NOW })).toBe(NOW + 101_000);
  });

  it('a lane that is through is forgotten', () => {
    const turns = createTurns();
    turns.refused('ops', { now: NOW, turn: undefined, waitMs: 1_000 });

    expect(turns.queue('ops', { now: NOW + 2_001, turn: undefined })).toBeUndefined();
  });
});
