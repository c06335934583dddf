import type { StackhandYaml } from '../config-schema.ts';
import type { Owner } from '../target.ts';

/** Somebody whom stackhand.yaml names for a project: a Slack user or channel, by ID. */
export type Contact = { user: string } | { channel: string };

/** What stackhand.yaml says of a project: by its ID, else by its name. */
export function projectEntry(
  { id, name }: Owner,
  projects: StackhandYaml['projects'],
): StackhandYaml['projects'][string] | undefined {
  const key = [id, name].find((known) => known !== undefined && Object.hasOwn(projects, known));
  return key === undefined ? undefined : projects[key];
}

/** Who is told what becomes of a project's things: its contact, else its owners; nobody where it is not named. */
export function contactsOf(project: Owner, projects: StackhandYaml['projects']): Contact[] {
  const entry = projectEntry(project, projects);
  if (!entry) return [];
  return entry.contact ? [entry.contact] : entry.owners.map((user) => ({ user }));
}
