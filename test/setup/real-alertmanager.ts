import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The program. */
    alertmanager: string;
  }
}

const HOW = 'Install it with `apt-get install prometheus-alertmanager`, or name the program in ALERTMANAGER.';

/** Finds Alertmanager, or fails: a suite that passes without one would say nothing. */
export default async function setup(project: TestProject): Promise<void> {
  const program = process.env.ALERTMANAGER ?? 'prometheus-alertmanager';
  await promisify(execFile)(program, ['--version']).catch((cause: unknown) => {
    throw new Error(`There is no Alertmanager to test against: \`${program} --version\` does not run. ${HOW}`, { cause });
  });
  project.provide('alertmanager', program);
}
