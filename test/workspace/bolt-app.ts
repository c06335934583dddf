import { App, LogLevel, SocketModeReceiver } from '@slack/bolt';
import { type Options, type Slack, startWorkspace } from '../../demo/workspace/workspace.ts';

/** Bolt's own. */
const BACK_AFTER_MS = 5_000;

/** A workspace and what is started in it, stopped together. */
export interface Stage {
  slack: Slack;
  /** @param backAfterMs how long it waits before it connects again; also how late a pong may be before it does. */
  bolt(prepare: (app: App) => void, backAfterMs?: number): Promise<App>;
  stop(): Promise<void>;
}

export async function stage(options?: Options): Promise<Stage> {
  const slack = await startWorkspace(options);
  const apps: App[] = [];
  return {
    slack,
    bolt: async (prepare, backAfterMs) => {
      const app = await startBolt(slack, prepare, backAfterMs);
      apps.push(app);
      return app;
    },
    stop: async () => {
      for (const app of apps) await app.stop();
      await slack.waitFor(() => slack.connections === 0, 'the apps to leave');
      await slack.stop();
    },
  };
}

/**
 * An unchanged Bolt app in Socket Mode. Each side gets its own `clientOptions`, since socket-mode writes 100 retries into the
 * one it is given; `init` is deferred, since otherwise a failed `auth.test` is an unhandled rejection.
 */
async function startBolt(slack: Slack, prepare: (app: App) => void, backAfterMs = BACK_AFTER_MS): Promise<App> {
  const receiver = new SocketModeReceiver({
    appToken: slack.appToken,
    clientPingTimeout: backAfterMs,
    logLevel: LogLevel.ERROR,
    installerOptions: {
      clientOptions: { slackApiUrl: slack.apiUrl, retryConfig: { retries: 100, factor: 1.3, minTimeout: 100, maxTimeout: 1000 } },
    },
  });
  const app = new App({
    token: slack.botToken,
    receiver,
    deferInitialization: true,
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl: slack.apiUrl, retryConfig: { retries: 2, minTimeout: 50, maxTimeout: 200 }, timeout: 2000 },
  });
  prepare(app);
  await app.init();
  await app.start();
  return app;
}
