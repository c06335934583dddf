import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

/** A process that stays the same one although the system uses process IDs again. `born` is empty where there is no /proc. */
export const Process = z.object({ pid: z.int(), born: z.string() });
export type Process = z.infer<typeof Process>;

const Owner = Process.extend({ host: z.string() });
export type Owner = z.infer<typeof Owner>;

/** `foreign`: an owner on another host (a container that shares the folder), of whom no process ID can tell whether it lives. */
export type Claim = { foreign: Owner | undefined; release: () => Promise<void> };

/**
 * Makes this process the folder's owner, or answers who is it already. Each claimant first writes a claim of its own and
 * then looks for others, so of two at once each sees the other; both step back and try again. Nothing is ever taken
 * from somebody who lives, and a claim whose process is dead counts for nothing.
 */
export async function claimFolder(folder: string): Promise<Claim | Owner> {
  const file = join(folder, `owner-${process.pid}-${randomBytes(4).toString('hex')}.json`);
  const me: Owner = { ...self(), host: hostname() };
  for (let tries = 1; ; tries++) {
    await writeWhole(file, JSON.stringify(me));
    const others = (await readClaims(folder)).filter((claim) => claim.file !== file);
    const living = others.find(({ owner }) => owner && isHere(owner) && isAlive(owner));
    if (!living) {
      return { foreign: others.find(({ owner }) => owner && !isHere(owner))?.owner, release: () => rm(file, { force: true }) };
    }
    await rm(file, { force: true });
    if (tries === 5 && living.owner) return living.owner;
    await sleep(20 + Math.random() * 80);
  }
}

/** Removes what dead owners left. Only for the owner. */
export async function forgetDeadOwners(folder: string): Promise<void> {
  for (const { file, owner } of await readClaims(folder)) {
    if (!owner || !isHere(owner) || !isAlive(owner)) await rm(file, { force: true });
  }
}

/** Who owns the folder now. One on another host is named too, since only its Redis can tell whether it lives. */
export async function findOwner(folder: string): Promise<Owner | undefined> {
  const owners = (await readClaims(folder)).flatMap(({ owner }) => owner ?? []);
  return owners.find((owner) => isHere(owner) && isAlive(owner)) ?? owners.find((owner) => !isHere(owner));
}

export function describeOwner({ pid, host }: Owner): string {
  return host === hostname() ? `pid ${pid}` : `pid ${pid} on host ${host}`;
}

/** When the process began, as /proc has it (ticks since boot); empty where there is no /proc; undefined if it is dead. */
export function bornAt(pid: number): string | undefined {
  if (process.platform !== 'linux') return canSignal(pid) ? '' : undefined;
  try {
    const [state, ...rest] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return state === 'Z' || state === 'X' ? undefined : rest[18];
  } catch {
    return undefined;
  }
}

export function isAlive({ pid, born }: Process): boolean {
  return bornAt(pid) === born;
}

function self(): Process {
  return { pid: process.pid, born: bornAt(process.pid) ?? '' };
}

function isHere(owner: Owner): boolean {
  return owner.host === hostname();
}

function canSignal(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // kill's own error
  }
}

/** A claim without an owner is one that a power cut left empty. */
async function readClaims(folder: string): Promise<{ file: string; owner: Owner | undefined }[]> {
  const names = (await readdir(folder)).filter((name) => name.startsWith('owner-') && name.endsWith('.json'));
  return Promise.all(names.map(async (name) => ({ file: join(folder, name), owner: await readJson(join(folder, name), Owner) })));
}

/** The file's content, or undefined where the file is missing or is not what was written. */
export async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Readers see the old content or the new one, never a half. */
export async function writeWhole(file: string, content: string): Promise<void> {
  const unfinished = `${file}.${randomBytes(4).toString('hex')}.new`;
  await writeFile(unfinished, content, { mode: 0o600 });
  await rename(unfinished, file);
}
