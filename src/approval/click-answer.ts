import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Command } from '../redis/commit.ts';
import type { Keys } from '../redis/keys.ts';

/** A terminal waits for it; who left before may look at the request. */
const KEEP_SECONDS = 600;

/** What a click at a terminal came to. */
const ClickAnswer = z.object({
  /** As a clicker in Slack reads it. */
  text: z.string(),
  /** Whether the vote counts, or the typed target was the right one. */
  counted: z.boolean(),
});
export type ClickAnswer = z.infer<typeof ClickAnswer>;

/** Of the step in which the click is answered: so the terminal reads what was decided, and nothing else. */
export function keepAnswer({ clickAnswer }: Keys, click: number, answer: ClickAnswer): Command[] {
  return [['SET', clickAnswer(click), JSON.stringify(answer), 'EX', KEEP_SECONDS]];
}

/** @returns `open` while nobody has answered the click, `gone` where its answer is no longer kept. */
export async function findAnswer(
  redis: Redis,
  { clicks, clickAnswer }: Keys,
  click: number,
): Promise<ClickAnswer | 'open' | 'gone'> {
  // In this order: whoever answers takes the click away in the same step.
  const isOpen = await redis.hexists(clicks, String(click));
  const answer = await redis.get(clickAnswer(click));
  if (answer !== null) return ClickAnswer.parse(JSON.parse(answer));
  return isOpen ? 'open' : 'gone';
}
