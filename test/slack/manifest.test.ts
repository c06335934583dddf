import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { BOT_EVENTS, BOT_SCOPES } from '../../src/slack/scopes.ts';

const Manifest = z.object({
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
  settings: z.object({
    event_subscriptions: z.object({ bot_events: z.array(z.string()) }),
    interactivity: z.object({ is_enabled: z.literal(true) }),
    socket_mode_enabled: z.literal(true),
  }),
  features: z.object({
    app_home: z.object({ home_tab_enabled: z.literal(true), messages_tab_enabled: z.literal(true) }),
    slash_commands: z.array(z.object({ command: z.string() })),
  }),
});

it('the manifest asks for what the code needs, and for no more', async () => {
  const manifest = Manifest.parse(parse(await readFile(new URL('../../manifest.yaml', import.meta.url), 'utf8')));

  expect(manifest.oauth_config.scopes.bot).toEqual([...BOT_SCOPES]);
  expect(manifest.settings.event_subscriptions.bot_events).toEqual([...BOT_EVENTS]);
  expect(manifest.features.slash_commands.map(({ command }) => command)).toEqual(['/stack']);
});
