import type { Args } from './args.ts';

/** What goes wrong with a call. Each is used up after `times` calls (default 1). */
export interface Fault {
  times?: number;
  /** Answer with this HTTP status (429 with `retryAfter` seconds, default 1). */
  status?: number;
  retryAfter?: number;
  /** Answer `{ ok: false, error }`. */
  error?: string;
  /** Further fields beside `error`. */
  extra?: Record<string, unknown>;
  /** Wait before doing anything. */
  delayMs?: number;
  /** Do nothing before this has come. */
  until?: Promise<unknown>;
  /** Take the request and never answer; it has no effect. */
  hang?: boolean;
  /** Cut the connection before anything happens. */
  drop?: boolean;
  /** Do it, then cut the connection: the app cannot know. */
  dropAfterEffect?: boolean;
  /** Do it, answer late. */
  delayAnswerMs?: number;
  /** Only for calls whose arguments match. */
  when?: (args: Args) => boolean;
}

export interface Faults {
  /** Lets the next calls of `method` go wrong. `*` means every method; `response_url`, `upload` and `download` are methods too. */
  answer(method: string, fault: Fault): void;
  clear(): void;
  take(method: string, args: Args): Fault | undefined;
}

export function createFaults(): Faults {
  let planned: { method: string; fault: Fault; left: number }[] = [];
  return {
    answer: (method, fault) => {
      planned.push({ method, fault, left: fault.times ?? 1 });
    },
    clear: () => {
      planned = [];
    },
    take: (method, args) => {
      const hit = planned.find((p) => (p.method === method || p.method === '*') && (p.fault.when?.(args) ?? true));
      if (!hit) return undefined;
      hit.left -= 1;
      if (hit.left <= 0) planned = planned.filter((p) => p !== hit);
      return hit.fault;
    },
  };
}
