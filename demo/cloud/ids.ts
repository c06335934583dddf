import { createHash } from 'node:crypto';

const known = new Map<string, string>();

/** Keystone's form. Every pretend cloud begins with the same ones, so they are made once. */
export function hexId(text: string): string {
  let id = known.get(text);
  if (id === undefined) {
    id = createHash('md5').update(text).digest('hex');
    known.set(text, id);
  }
  return id;
}

/** The form of everybody else. */
export function uuid(text: string): string {
  return hexId(text).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5');
}

/** Makes the same ID of the same text, and in each region another one. */
export type MakeId = (text: string) => string;

export function idsIn(region: string | undefined): MakeId {
  return region === undefined ? uuid : (text) => uuid(`${text} in ${region}`);
}

export const ADMIN_PROJECT = hexId('project admin');
export const DEMO_PROJECT = hexId('project demo');
export const ALICE_LAB = hexId('project alice-lab');
export const DEMO_OF_RESEARCH = hexId('project demo of research');
