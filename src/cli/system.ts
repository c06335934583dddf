import { userInfo } from 'node:os';
import { createInterface } from 'node:readline/promises';

/** What the terminal's commands have of the machine. */
export interface System {
  out: Output;
  err: Output;
  /** Asks at the terminal; undefined where nobody sits there, or they ended their input. */
  ask(question: string): Promise<string | undefined>;
  /** Who runs this, by the process's user ID: neither an argument nor the environment can say otherwise. */
  unixUser(): string;
  /** Aborts on Ctrl-C. */
  interrupted: AbortSignal;
}

export interface Output {
  write(text: string): void;
  /** Undefined where it is no terminal. */
  columns: number | undefined;
}

export function thisSystem(): System {
  const interrupt = new AbortController();
  process.once('SIGINT', () => {
    interrupt.abort();
    // A second one ends it at once.
    process.once('SIGINT', () => process.exit(130));
  });
  return { out: outputTo(process.stdout), err: outputTo(process.stderr), ask, unixUser, interrupted: interrupt.signal };

  async function ask(question: string): Promise<string | undefined> {
    if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
    const reader = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return await reader.question(question, { signal: interrupt.signal });
    } catch {
      return undefined;
    } finally {
      reader.close();
    }
  }
}

function outputTo(stream: NodeJS.WriteStream): Output {
  // A reader such as `head` that has seen enough is no fault.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  return { write: (text) => void stream.write(text), columns: stream.isTTY ? stream.columns : undefined };
}

/** A user ID without a name (in a container) is mapped by its number. */
function unixUser(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? '');
  }
}
