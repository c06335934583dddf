import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadRegistry } from '../src/registry.ts';
import { type Alertmanager, startAlertmanager } from './alertmanager.ts';
import { type BotProcess, startBotProcess } from './bot-process.ts';
import { type Breakage, openBreakage } from './breakage.ts';
import { type Cloud, startCloud } from './cloud/cloud.ts';
import { demoCloud } from './cloud-seed.ts';
import { askForPort } from './free-port.ts';
import { paceEvacuations } from './pace.ts';
import { type PageServer, startPageServer } from './page-server.ts';
import { CAST, WORKSPACE } from './people.ts';
import { openPower, type Power } from './power.ts';
import type { WorkspaceView } from './protocol.ts';
import { keepSaved, readSaved } from './saved.ts';
import { cloudsYaml, newToken, stackhandYaml } from './settings.ts';
import { getUser, openDirect } from './workspace/state.ts';
import { type Slack, startWorkspace } from './workspace/workspace.ts';

/** What runs: a pretend Slack, a pretend cloud with its monitoring, and the bot as it is, which knows of nothing but their addresses. */
export interface Demo {
  slack: Slack;
  cloud: Cloud;
  bot: BotProcess;
  alertmanager: Alertmanager;
  breakage: Breakage;
  power: Power;
  commands: WorkspaceView['commands'];
}

export interface DemoOptions {
  /** Everything that it keeps between runs. */
  folder: string;
  /** Of the page; 0 takes any. */
  port: number;
  /** Begins anew. */
  reset?: boolean;
}

export interface RunningDemo extends Demo {
  url: string;
  logFile: string;
  stop(): Promise<void>;
}

/**
 * Starts all of it, the page last, so that whoever opens it finds somebody there. What was begun is ended where a step breaks.
 * @throws EADDRINUSE, before anything is forgotten or begun
 */
export async function startDemo({ folder, port, reset = false }: DemoOptions): Promise<RunningDemo> {
  await askForPort(port);
  if (reset) await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const endings: (() => Promise<unknown> | unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of endings.splice(0).reverse()) await end();
  };
  try {
    return { ...(await compose(folder, port, (end) => endings.push(end))), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function compose(folder: string, port: number, atEnd: (end: () => unknown) => void): Promise<Omit<RunningDemo, 'stop'>> {
  const saved = await readSaved(folder);
  const slack = await startWorkspace(WORKSPACE);
  atEnd(slack.stop);
  // What another version has saved may lack what this one's cloud knows of.
  const fresh = demoCloud(Date.now());
  const cloud = await startCloud({ state: saved ? { ...fresh, ...saved.cloud } : fresh });
  atEnd(() => cloud.stop().catch((error: unknown) => console.error(error instanceof Error ? error.message : error)));
  const keeping = keepSaved(folder, saved, { workspace: slack.workspace, cloud: cloud.state });
  atEnd(keeping.end);
  atEnd(paceEvacuations(cloud.state).stop);
  furnish(slack);

  const { changed } = slack.workspace;
  const logFile = join(folder, 'bot.log');
  const token = await tokenIn(folder);
  const bot = await startBotProcess({ ...(await writeSettings(folder, { slack, cloud, token })), folder, logFile, changed });
  atEnd(bot.stop);
  const alertmanager = startAlertmanager({ state: cloud.state, token, port: () => bot.port, changed });
  atEnd(alertmanager.stop);
  const { commands } = await loadRegistry();
  const power = openPower(cloud.state);
  const demo: Demo = {
    ...{ slack, cloud, bot, alertmanager, breakage: openBreakage(cloud, slack, power), power },
    commands: commands.map(({ name, command }) => ({ name, summary: command.summary, example: command.examples[0] ?? name })),
  };
  const page: PageServer = await startPageServer(demo, port);
  atEnd(page.stop);
  return { ...demo, url: page.url, logFile };
}

/** Everybody has the app's direct messages in their list, and no channel is there that the demo has no use for. */
function furnish({ workspace }: Slack): void {
  for (const channel of workspace.channels.values()) if (channel.name === 'secret') workspace.channels.delete(channel.id);
  for (const { name, role } of CAST) {
    if (role !== undefined) openDirect(workspace, workspace.app.botUserId, getUser(workspace, name).id);
  }
}

async function writeSettings(
  folder: string,
  { slack, cloud, token }: { slack: Slack; cloud: Cloud; token: string },
): Promise<{ config: string; env: Record<string, string> }> {
  const config = join(folder, 'stackhand.yaml');
  const clouds = join(folder, 'clouds.yaml');
  await writeFile(config, stackhandYaml(slack.id));
  await writeFile(clouds, cloudsYaml(cloud));
  const env = {
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
    OS_CLIENT_CONFIG_FILE: clouds,
    STACKHAND_STATE: folder,
    ALERTS_TOKEN: token,
  };
  // For whoever wants to see the terminal's side: `set -a; . .state/demo/env; npx stackhand run "host list"`.
  const lines = Object.entries({ ...env, STACKHAND_CONFIG: config }).map(([name, value]) => `${name}='${value}'\n`);
  await writeFile(join(folder, 'env'), lines.join(''), { mode: 0o600 });
  return { config, env };
}

/** The same at each start. */
async function tokenIn(folder: string): Promise<string> {
  const file = join(folder, 'alerts-token');
  const known = await readFile(file, 'utf8').catch(() => undefined);
  if (known !== undefined) return known;
  const token = newToken();
  await writeFile(file, token, { mode: 0o600 });
  return token;
}
