import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, ConfigError, loadConfig } from '../../src/config.ts';
import { newFolder } from '../new-folder.ts';

/** A small stackhand.yaml with nothing wrong in it. */
export const GOOD = `
clouds: [{ name: lab }]
roles:
  operator: { users: [U0ALICE] }
  approver: { users: [U0BOB] }
rules:
  - { roles: [operator], effects: [read, change] }
channels: { approvals: C0APPROVALS }
`;

export function inFile(yaml: string): string {
  const file = join(newFolder(), 'stackhand.yaml');
  writeFileSync(file, yaml);
  return file;
}

export function load(yaml: string): Config {
  return loadConfig({ role: 'cli', env: {}, file: inFile(yaml) });
}

/** What somebody reads who starts with this file, one line for each problem. */
export function problemsOf(yaml: string): string[] {
  return problemsIn(() => load(yaml)).map((problem) => problem.replace(/^.*(?=stackhand\.yaml)/, ''));
}

export function problemsIn(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}
