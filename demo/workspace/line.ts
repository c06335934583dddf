import type { Json, Workspace } from './model.ts';

/** How one line, click or event reached the app, and what the app said. */
export interface Delivery {
  acked: boolean;
  /** From the first sending to the acknowledgement. */
  ms: number;
  /** What the acknowledgement carried. */
  payload: Json;
  /** `operation_timeout`; `dispatch_failed` where no app is reached; over HTTP also what is wrong with its answer. */
  error?: string;
  attempts: number;
}

/** The first attempt's outcome; an event that failed is tried again, and `final` tells how that ended. */
export interface Sent extends Delivery {
  final: Promise<Delivery>;
}

/** How often and where the same thing arrives; Slack promises "at least once" only. */
export interface Copies {
  /** Sends it this many times in all, each in an envelope or request of its own and marked as a retry, without waiting. */
  deliveries?: number;
  /** Sends the very same envelope or request this many times. */
  sameEnvelope?: number;
  /** Sends it to every connection at once. */
  everyConnection?: boolean;
}

export type EnvelopeType = 'events_api' | 'slash_commands' | 'interactive';

export interface Attempt {
  type: EnvelopeType;
  payload: Json;
  /** How often it was tried before. */
  retry: number;
  /** Why the last try was none; empty at the first. */
  reason: string;
  copies: Copies;
}

/** One way to the app: its sockets, or signed HTTP. */
export interface Transport {
  /** Sends it once. @returns what it was acknowledged with, or in a word why it was not. */
  attempt(attempt: Attempt): Promise<Json | string>;
  /** What a retry says of such a word. */
  reasonOf(error: string): string;
}

/** From the workspace to the app, whichever way. */
export interface Line {
  /** Sends and waits for the acknowledgement; events go out again as Slack's schedule says. */
  deliver(type: EnvelopeType, payload: Json, copies?: Copies): Promise<Sent>;
  /** Slack does not see the next `times` acknowledgements: each counts as waited for in vain, without the wait. */
  loseAcks(times: number): void;
  /** Nothing is tried again. */
  stop(): void;
}

export function createLine(workspace: Workspace, transport: () => Transport): Line {
  const pauses = createPauses();
  let stopped = false;
  let acksToLose = 0;

  async function tryOnce(attempt: Attempt): Promise<Delivery> {
    const started = performance.now();
    const attempts = attempt.retry + 1;
    const answer = await transport().attempt(attempt);
    const ms = performance.now() - started;
    if (typeof answer === 'string') return { acked: false, ms, payload: {}, error: answer, attempts };
    if (acksToLose === 0) return { acked: true, ms, payload: answer, attempts };
    acksToLose -= 1;
    return { acked: false, ms, payload: {}, error: 'operation_timeout', attempts };
  }

  async function tryAgain(first: Delivery, attempt: Attempt): Promise<Delivery> {
    let last = first;
    for (const wait of attempt.type === 'events_api' ? workspace.limits.retryAfterMs : []) {
      if (last.error === undefined) break;
      if (wait > 0) await pauses.pause(wait);
      if (stopped) break;
      last = await tryOnce({ ...attempt, retry: last.attempts, reason: transport().reasonOf(last.error) });
    }
    return last;
  }

  return {
    async deliver(type, payload, copies = {}) {
      const attempt = { type, payload, retry: 0, reason: '', copies };
      const first = await tryOnce(attempt);
      return { ...first, final: tryAgain(first, attempt) };
    },
    loseAcks: (times) => {
      acksToLose = times;
    },
    stop: () => {
      stopped = true;
      pauses.end();
    },
  };
}

/** Waits that can be ended. */
function createPauses(): { pause(ms: number): Promise<void>; end(): void } {
  const running = new Map<NodeJS.Timeout, () => void>();
  return {
    pause: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => {
          running.delete(timer);
          resolve();
        }, ms);
        timer.unref();
        running.set(timer, resolve);
      }),
    end: () => {
      for (const [timer, resolve] of running) {
        clearTimeout(timer);
        resolve();
      }
      running.clear();
    },
  };
}
