import { z } from 'zod';
import { notice } from '../home/home.ts';
import type { Gateway } from './gateway.ts';
import { renderHome } from './home.ts';
import type { Acknowledged } from './receiver.ts';
import { senderOf } from './sender.ts';

/** https://docs.slack.dev/reference/events/app_home_opened. It comes for the Messages tab too. */
const Opened = z.object({
  event: z.object({ user: z.string(), tab: z.string().default('home'), view: z.object({ hash: z.string() }).optional() }),
});

const UNSEEN = {
  'no answer': 'Redis does not answer, so I cannot tell what waits and what runs. This page fills by itself once it answers.',
  'no worker': 'No worker of mine was heard from lately, so I cannot tell what waits and what runs. Tell whoever runs Stackhand.',
};

/** Somebody opened their Home: a worker is to publish it. Where none can, they read so at once. */
export async function takeOpened(gateway: Gateway, body: unknown, { acknowledge }: Acknowledged): Promise<void> {
  const { user, tab, view } = Opened.parse(body).event;
  if (tab !== 'home' || senderOf(body, gateway.teamId).stranger) return acknowledge();
  const look = { user, opened: true, ...(view === undefined ? {} : { hash: view.hash }) };
  const noted = await gateway.intake.look(look);
  await acknowledge();
  if (noted.noted) return;
  await say(gateway, user, UNSEEN[noted.because], look.hash);
  if ('later' in noted) await noted.later;
  // A worker may have been faster than these words: what it published then goes over them.
  await gateway.intake.look({ user, opened: true });
}

/** Without the limiter, which may be what does not answer. A `hash` that is no longer Slack's: somebody has shown something better. */
async function say({ client, log }: Gateway, user: string, text: string, hash: string | undefined): Promise<void> {
  const view = renderHome(notice(text));
  await client.views
    .publish({ user_id: user, view, ...(hash === undefined ? {} : { hash }) })
    .catch((err: unknown) => log.warn({ err, user }, 'home could not say what is wrong'));
}
