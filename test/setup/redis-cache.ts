import { access, constants, mkdir } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where an unpacked redis-server is kept between runs: the user's cache, or the system's temporary folder without a home. */
export async function redisCache(): Promise<string> {
  const cache = join(homedir(), '.cache', 'stackhand');
  try {
    await mkdir(cache, { recursive: true, mode: 0o700 });
    await access(cache, constants.W_OK);
    return cache;
  } catch {
    return join(tmpdir(), `stackhand-${process.getuid?.() ?? 'user'}`);
  }
}
