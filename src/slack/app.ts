import { randomBytes } from 'node:crypto';
import { App } from '@slack/bolt';
import type { WebClient } from '@slack/web-api';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Intake } from '../intake/incoming.ts';
import type { Forms } from '../planning/forms.ts';
import { code, type Reply } from '../reply.ts';
import { takeClick } from './clicks.ts';
import { clientOptions, type SignedIn, type SlackAccount } from './client.ts';
import type { SlackDelivery } from './delivery.ts';
import { suggestNames } from './fill-in.ts';
import type { Gateway } from './gateway.ts';
import { takeCommand, takeSpoken } from './lines.ts';
import { slackLogger } from './logger.ts';
import { takeOpened } from './opened.ts';
import { type Acknowledged, createReceiver } from './receiver.ts';
import { render } from './render.ts';
import { refuseStrangers } from './strangers.ts';
import { takeSubmission } from './submissions.ts';
import { createTeller, type Ear, type Tell } from './teller.ts';
import type { Envelope, Transport } from './transport.ts';

export interface GatewayOptions extends Pick<SlackAccount, 'botToken' | 'apiUrl' | 'log'> {
  transport: Transport;
  /** Who we are to Slack, from signIn. */
  signedIn: SignedIn;
  intake: Intake;
  forms: Forms;
  /** As the manifest names it. */
  command?: string;
}

export interface RunningGateway {
  client: WebClient;
  delivery: SlackDelivery;
  teamId: string;
  botUserId: string;
  /** Whether Slack can reach us now. */
  connected(): boolean;
  /** Ends once the lines that were on their way are answered. */
  stop(): Promise<void>;
}

/** Listens: slash command, mentions, direct messages, buttons, forms, and who opens their Home. Ends once Slack can reach us. */
export async function startSlack(options: GatewayOptions): Promise<RunningGateway> {
  const { transport, apiUrl, intake, forms, log, botToken, command = '/stack' } = options;
  const { client, delivery, teamId, botUserId, botId } = options.signedIn;
  const tell = createTeller(client, { apiUrl, log });
  const gateway: Gateway = { intake, forms, client, tell, log, teamId, botUserId };
  const receiver = createReceiver({
    transport,
    log,
    leftOver: (envelope, acknowledge, error) => answerLeftOver({ command, tell, log }, envelope, acknowledge, error),
  });
  const app = new App<Acknowledged>({
    token: botToken,
    receiver,
    // We know who we are: otherwise Bolt asks Slack, at once and in a promise nobody holds.
    botId,
    botUserId,
    tokenVerificationEnabled: false,
    deferInitialization: true,
    convoStore: false,
    logger: slackLogger(log),
    clientOptions: clientOptions({ apiUrl, log, timeout: 10_000 }),
  });
  // The receiver answers whoever was waiting, and logs.
  app.error(async (error) => {
    throw error;
  });
  listen(app, gateway, command);
  try {
    await app.init();
    await app.start();
  } catch (cause) {
    await app.stop().catch((err: unknown) => log.debug({ err }, 'slack connection was not open'));
    throw cause;
  }
  return { client, delivery, teamId, botUserId, connected: transport.connected, stop: async () => void (await app.stop()) };
}

function listen(app: App<Acknowledged>, gateway: Gateway, command: string): void {
  const { teamId, botUserId, tell } = gateway;
  app.use(refuseStrangers({ teamId, botUserId, tell }));
  app.command(command, ({ body, context }) => takeCommand(gateway, body, context));
  app.event('app_mention', ({ body, context }) => takeSpoken(gateway, body, context));
  app.event('app_home_opened', ({ body, context }) => takeOpened(gateway, body, context));
  app.event('message', ({ body, context }) => takeSpoken(gateway, body, context));
  app.action({ type: 'block_actions' }, ({ body, context }) => takeClick(gateway, body, context));
  app.options({ type: 'block_suggestion' }, ({ body, context }) => suggestNames(gateway, body, context));
  app.view({ type: 'view_submission' }, ({ body, context }) => takeSubmission(gateway, body, context));
}

const LeftOver = z.object({
  type: z.string().optional(),
  command: z.string().optional(),
  user_id: z.string().optional(),
  channel_id: z.string().optional(),
  response_url: z.string().optional(),
  user: z.object({ id: z.string() }).optional(),
  channel: z.object({ id: z.string() }).optional(),
  event: z.object({ user: z.string(), channel: z.string(), thread_ts: z.string() }).partial().optional(),
});

/** Whatever Slack sends gets an answer: a silent button or command looks like a dead bot. */
async function answerLeftOver(
  { command, tell, log }: { command: string; tell: Tell; log: Logger },
  { type, body }: Envelope,
  acknowledge: Acknowledged['acknowledge'],
  error: unknown,
): Promise<void> {
  const read = LeftOver.safeParse(body);
  const found = read.success ? read.data : {};
  const ear = earOfLeftOver(found);
  const reply = error === undefined ? unknownReply(found.command, command) : brokenReply(error, log);
  if (found.type === 'block_suggestion') return acknowledge({ options: [] });
  if (type === 'slash_commands') {
    const { text, blocks } = render(reply);
    await acknowledge({ response_type: 'ephemeral', text, blocks });
    return;
  }
  await acknowledge();
  // Events and closed windows that nobody listens to wait for no answer.
  if (error === undefined && (type === 'events_api' || found.type === 'view_closed')) return;
  if (ear !== undefined) await tell(ear, reply);
}

function earOfLeftOver({ user, user_id, event, channel, channel_id, response_url }: z.infer<typeof LeftOver>): Ear | undefined {
  const who = event?.user ?? user?.id ?? user_id;
  const where = event?.channel ?? channel?.id ?? channel_id;
  if (who === undefined) return undefined;
  return {
    user: who,
    ...(where === undefined ? {} : { channel: where }),
    ...(event?.thread_ts === undefined ? {} : { thread: event.thread_ts }),
    ...(response_url === undefined ? {} : { responseUrl: response_url }),
  };
}

function unknownReply(typed: string | undefined, command: string): Reply {
  if (typed !== undefined) return { text: `I do not answer ${code(typed)}. Type ${code(`${command} help`)}.` };
  return { text: `I do not know what to do with that. Type ${code(`${command} help`)}.` };
}

function brokenReply(err: unknown, log: Logger): Reply {
  const ref = randomBytes(2).toString('hex');
  log.error({ err, ref }, 'listener broke');
  return { text: `Something broke on my side (ref ${ref}).` };
}
