import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { Bot } from '../bot.ts';

/** What runs as `stackhand`. */
export const MAIN = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));

export interface WorkerProcess {
  pid: number;
  /** What it has logged so far. */
  output(): string;
  /** SIGTERM. @returns its exit status, once it has gone. */
  end(): Promise<number | null>;
  /** SIGKILL, and gone. */
  kill(): Promise<void>;
}

/** A worker as it runs in production beside this bot: built, a process of its own, over the Redis at this socket. Ends with the test. */
export async function startWorkerProcess({ env, file }: Pick<Bot, 'env' | 'file'>, socket: string): Promise<WorkerProcess> {
  const child: ChildProcess = spawn(process.execPath, [MAIN, 'start', '--role', 'worker', '--config', file], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env, REDIS_URL: `unix://${socket}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  let output = '';
  const ready = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes('stackhand is ready')) resolve();
      });
    }
    ended.then(() => reject(new Error(`the worker ended:\n${output}`)));
  });
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  const end = async (): Promise<number | null> => {
    child.kill('SIGTERM');
    await ended;
    return child.exitCode;
  };
  onTestFinished(kill);
  await ready;
  return { pid: child.pid ?? 0, output: () => output, end, kill };
}
