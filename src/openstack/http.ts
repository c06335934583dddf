import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, buildConnector, type Dispatcher, request } from 'undici';

export interface HttpRequest {
  method: Dispatcher.HttpMethod;
  url: string;
  headers: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  /** Doing it twice is as good as once: it is tried again after a lost answer and 502, 503, 504. */
  repeatable: boolean;
  /** Once aborted nothing is sent any more; what is repeatable is given up, another call that was sent is waited for. */
  signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  /** Parsed where it is JSON, else the text. Undefined where there is none. */
  body: unknown;
  /** False where the service said JSON and it is none. */
  whole: boolean;
}

export type Outcome = { answer: HttpAnswer } | { notSent: Error } | { lostAnswer: Error };

export interface Http {
  /** Tries again as far as that is safe. Rejects only with the signal's reason. */
  send(request: HttpRequest): Promise<Outcome>;
  close(): Promise<void>;
}

export interface HttpOptions {
  /** PEM of the authorities to trust instead of the system's. */
  ca?: string | undefined;
  verify: boolean;
  /** From sending to the last byte. */
  timeoutMs: number;
  /** The first wait before trying again; each further one is four times as long. */
  backoffMs: number;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** Nova's largest page is 1,000 servers, about 4 MB. */
const LARGEST_BODY = 64 * 1024 * 1024;
const RETRIES = 3;
/** Longer waits than this are the caller's to decide. */
const LONGEST_RETRY_AFTER_MS = 10_000;

/** What the connector threw: the request cannot have left. */
class ConnectFailed extends Error {}

/** Told to stop while the connection was being made: nothing of it has left. */
class HeldBack extends Error {}

/** Nobody waits a second time for a service that hangs. */
class TimedOut extends Error {}

export function openHttp({ ca, verify, timeoutMs, backoffMs }: HttpOptions): Http {
  const tls = { rejectUnauthorized: verify, ...(ca === undefined ? {} : { ca }) };
  const connector = buildConnector({ ...tls, timeout: CONNECT_TIMEOUT_MS });
  const connect: buildConnector.connector = (options, done) =>
    connector(options, (error, socket) => {
      if (error) done(new ConnectFailed(error.message, { cause: error }), null);
      else done(null, socket);
    });
  const limits = { connect, connections: 32, headersTimeout: 0, bodyTimeout: 0 };
  const shared = new Agent({ ...limits, keepAliveTimeout: 4_000 });
  // A service may close an idle socket just as we write to it, and then nobody knows whether it was read: writes get their own.
  const fresh = new Agent({ ...limits, pipelining: 0 });

  async function once(call: HttpRequest): Promise<Outcome> {
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(new TimedOut(`no answer within ${timeoutMs} ms`)), timeoutMs);
    const stop = (): void => deadline.abort(call.signal?.reason);
    if (call.repeatable) call.signal?.addEventListener('abort', stop);
    try {
      const response = await request(call.url, {
        dispatcher: call.repeatable ? shared : fresh.compose(holdBack(call.signal)),
        method: call.method,
        headers: { ...call.headers, ...(call.body === undefined ? {} : { 'content-type': 'application/json' }) },
        body: call.body === undefined ? null : JSON.stringify(call.body),
        signal: deadline.signal,
      });
      const headers = plainHeaders(response.headers);
      return { answer: { status: response.statusCode, headers, ...parseBody(headers, await readAll(response.body)) } };
    } catch (error) {
      if (call.repeatable || error instanceof HeldBack) call.signal?.throwIfAborted();
      const cause = error instanceof Error ? error : new Error(String(error));
      return cause instanceof ConnectFailed ? { notSent: cause } : { lostAnswer: cause };
    } finally {
      clearTimeout(timer);
      call.signal?.removeEventListener('abort', stop);
    }
  }

  return {
    async send(call) {
      for (let attempt = 0; ; attempt++) {
        call.signal?.throwIfAborted();
        const outcome = await once(call);
        const waitMs = attempt < RETRIES ? waitBefore(outcome, call, backoffMs * 4 ** attempt) : undefined;
        if (waitMs === undefined) return outcome;
        await sleep(waitMs, undefined, call.signal ? { signal: call.signal } : {}).catch(() => call.signal?.throwIfAborted());
      }
    },
    async close() {
      await Promise.all([shared.destroy(), fresh.destroy()]);
    },
  };
}

/** The last moment for it: the connection stands, and nothing has been written to it. */
function holdBack(signal: AbortSignal | undefined): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) => {
    const begin = handler.onRequestStart?.bind(handler);
    handler.onRequestStart = (controller, context) => {
      if (signal?.aborted) controller.abort(new HeldBack());
      else begin?.(controller, context);
    };
    return dispatch(options, handler);
  };
}

/** How long to wait before the same is sent again; undefined where it must not be. */
function waitBefore(outcome: Outcome, call: HttpRequest, backoffMs: number): number | undefined {
  const jittered = backoffMs * (0.75 + Math.random() / 2);
  if ('notSent' in outcome) return jittered;
  if (!call.repeatable || ('lostAnswer' in outcome && outcome.lostAnswer instanceof TimedOut)) return undefined;
  if ('lostAnswer' in outcome) return jittered;
  const { status, headers } = outcome.answer;
  if (status !== 429 && status !== 502 && status !== 503 && status !== 504) return undefined;
  const askedMs = Number(headers['retry-after'] ?? 0) * 1_000;
  if (askedMs > LONGEST_RETRY_AFTER_MS) return undefined;
  return Math.max(jittered, Number.isFinite(askedMs) ? askedMs : 0);
}

async function readAll(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > LARGEST_BODY) throw new Error(`an answer of more than ${LARGEST_BODY} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseBody(headers: Record<string, string>, text: string): { body: unknown; whole: boolean } {
  if (text === '') return { body: undefined, whole: true };
  if (!headers['content-type']?.includes('json')) return { body: text, whole: true };
  try {
    return { body: JSON.parse(text), whole: true };
  } catch {
    return { body: text, whole: false };
  }
}

function plainHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) plain[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return plain;
}
