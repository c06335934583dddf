import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Logger } from 'pino';
import { type Entrance, type Page, text } from '../http/server.ts';
import { isSlacks, isTimely, signatureIn } from './signature.ts';
import type { Envelope, Transport } from './transport.ts';

/** For events, slash commands, buttons, forms and completion alike: the app's settings name it for each of them. */
export const SLACK_PATH = '/slack/events';
/** A view has 250 kB at most, which a form's encoding can make three times as long. */
const MAX_BYTES = 1_048_576;
/** What Slack asks without a signature is `ssl_check=1` and a token: nothing longer is read from whoever has none. */
const MAX_UNSIGNED_BYTES = 512;

const NOTHING: Page = { status: 200, type: 'text/plain; charset=utf-8', body: '' };

export interface SignedHttp {
  /** For the HTTP server, at SLACK_PATH. */
  entrance: Entrance;
  transport: Transport;
}

/**
 * Slack connects to us, and signs what it sends. The answer to a request is its acknowledgement, so it waits for the listener as a socket's
 * does. What comes while nobody listens is answered 503: Slack sends an event again, and shows whoever clicked or typed an error.
 */
export function signedHttp({ signingSecret, log }: { signingSecret: string; log: Logger }): SignedHttp {
  let take: ((envelope: Envelope) => void) | undefined;

  const refused = (status: number, because: string): Page => {
    log.warn({ because }, 'slack request refused');
    // Whoever is not Slack learns nothing of how near they came.
    return text(status, status === 401 ? 'Refused.' : `Refused: ${because}.`);
  };

  const entrance: Entrance = {
    maxBytes: MAX_BYTES,

    refuse(headers) {
      if (!take) return refused(503, 'not listening');
      if (typeOf(headers) === undefined) return refused(415, 'neither JSON nor a form, or compressed');
      const signature = signatureIn(headers);
      if (signature === undefined) return mayBeSslCheck(headers) ? undefined : refused(401, 'unsigned');
      return isTimely(signature) ? undefined : refused(401, 'signed at another time');
    },

    async take(body, headers) {
      if (body === 'busy') return refused(503, 'too much is being handed in at once');
      if (body === 'too large') return refused(413, 'too large');
      const signature = signatureIn(headers);
      if (signature === undefined) return isSslCheck(body) ? NOTHING : refused(401, 'unsigned');
      if (!isSlacks(signature, body, signingSecret)) return refused(401, 'not signed by Slack');
      const read = typeOf(headers) === 'json' ? readJson(body) : readForm(body);
      if (read === undefined) return refused(400, 'not understood');
      if (read === 'ssl check') return NOTHING;
      if (read.body.type === 'url_verification') return json({ challenge: read.body.challenge });
      // It may have ended while the body was read.
      if (!take) return refused(503, 'not listening');
      return acknowledged(take, { ...read, ...retryOf(headers), envelope_id: `http:${digest(body)}` });
    },
  };

  return {
    entrance,
    transport: {
      async start(taking) {
        take = taking;
        log.info({ path: SLACK_PATH }, 'slack may post');
      },
      connected: () => take !== undefined,
      async stop(answered) {
        take = undefined;
        await answered;
      },
    },
  };
}

/** Hands it over, and answers what it is acknowledged with. */
function acknowledged(take: (envelope: Envelope) => void, envelope: Omit<Envelope, 'ack'>): Promise<Page> {
  return new Promise((resolve) => {
    take({ ...envelope, ack: async (response) => resolve(response === undefined ? NOTHING : json(response)) });
  });
}

function json(value: object): Page {
  return { status: 200, type: 'application/json; charset=utf-8', body: JSON.stringify(value) };
}

/** Sockets number their envelopes; here what is the same to the letter is the same. */
function digest(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}

function typeOf(headers: IncomingHttpHeaders): 'json' | 'form' | undefined {
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = headers;
  if (encoding.toLowerCase() !== 'identity') return undefined;
  const [name = ''] = type.split(';', 1);
  if (/^application\/json$/i.test(name.trim())) return 'json';
  return /^application\/x-www-form-urlencoded$/i.test(name.trim()) ? 'form' : undefined;
}

/** https://docs.slack.dev/interactivity/implementing-slash-commands: now and then Slack looks at our certificate so, without a signature. */
function mayBeSslCheck(headers: IncomingHttpHeaders): boolean {
  const length = Number(headers['content-length'] ?? Number.NaN);
  return typeOf(headers) === 'form' && length <= MAX_UNSIGNED_BYTES;
}

function isSslCheck(body: string): boolean {
  return new URLSearchParams(body).get('ssl_check') === '1';
}

type Read = Pick<Envelope, 'type' | 'body'> | undefined;

function readJson(body: string): Read {
  const event = parseObject(body);
  return event && { type: 'events_api', body: event };
}

/** A slash command is the form itself; what people click, send or type into a field is JSON in its `payload`. */
function readForm(body: string): Read | 'ssl check' {
  if (isSslCheck(body)) return 'ssl check';
  const form = new URLSearchParams(body);
  const payload = form.get('payload');
  if (payload === null) return form.has('command') ? { type: 'slash_commands', body: Object.fromEntries(form) } : undefined;
  const interaction = parseObject(payload);
  return interaction && { type: 'interactive', body: interaction };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function retryOf(headers: IncomingHttpHeaders): Pick<Envelope, 'retry_num' | 'retry_reason'> {
  const { 'x-slack-retry-num': num, 'x-slack-retry-reason': reason } = headers;
  if (typeof num !== 'string' || !/^\d{1,3}$/.test(num)) return {};
  return { retry_num: Number(num), ...(typeof reason === 'string' ? { retry_reason: reason } : {}) };
}
