import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/demo/main.js', import.meta.url));

export interface DemoProcess {
  url: string;
  pid: number;
  folder: string;
  /** Ctrl-C, and gone. @returns the exit status */
  end(): Promise<number | null>;
}

/** A folder for one demo's state. */
export async function demoFolder(): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'stackhand-demo-'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** The demo as `npm run demo` starts it, once it is built. @throws with what it said, where it ends by itself */
export async function startDemoProcess(folder: string, ...args: string[]): Promise<DemoProcess> {
  const { child, output } = spawnDemo('--headless', '--state', folder, '--port', '0', ...args);
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', () => {
      const found = /^http:\S+$/m.exec(output());
      if (found) resolve(found[0]);
    });
    child.once('exit', () => reject(new Error(`the demo ended:\n${output()}`)));
  });
  return {
    url,
    pid: child.pid ?? 0,
    folder,
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const gone = once(child, 'exit');
      child.kill('SIGINT');
      await gone;
      return child.exitCode;
    },
  };
}

/** One that is to end by itself. */
export async function runDemo(...args: string[]): Promise<{ status: number | null; output: string }> {
  const { child, output } = spawnDemo(...args);
  await once(child, 'close');
  return { status: child.exitCode, output: output() };
}

function spawnDemo(...args: string[]): { child: ChildProcess; output(): string } {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [MAIN, ...args], { env: { PATH, HOME }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  return { child, output: () => output };
}
