import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { BOT_EVENTS, BOT_SCOPES } from '../../src/slack/scopes.ts';
import { SLACK_PATH } from '../../src/slack/signed-http.ts';

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

const text = await readFile(new URL('../../manifest.yaml', import.meta.url), 'utf8');

it('the manifest asks for what the code needs, and for no more', () => {
  const manifest = Manifest.parse(parse(text));

  expect(manifest.oauth_config.scopes.bot).toEqual([...BOT_SCOPES]);
  expect(manifest.settings.event_subscriptions.bot_events).toEqual([...BOT_EVENTS]);
  expect(manifest.features.slash_commands.map(({ command }) => command)).toEqual(['/stack']);
});

it('with its comments taken away it has Slack post everything to the one address', () => {
  const http = parse(text.replace(/# (\w+: https)/g, '$1').replace('socket_mode_enabled: true', 'socket_mode_enabled: false'));
  const address = `https://stackhand.example.org${SLACK_PATH}`;

  expect(http).toMatchObject({
    features: { slash_commands: [{ command: '/stack', url: address }] },
    settings: {
      event_subscriptions: { request_url: address, bot_events: [...BOT_EVENTS] },
      interactivity: { is_enabled: true, request_url: address, message_menu_options_url: address },
      socket_mode_enabled: false,
    },
  });
});
