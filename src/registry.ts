import type { Command } from './command.ts';
import type { Job } from './job.ts';

/** A command and the words people type for it. */
export interface NamedCommand {
  /** Chat words with spaces: `console log show`, `floating ip cleanup`. */
  name: string;
  command: Command;
}

export interface Registry {
  commands: readonly NamedCommand[];
  findCommand(name: string): NamedCommand | undefined;
  /** By the path below jobs/ without its ending: `quota/set`. */
  findJob(name: string): Job | undefined;
  nameOfJob(job: Job): string;
}
