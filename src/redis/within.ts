export const NO_ANSWER = 'no answer';

/** What Redis answers, unless that takes longer: commands wait without end for a Redis that is away. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T | typeof NO_ANSWER> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<typeof NO_ANSWER>((resolve) => {
    timer = setTimeout(resolve, ms, NO_ANSWER);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
