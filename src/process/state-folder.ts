import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the embedded Redis keeps its data, and the audit its daily files. */
export function stateFolder({ STACKHAND_STATE }: { STACKHAND_STATE?: string | undefined }): string {
  return STACKHAND_STATE ?? join(homedir(), '.local', 'state', 'stackhand');
}

/** Where a redis-server from the distribution's packages is unpacked, once per user. */
export function cacheFolder(): string {
  return join(homedir(), '.cache', 'stackhand');
}
