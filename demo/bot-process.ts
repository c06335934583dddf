import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { cacheFolder } from '../src/process/state-folder.ts';
import { startEmbeddedRedis } from '../src/redis/embedded.ts';

/** The program as `npm start` runs it. */
const MAIN = fileURLToPath(new URL('../src/main.js', import.meta.url));
const START_AGAIN_MS = 1_500;
/** As long as its own stop may take, and a little. */
const STOP_WITHIN_MS = 28_000;
/** What it says last, where it does not come up. */
const LAST_WORDS = 4_000;

export type BotState = 'starting' | 'up' | 'down';

export interface BotProcess {
  readonly state: BotState;
  readonly pid: number | undefined;
  /** Where its alert entrance and its probes are, once it is up. */
  readonly port: number | undefined;
  /** SIGKILL. A process supervisor starts it again a moment later, as systemd would. */
  kill(): void;
  /** SIGTERM, and gone. Its Redis too. */
  stop(): Promise<void>;
}

export interface BotOptions {
  /** All of its environment, but for PATH and HOME. */
  env: Record<string, string>;
  /** Its state folder; it is also where it runs, so that no .env of a checkout is read. */
  folder: string;
  config: string;
  logFile: string;
  changed(): void;
}

/** Starts the bot and waits until it is ready; after that it is started again whenever it ends by itself. @throws with its last words */
export async function startBotProcess({ env, folder, config, logFile, changed }: BotOptions): Promise<BotProcess> {
  const log = createWriteStream(logFile, { flags: 'a' });
  let state: BotState = 'starting';
  let port: number | undefined;
  let child: ChildProcess | undefined;
  let again: NodeJS.Timeout | undefined;
  let stopping = false;
  let said = '';

  const become = (next: BotState): void => {
    state = next;
    changed();
  };

  function launch(ready: () => void, failed: (error: Error) => void): void {
    become('starting');
    const { PATH = '', HOME = '' } = process.env;
    const started = spawn(process.execPath, [MAIN, 'start', '--config', config], {
      cwd: folder,
      env: { PATH, HOME, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    let rest = '';
    for (const stream of [started.stdout, started.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        log.write(chunk);
        said = (said + chunk.toString()).slice(-LAST_WORDS);
        const lines = (rest + chunk.toString()).split('\n');
        rest = lines.pop() ?? '';
        const up = lines.map(readyPort).find((found) => found !== undefined);
        if (up === undefined) return;
        port = up;
        become('up');
        ready();
      });
    }
    started.on('error', failed);
    started.on('exit', (code, signal) => {
      if (child === started) child = undefined;
      port = undefined;
      become('down');
      failed(new Error(`the bot ended (${signal ?? `exit status ${code}`}); the end of its log:\n${said}`));
      if (!stopping) again = setTimeout(() => launch(nothing, nothing), START_AGAIN_MS);
    });
  }

  async function end(): Promise<void> {
    stopping = true;
    clearTimeout(again);
    const running = child;
    if (running) {
      const gone = once(running, 'exit');
      running.kill('SIGTERM');
      const late = setTimeout(() => running.kill('SIGKILL'), STOP_WITHIN_MS);
      await gone;
      clearTimeout(late);
    }
    await endRedis(folder);
    log.end();
  }

  try {
    await new Promise<void>((resolve, reject) => launch(resolve, reject));
  } catch (error) {
    await end();
    throw error;
  }
  return {
    get state() {
      return state;
    },
    get pid() {
      return child?.pid;
    },
    get port() {
      return port;
    },
    kill: () => void child?.kill('SIGKILL'),
    stop: end,
  };
}

function nothing(): void {}

/** The log is JSON, one object a line. */
function readyPort(line: string): number | undefined {
  if (!line.includes('stackhand is ready')) return undefined;
  const { port } = JSON.parse(line) as { port: number }; // our own log
  return port;
}

/** A bot that was killed leaves its Redis running for its next start, which may never come: whoever adopts it may end it. */
async function endRedis(folder: string): Promise<void> {
  const redis = await startEmbeddedRedis({ folder, cache: cacheFolder(), log: pino({ level: 'silent' }) });
  await redis.stop();
}
