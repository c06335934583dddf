import { expect } from 'vitest';
import type { View } from '../../demo/workspace/model.ts';
import { type Bot, eventually, toyBot } from '../bot.ts';

export const SET = 'cores set demo alice-lab --cores 40 --reason "more load"';
export const OPERATOR = { effects: ['read', 'change', 'disruptive', 'destructive'], roles: ['operator'] };
export const READS = { effects: ['read'], roles: ['viewer', 'approver'] };

/** A bot whose operators' changes take these approvals. */
export function asking(approvals: unknown, more: Record<string, unknown> = {}): Promise<Bot> {
  return toyBot({ yaml: { rules: [{ ...OPERATOR, approvals }, READS], ...more } });
}

/** Without what differs from run to run. */
export function timeless(page: string): string {
  return page.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d/g, 'TIME').replaceAll(/\/p\d+\)/g, '/pTS)');
}

/** A card is linked once it is known where it stands, which is a little later than it stands there. */
export async function carded({ slack, card, running }: Bot): Promise<void> {
  await slack.waitFor(() => card().includes('[Approve]'), 'the card');
  const { redis, keys } = running.core.store;
  const message = keys.message(`${/R-\d+/.exec(card())?.[0]}/card`);
  await eventually(async () => (await redis.hexists(message, 'posted')) === 1, 'its place to be known');
}

/** The Home tab of people of a bot's workspace, as they read it. */
export interface Pages {
  /** Opens it, and waits until it shows these words. @returns all of it. */
  open(who: string, words: string): Promise<string>;
  /** Waits for these words in what is open already. */
  reads(who: string, words: string): Promise<string>;
  /** Waits until these words have gone. */
  readsNoMore(who: string, words: string): Promise<string>;
  now(who: string): string;
  view(who: string): View;
  /** Clicks in it, and waits for what the app writes to them. */
  click(who: string, label: string, told: string): Promise<string>;
  /** How often Slack was made to show them something. */
  published(who: string): number;
}

export function pagesOf(bot: Bot): Pages {
  const { slack } = bot;
  const view = (who: string): View => slack.home(who) ?? expect.fail(`${who} has no Home`);
  // Without the marks for bold and code: tests read words.
  const now = (who: string): string => slack.text(view(who)).replaceAll(/[*`]/g, '');
  const reads = (who: string, words: string): Promise<string> =>
    slack.waitFor(() => slack.home(who) && now(who).includes(words) && now(who), `${who} to read "${words}" at Home`);
  return {
    view,
    now,
    reads,
    async open(who, words) {
      await slack.openHome(who);
      return reads(who, words);
    },
    readsNoMore: (who, words) =>
      slack.waitFor(() => !now(who).includes(words) && now(who), `"${words}" to go from ${who}'s Home`),
    async click(who, label, told) {
      await slack.click(who, view(who), label);
      return bot.hears(who, told);
    },
    published: (who) =>
      slack.callsTo('views.publish').filter(({ args, answer }) => args.user_id === slack.id(who) && answer.ok === true).length,
  };
}

/** What stands between this title and the next one, or the small print. */
export function section(page: string, title: string): string {
  const [, rest = ''] = page.split(new RegExp(`^${title}(?: \\(\\d+\\))?$`, 'm'));
  return (rest.split(/———|^You are /m)[0] ?? '').trim();
}
