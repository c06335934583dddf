import { once } from 'node:events';
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
  /** Ends once there is room for more, so that what is long never piles up here; false where nobody reads any more. */
  ready(): Promise<boolean>;
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
    // It takes Ctrl-C for itself, and ends at the end of the input.
    reader.once('SIGINT', () => interrupt.abort());
    const ended = once(reader, 'close').then(() => undefined);
    try {
      return await Promise.race([reader.question(question, { signal: interrupt.signal }), ended]);
    } catch {
      return undefined;
    } finally {
      reader.close();
    }
  }
}

/** Of a terminal that does not say how wide it is. */
const USUAL_COLUMNS = 80;

function outputTo(stream: NodeJS.WriteStream): Output {
  // A reader such as `head` that has seen enough is no fault.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  const ready = async (): Promise<boolean> => {
    if (stream.writable && stream.writableNeedDrain) {
      await new Promise((resolve) => stream.once('drain', resolve).once('close', resolve));
    }
    return stream.writable;
  };
  return {
    write: (text) => void stream.write(text),
    ready,
    columns: stream.isTTY ? (stream.columns ?? USUAL_COLUMNS) : undefined,
  };
}

/** A user ID without a name (in a container) is mapped by its number. */
function unixUser(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? '');
  }
}
