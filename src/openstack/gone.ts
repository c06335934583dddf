import { OpenStackError } from '../errors.ts';

/** What was asked for, or undefined where the service answers that there is no such thing. */
export async function unlessGone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof OpenStackError && error.code === 'not_found') return undefined;
    throw error;
  }
}

/** What was listed, or nothing where the cloud has no such service at all. */
export async function unlessNoService<T>(asked: Promise<T[]>): Promise<T[]> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof OpenStackError && error.code === 'no_endpoint') return [];
    throw error;
  }
}
