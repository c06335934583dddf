import { App, LogLevel, SocketModeReceiver } from '@slack/bolt';
import type { Slack } from '../../demo/workspace/workspace.ts';

/**
 * An unchanged Bolt app in Socket Mode. Each side gets its own `clientOptions`, since socket-mode writes 100 retries into the one it is given;
 * `init` is deferred, since otherwise a failed `auth.test` is an unhandled rejection.
 */
export async function startBolt(slack: Slack, prepare: (app: App) => void): Promise<App> {
  const receiver = new SocketModeReceiver({
    appToken: slack.appToken,
    logLevel: LogLevel.ERROR,
    clientPingTimeout: 300,
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
