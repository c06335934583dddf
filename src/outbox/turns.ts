/** Slack takes about one message a second in a channel: https://docs.slack.dev/apis/web-api/rate-limits */
const APART_MS = 1_000;
/** Whose turn it was this lately is not sent to the end again because a limit was a moment late. */
const STILL_ITS_TURN_MS = 10_000;

/** Of a thousand messages for one channel only one a second can be said, so each gets a second of its own, in the order in which they came. */
export interface Turns {
  /** Where others wait already: when it is this one's turn. Undefined: it may try now. */
  queue(lane: string, asked: { now: number; turn: number | undefined }): number | undefined;
  /** A limit has refused it for so long. */
  refused(lane: string, asked: { now: number; turn: number | undefined; waitMs: number }): number;
}

/**
 * Those who wait do not ask the limit again before it is their turn: else all of them would ask every second, and whatever else is to be
 * said would wait behind their asking. Known to this process alone; where there are several, the limit itself still holds for all.
 */
export function createTurns(): Turns {
  const ends = new Map<string, number>();
  const isTurn = (turn: number | undefined, now: number): boolean =>
    turn !== undefined && turn <= now && now - turn < STILL_ITS_TURN_MS;
  const last = (lane: string, from: number): number => {
    const at = Math.max(from, ends.get(lane) ?? 0);
    ends.set(lane, at + APART_MS);
    return at;
  };
  return {
    queue(lane, { now, turn }) {
      // A newer version of what waits is looked at at once, and goes back to its place.
      if (turn !== undefined && turn > now) return turn;
      if (isTurn(turn, now) || (ends.get(lane) ?? 0) <= now) return undefined;
      return last(lane, now);
    },
    refused(lane, { now, turn, waitMs }) {
      if (isTurn(turn, now)) return now + waitMs;
      for (const [known, end] of ends) if (end < now) ends.delete(known);
      return last(lane, now + waitMs);
    },
  };
}
