import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { Attempt, EnvelopeType, Transport } from './line.ts';
import type { Json, Workspace } from './model.ts';

export interface SignedHttp extends Transport {
  /** Where the app said that it listens; undefined: nowhere, and its sockets are used. */
  readonly url: string | undefined;
  /** As whoever runs the app enters it in its settings. @throws where it does not answer the challenge as Slack wants it. */
  setUrl(url: string): Promise<void>;
  stop(): void;
}

/** Posts what people do to the app's address, signed: https://docs.slack.dev/authentication/verifying-requests-from-slack */
export function createSignedHttp(workspace: Workspace): SignedHttp {
  const ending = new AbortController();
  let url: string | undefined;

  /** @returns the answer's body as Slack reads it, or in a word why there is none. */
  async function post(to: string, type: EnvelopeType, request: Post): Promise<Json | string> {
    const patience = AbortSignal.any([AbortSignal.timeout(workspace.limits.ackTimeoutMs), ending.signal]);
    try {
      const { headers, body } = request;
      // A redirect is no answer here; Slack itself follows two for an event.
      const answer = await fetch(to, { method: 'POST', headers, body, signal: patience, redirect: 'manual' });
      const said = await answer.text();
      return readAnswer(type, answer, said);
    } catch {
      return patience.aborted ? 'operation_timeout' : 'dispatch_failed';
    }
  }

  async function attempt({ type, payload, retry, reason, copies }: Attempt): Promise<Json | string> {
    if (url === undefined) return 'dispatch_failed';
    const to = url;
    const posts: Promise<Json | string>[] = [];
    for (let copy = 0; copy < (copies.deliveries ?? 1); copy += 1) {
      const marked = retry + copy;
      const request = sign(workspace, bodyOf(type, payload), marked === 0 ? {} : retryHeaders(marked, reason || 'http_timeout'));
      for (let same = 0; same < (copies.sameEnvelope ?? 1); same += 1) posts.push(post(to, type, request));
    }
    // As over sockets: whichever copy is answered first.
    const answer = await Promise.race(posts);
    workspace.changed();
    return answer;
  }

  return {
    attempt,
    reasonOf: (error) => RETRY_REASONS[error] ?? 'http_error',
    get url() {
      return url;
    },
    async setUrl(to) {
      const challenge = crypto.randomUUID();
      const body = JSON.stringify({ token: 'pretend', challenge, type: 'url_verification' });
      const answer = await post(to, 'interactive', sign(workspace, { type: 'application/json', text: body }));
      const Answer = z.object({ challenge: z.literal(challenge) });
      if (!Answer.safeParse(answer).success) {
        throw new Error(`Your URL didn't respond with the value of the challenge parameter: ${JSON.stringify(answer)}`);
      }
      url = to;
    },
    stop: () => ending.abort(),
  };
}

/** https://docs.slack.dev/apis/events-api/#retries */
const RETRY_REASONS: Record<string, string> = { operation_timeout: 'http_timeout', dispatch_failed: 'connection_failed' };

function retryHeaders(num: number, reason: string): Record<string, string> {
  return { 'x-slack-retry-num': String(num), 'x-slack-retry-reason': reason };
}

interface Body {
  type: string;
  text: string;
}

/** Events are JSON, a command is a form, and interactions are JSON in a form's `payload`. */
function bodyOf(type: EnvelopeType, payload: Json): Body {
  if (type === 'events_api') return { type: 'application/json', text: JSON.stringify(payload) };
  const form = new URLSearchParams();
  if (type === 'interactive') form.set('payload', JSON.stringify(payload));
  else for (const [name, value] of Object.entries(payload)) form.set(name, String(value));
  return { type: 'application/x-www-form-urlencoded', text: form.toString() };
}

interface Post {
  headers: Record<string, string>;
  body: string;
}

/** By the real clock, whatever the workspace's own says: the app compares it with its machine's. */
function sign({ app }: Workspace, { type, text }: Body, more: Record<string, string> = {}): Post {
  const at = Math.floor(Date.now() / 1_000);
  const signature = createHmac('sha256', app.signingSecret).update(`v0:${at}:${text}`).digest('hex');
  const signed = { 'x-slack-request-timestamp': String(at), 'x-slack-signature': `v0=${signature}` };
  return { headers: { 'content-type': type, 'user-agent': 'Slackbot 1.0 (pretend)', ...signed, ...more }, body: text };
}

/**
 * Of an event only the status counts. All else has to be 200 in so many words: with nothing, with JSON that says so, or, to a command
 * alone, with text.
 */
function readAnswer(type: EnvelopeType, { ok, status, headers }: Response, said: string): Json | string {
  if (type === 'events_api') return ok ? {} : 'http_error';
  if (status !== 200) return status >= 500 ? 'http_service_error' : 'http_client_error';
  if (said === '') return {};
  if (!headers.get('content-type')?.startsWith('application/json')) {
    return type === 'slash_commands' ? { text: said } : 'invalid_response';
  }
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(said));
  } catch {
    return 'invalid_response';
  }
}
