import { DeliveryError } from '../errors.ts';
import type { Rendered } from './render.ts';

const TIMEOUT_MS = 5_000;

/** Slack's own address, or the host of the API that was configured: a forged address must not get our words. */
export function isSlackUrl(url: string, apiUrl: string | undefined): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, host, username } = new URL(url);
  if (username !== '') return false;
  if (protocol === 'https:' && (host === 'hooks.slack.com' || host === 'hooks.slack-gov.com')) return true;
  return apiUrl !== undefined && URL.canParse(apiUrl) && new URL(apiUrl).host === host && new URL(apiUrl).protocol === protocol;
}

/**
 * Answers whoever gave the line or the click; good for five answers in thirty minutes, and counted by no rate limit.
 * Throws DeliveryError: `used_url` (final) where it is good no more. https://docs.slack.dev/interactivity/handling-user-interaction
 */
export async function respond(
  url: string,
  { text, blocks }: Rendered,
  { thread, replace = false }: { thread?: string | undefined; replace?: boolean | undefined } = {},
): Promise<void> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        response_type: 'ephemeral',
        replace_original: replace,
        text,
        blocks,
        ...(thread === undefined ? {} : { thread_ts: thread }),
      }),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.arrayBuffer();
  } catch (cause) {
    throw new DeliveryError('lost_answer', { final: false, cause });
  }
  if (response.ok) return;
  if (response.status === 429) {
    const seconds = Number(response.headers.get('retry-after') ?? 1) || 1;
    throw new DeliveryError('ratelimited', { final: false, retryAfterMs: seconds * 1_000 });
  }
  if (response.status >= 500) throw new DeliveryError('unreachable', { final: false });
  throw new DeliveryError('used_url', { final: true });
}
