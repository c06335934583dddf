import { pino } from 'pino';
import { expect } from 'vitest';
import { exportAudit } from '../../src/audit/export.ts';
import { verifyAudit } from '../../src/audit/verify.ts';
import { openTerminalCore } from '../../src/cli/core.ts';
import { runCli } from '../../src/cli/main.ts';
import { type Bot, type BotOptions, PATIENCE_MS, toyBot } from '../bot.ts';
import { testRedis } from '../setup/redis-client.ts';
import { type Terminal, terminal } from './system.ts';

/** Whom the bot of `mappedBot` knows at its terminals. */
export const MAPPED: Record<string, string> = { bob: 'U0BOB0000', alice: 'U0ALICE00', carol: 'U0CAROL00', eve: 'U0EVE0000' };

/** Its worker maps Unix users to the Slack users of the same name. */
export function mappedBot({ yaml = {}, ...options }: BotOptions = {}): Promise<Bot> {
  return toyBot({ ...options, yaml: { terminal: MAPPED, ...yaml } });
}

/** Types `stackhand …` on this bot's machine. @returns the exit status. */
export function types(bot: Bot, system: Terminal, args: string[], file = bot.file): Promise<number> {
  const { store, auditFolder } = bot.running.core;
  const prefix = store.keys.number.replace(/:[^:]*$/, '');
  return runCli([...args, '--config', file], {
    system,
    env: bot.env,
    openCore: () => openTerminalCore(testRedis().target, bot.running.core.registry, pino({ level: 'silent' }), prefix),
    verifyAudit: (_environment, head) => verifyAudit(store, auditFolder, head),
    exportAudit: (_environment, wanted) => exportAudit(store, auditFolder, wanted),
  });
}

/** The same by this Unix user, who answers like that. @returns everything that was seen. */
export async function typesAs(
  bot: Bot,
  user: string,
  args: string[],
  typed: string[] = [],
): Promise<{ status: number; out: string; err: string }> {
  const system = terminal({ user, typed });
  const status = await types(bot, system, args);
  return { status, out: system.stdout(), err: system.stderr() };
}

export async function shows(system: Terminal, words: string): Promise<void> {
  await expect.poll(system.stderr, { timeout: PATIENCE_MS, interval: 20 }).toContain(words);
}
