import { randomBytes } from 'node:crypto';
import type { Core } from './core.ts';

/** A bug: a reference for people, the stack for the log. */
export function broke({ log }: Pick<Core, 'log'>, number: number | undefined, error: unknown): string {
  const ref = randomBytes(2).toString('hex');
  log.error({ request: number, ref, err: error }, 'broke');
  return `Something broke on my side (ref ${ref}).`;
}
