import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { startCloud } from '../../demo/cloud/cloud.ts';
import { startWorkspace } from '../../demo/workspace/workspace.ts';
import { defaultYaml } from '../bot.ts';

const MAIN = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));

/** `stackhand start` as people type it, with a Redis of its own, until it ends by itself. */
async function startAndEnd(broken: { env?: Record<string, string>; yaml?: Record<string, unknown> }) {
  const slack = await startWorkspace();
  const cloud = await startCloud();
  const folder = await mkdtemp(join(tmpdir(), 'stackhand-start-'));
  await writeFile(join(folder, 'stackhand.yaml'), stringify({ ...defaultYaml(slack), ...broken.yaml }));
  await writeFile(join(folder, 'clouds.yaml'), cloud.cloudsYaml.replace('pretend-admin:', 'prod:'));
  const child = spawn(process.execPath, [MAIN, 'start'], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
      SLACK_API_URL: slack.apiUrl,
      STACKHAND_STATE: join(folder, 'state'),
      ...broken.env,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await slack.stop();
    await cloud.stop();
    await rm(folder, { recursive: true, force: true });
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const [status] = await once(child, 'close');
  return { status, said };
}

it('ends and says why where clouds.yaml lacks a cloud', async () => {
  const { status, said } = await startAndEnd({ yaml: { clouds: [{ name: 'production' }] } });

  expect(said).toContain('has no cloud `production`; it has `prod`');
  expect(status).toBe(1);
});

it('ends and says why where Slack refuses the app token, though its worker was running by then', async () => {
  const { status, said } = await startAndEnd({ env: { SLACK_APP_TOKEN: 'xapp-1-A0-wrong' } });

  expect(said).toContain('Slack refuses `SLACK_APP_TOKEN`');
  expect(status).toBe(1);
});
