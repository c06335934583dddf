import type { Output, System } from '../../src/cli/system.ts';

export interface Terminal extends System {
  /** Everything it showed. */
  stdout(): string;
  stderr(): string;
  pressCtrlC(): void;
}

/** A terminal as the Unix user `bob`, who types these answers. */
export function terminal({
  user = 'bob',
  typed = [],
  columns,
}: {
  user?: string;
  typed?: string[];
  columns?: number;
} = {}): Terminal {
  const shown = { out: '', err: '' };
  const output = (to: 'out' | 'err'): Output => ({
    ready: async () => true,
    columns,
    write(text) {
      shown[to] += text;
    },
  });
  const interrupt = new AbortController();
  return {
    out: output('out'),
    err: output('err'),
    ask: async (question) => {
      shown.err += question;
      const answer = typed.shift();
      if (answer !== undefined) shown.err += `${answer}\n`;
      return answer;
    },
    unixUser: () => user,
    interrupted: interrupt.signal,
    stdout: () => shown.out,
    stderr: () => shown.err,
    pressCtrlC: () => interrupt.abort(),
  };
}
