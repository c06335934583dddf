import { type Args, optionalString } from './args.ts';

// Slack's tiers, calls a minute: https://docs.slack.dev/apis/web-api/rate-limits
const perMinute: Record<string, number> = {
  'chat.update': 50,
  'chat.delete': 50,
  'chat.postEphemeral': 100,
  'views.open': 100,
  'views.update': 100,
  'views.push': 100,
  'views.publish': 100,
  'users.info': 100,
  'users.list': 20,
  'users.lookupByEmail': 50,
  'usergroups.list': 20,
  'usergroups.users.list': 20,
  'conversations.open': 50,
  'conversations.info': 50,
  'conversations.history': 50,
  'conversations.replies': 50,
  'conversations.members': 100,
  'files.getUploadURLExternal': 100,
  'files.completeUploadExternal': 100,
  'files.info': 100,
  'apps.connections.open': 50,
};

/** Messages a channel takes at once before Slack holds to one a second. */
const POST_BURST = 4;

export interface RateLimits {
  on: boolean;
  /** Seconds to wait, or 0 when the call may pass. */
  take(method: string, args: Args, now: number): number;
}

/** Slack's real limits as token buckets; off unless a test or the demo turns them on. */
export function createRateLimits(): RateLimits {
  const buckets = new Map<string, { tokens: number; at: number }>();

  function takeFrom(key: string, size: number, perSecond: number, now: number): number {
    const bucket = buckets.get(key) ?? { tokens: size, at: now };
    bucket.tokens = Math.min(size, bucket.tokens + ((now - bucket.at) / 1000) * perSecond);
    bucket.at = now;
    buckets.set(key, bucket);
    if (bucket.tokens < 1) return Math.ceil((1 - bucket.tokens) / perSecond);
    bucket.tokens -= 1;
    return 0;
  }

  const limits: RateLimits = {
    on: false,
    take: (method, args, now) => {
      if (!limits.on) return 0;
      if (method === 'chat.postMessage') return takeFrom(`${method} ${optionalString(args, 'channel')}`, POST_BURST, 1, now);
      const limit = perMinute[method];
      return limit === undefined ? 0 : takeFrom(method, limit, limit / 60, now);
    },
  };
  return limits;
}
