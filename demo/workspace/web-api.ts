import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Args, optionalString } from './args.ts';
import { authMethods } from './auth.ts';
import { chatMethods } from './chat.ts';
import { conversationMethods } from './conversations.ts';
import type { Fault, Faults } from './faults.ts';
import { fileMethods } from './files.ts';
import { type Method, needScope } from './method.ts';
import { type Json, SlackRefusal, type Workspace } from './model.ts';
import type { RateLimits } from './rate-limits.ts';
import { userMethods } from './users.ts';
import { viewMethods } from './views.ts';

const methods: Record<string, Method> = {
  ...authMethods,
  ...chatMethods,
  ...viewMethods,
  ...fileMethods,
  ...userMethods,
  ...conversationMethods,
};

/** How many calls are kept for `callsTo`. */
const CALLS_KEPT = 5000;

export interface Gate {
  workspace: Workspace;
  faults: Faults;
  limits: RateLimits;
}

/** Answers `POST /api/<method>`. */
export async function answerApi(gate: Gate, method: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { workspace } = gate;
  const args = await readArgs(request);
  if (!args) return send(response, { status: 200, answer: { ok: false, error: 'invalid_json' } });
  await withFaults(gate, method, args, response, () => {
    const wait = gate.limits.take(method, args, workspace.now());
    if (wait > 0) return { status: 429, answer: { ok: false, error: 'ratelimited' }, headers: { 'retry-after': String(wait) } };
    const headers = {
      'x-oauth-scopes': [...workspace.scopes].join(','),
      'x-accepted-oauth-scopes': methods[method]?.scopes.join(',') ?? '',
    };
    try {
      return { status: 200, answer: { ok: true, ...run(workspace, method, args, tokenOf(request, args)) }, headers };
    } catch (error) {
      if (!(error instanceof SlackRefusal)) throw error;
      return { status: 200, answer: { ok: false, error: error.code, ...error.extra }, headers };
    }
  });
}

export interface Answer {
  status: number;
  answer: Json;
  headers?: Record<string, string>;
  /** Sent instead of the answer as JSON. */
  raw?: string | Buffer;
}

/** Runs `effect` and sends its answer, unless a fault was planned; keeps the call for `callsTo`. */
export async function withFaults(
  { workspace, faults }: Gate,
  method: string,
  args: Args,
  response: ServerResponse,
  effect: () => Answer,
): Promise<void> {
  const fault = faults.take(method, args);
  if (fault?.delayMs !== undefined) await sleep(fault.delayMs);
  await fault?.until;
  const planned = fault ? plannedAnswer(fault) : undefined;
  const cut = fault?.drop || fault?.dropAfterEffect;
  if (fault?.hang || fault?.drop || planned) {
    record(workspace, { method, args, at: workspace.now(), status: planned?.status ?? 0, answer: planned?.answer ?? {} });
    if (fault?.hang) return;
    if (cut || !planned) response.destroy();
    else send(response, planned);
    return;
  }
  const answer = effect();
  record(workspace, { method, args, at: workspace.now(), status: cut ? 0 : answer.status, answer: answer.answer });
  if (fault?.delayAnswerMs !== undefined) await sleep(fault.delayAnswerMs);
  if (cut) response.destroy();
  else send(response, answer);
}

function plannedAnswer({ status, retryAfter, error, extra }: Fault): Answer | undefined {
  if (status === 429) {
    return { status, answer: { ok: false, error: 'ratelimited' }, headers: { 'retry-after': String(retryAfter ?? 1) } };
  }
  if (status !== undefined) return { status, answer: { ok: false, error: error ?? 'service_unavailable', ...extra } };
  if (error !== undefined) return { status: 200, answer: { ok: false, error, ...extra } };
  return undefined;
}

function record(workspace: Workspace, call: Workspace['calls'][number]): void {
  workspace.calls.push(call);
  if (workspace.calls.length > CALLS_KEPT) workspace.calls.shift();
  workspace.changed();
}

function send(response: ServerResponse, { status, answer, headers, raw }: Answer): void {
  const type = raw === undefined ? 'application/json; charset=utf-8' : 'application/octet-stream';
  response.writeHead(status, { 'content-type': type, ...headers });
  response.end(raw ?? JSON.stringify(answer));
}

function run(workspace: Workspace, name: string, args: Args, token: string | undefined): Json {
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (!method) throw new SlackRefusal('unknown_method', { req_method: name });
  if (token === undefined) throw new SlackRefusal('not_authed');
  const isApp = token === workspace.app.appToken;
  if (!isApp && token !== workspace.app.botToken) throw new SlackRefusal('invalid_auth');
  if (isApp !== (method.token === 'app')) throw new SlackRefusal('not_allowed_token_type');
  if (!isApp && method.scopes.length > 0) needScope(workspace, ...method.scopes);
  return method.run(workspace, args);
}

export function tokenOf(request: IncomingMessage, args: Args): string | undefined {
  return request.headers.authorization?.match(/^Bearer (.+)$/i)?.[1] ?? optionalString(args, 'token');
}

/** Arguments from the address and the body; nothing where the body is no JSON though it says so. */
async function readArgs(request: IncomingMessage): Promise<Args | undefined> {
  const query = Object.fromEntries(new URL(request.url ?? '/', 'http://slack').searchParams);
  const body = (await readBody(request)).toString();
  if (!request.headers['content-type']?.startsWith('application/json')) {
    return { ...query, ...Object.fromEntries(new URLSearchParams(body)) };
  }
  try {
    return { ...query, ...(JSON.parse(body || '{}') as Json) };
  } catch {
    return undefined;
  }
}

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
