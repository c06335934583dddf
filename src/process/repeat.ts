export interface Repeating {
  /** Cuts the pause short; while it runs, it runs once more without one. */
  kick(): void;
  /** Ends once what is under way has ended. */
  stop(): Promise<void>;
}

/** Runs something again and again, one at a time. What it gives is the pause until the next time, in milliseconds. */
export function repeat(once: () => Promise<number>): Repeating {
  let stopped = false;
  let kicked = false;
  let endPause: () => void = () => undefined;
  const loop = (async () => {
    while (!stopped) {
      kicked = false;
      const pauseMs = await once();
      if (kicked || stopped || pauseMs <= 0) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pauseMs);
        endPause = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  })();
  return {
    kick() {
      kicked = true;
      endPause();
    },
    async stop() {
      stopped = true;
      endPause();
      await loop;
    },
  };
}
