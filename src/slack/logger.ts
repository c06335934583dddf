import { LogLevel, type WebClientOptions } from '@slack/web-api';
import type { Logger } from 'pino';

type SlackLogger = NonNullable<WebClientOptions['logger']>;

/** Slack's libraries log through ours. Their debug lines hold whole bodies, so they are never written. */
export function slackLogger(log: Logger): SlackLogger {
  const words = (parts: unknown[]): string =>
    parts.map((part) => (part instanceof Error ? part.message : String(part))).join(' ');
  return {
    debug: () => undefined,
    info: (...parts: unknown[]) => log.debug({ words: words(parts) }, 'slack library informs'),
    warn: (...parts: unknown[]) => log.warn({ words: words(parts) }, 'slack library warns'),
    error: (...parts: unknown[]) => log.warn({ words: words(parts) }, 'slack library reports an error'),
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  };
}
