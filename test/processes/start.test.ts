import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { startCloud } from '../../demo/cloud/cloud.ts';
import { type Slack, startWorkspace } from '../../demo/workspace/workspace.ts';
import { SLACK_PATH } from '../../src/slack/signed-http.ts';
import { defaultYaml, eventually } from '../bot.ts';
import { newFolder } from '../new-folder.ts';
import { MAIN } from './worker-process.ts';

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const START = [process.execPath, MAIN, 'start'];

interface Started {
  slack: Slack;
  child: ChildProcess;
  /** What it wrote, to its log as to its standard error. */
  said(): string;
  socket: string;
  /** Its exit status, once it and whatever it started have ended. */
  ended: Promise<number | null>;
}

/** Stackhand as people start it, with a Redis of its own. */
async function startProcess(
  [command = '', ...args]: string[],
  { env = {}, yaml = {}, transport }: { env?: Record<string, string>; yaml?: Record<string, unknown>; transport?: 'http' } = {},
): Promise<Started> {
  const slack = await startWorkspace();
  const cloud = await startCloud();
  const folder = newFolder();
  await writeFile(join(folder, 'stackhand.yaml'), stringify({ ...defaultYaml(slack), ...yaml }));
  await writeFile(join(folder, 'clouds.yaml'), cloud.cloudsYaml.replace('pretend-admin:', 'prod:'));
  const child = spawn(command, args, {
    cwd: REPOSITORY,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      SLACK_BOT_TOKEN: slack.botToken,
      ...(transport === 'http' ? { SLACK_SIGNING_SECRET: slack.signingSecret } : { SLACK_APP_TOKEN: slack.appToken }),
      SLACK_API_URL: slack.apiUrl,
      STACKHAND_CONFIG: join(folder, 'stackhand.yaml'),
      STACKHAND_STATE: join(folder, 'state'),
      OS_CLIENT_CONFIG_FILE: join(folder, 'clouds.yaml'),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  // A group of its own, so that a test that failed leaves nobody behind.
  onTestFinished(async () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
    await slack.stop();
    await cloud.stop();
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
  }
  const ended = once(child, 'close').then(([status]) => status as number | null); // 'close' has the exit status first
  return { slack, child, said: () => said, socket: join(folder, 'state', 'redis', 'redis.sock'), ended };
}

async function ready(started: Started): Promise<Started> {
  await eventually(() => started.said().includes('stackhand is ready'), 'its start');
  return started;
}

it('ends and says why where clouds.yaml lacks a cloud', async () => {
  const { said, ended } = await startProcess(START, { yaml: { clouds: [{ name: 'production' }] } });

  expect(await ended).toBe(1);
  expect(said()).toContain('has no cloud `production`; it has `prod`');
});

it('ends and says why where Slack refuses the app token, though its worker was running by then', async () => {
  const { said, ended } = await startProcess(START, { env: { SLACK_APP_TOKEN: 'xapp-1-A0-wrong' } });

  expect(await ended).toBe(1);
  expect(said()).toContain('Slack refuses `SLACK_APP_TOKEN`');
});

it('with a signing secret in the place of the app token Slack posts to it, and its log has neither secret nor line', async () => {
  const started = await ready(await startProcess(START, { transport: 'http', env: { LOG_LEVEL: 'trace' } }));
  const { slack, child, said, ended } = started;
  const port = Number(/"port":(\d+)[^\n]*stackhand is ready/.exec(said())?.[1]);

  await slack.postTo(`http://127.0.0.1:${port}${SLACK_PATH}`);
  await slack.slash('bob', '#ops', 'help quota set');
  await slack.sees('bob', 'Change a project');
  child.kill('SIGTERM');

  expect(await ended).toBe(0);
  expect(slack.callsTo('apps.connections.open')).toEqual([]);
  expect(said()).not.toContain(slack.signingSecret);
  expect(said()).not.toContain('help quota set');
});

it('a SIGTERM to `npm start` ends all of it, Redis last', async () => {
  const { child, socket, ended } = await ready(await startProcess(['npm', 'start']));

  child.kill('SIGTERM');
  await ended;

  await expect(access(socket)).rejects.toThrow('ENOENT');
});

it('the same signal twice, as npm and systemd send it, is one', async () => {
  const { child, said, socket, ended } = await ready(await startProcess(START));

  child.kill('SIGTERM');
  await eventually(() => said().includes('"stopping"'), 'its end to begin');
  child.kill('SIGTERM');

  expect(await ended).toBe(0);
  await expect(access(socket)).rejects.toThrow('ENOENT');
});

it('ends with 1 soon after its own Redis was killed', async () => {
  const { said, ended } = await ready(await startProcess(START));
  const pid = Number(/"pid":(\d+)[^\n]*redis started/.exec(said())?.[1]);

  const killed = performance.now();
  process.kill(pid, 'SIGKILL');

  expect(await ended).toBe(1);
  expect(performance.now() - killed).toBeLessThan(5_000);
  expect(said()).toContain('redis ended by itself');
});
