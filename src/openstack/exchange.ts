import { z } from 'zod';
import { OpenStackError } from '../errors.ts';
import type { Token } from './auth.ts';
import type { Connection } from './connection.ts';
import { faultOf } from './faults.ts';
import type { HttpAnswer, Outcome } from './http.ts';
import { compareVersions, microversionHeaders } from './microversions.ts';
import type { Call } from './session.ts';

export interface Exchange {
  connection: Connection;
  region: string;
  call: Call<unknown>;
  /** Ours, sent along. */
  requestId: string;
  signal: AbortSignal | undefined;
  notes: string[];
}

export interface Answer {
  status: number;
  /** The service's, where it gave one. */
  requestId: string | undefined;
  /** The service's own clock, from the `Date` header, in milliseconds since 1970; none where neither it nor its proxy sends one. */
  at: number | undefined;
  body: unknown;
}

/** One call and its answer: logs in again once after a 401, and asks an older cloud in its own version where the call allows that. */
export async function exchange(exchange: Exchange): Promise<Answer> {
  const { connection, call } = exchange;
  const began = performance.now();
  const told = (status: number | string): void =>
    connection.onCall({
      cloud: connection.cloud.name,
      service: call.service,
      method: call.method,
      status,
      seconds: (performance.now() - began) / 1_000,
    });
  try {
    const answer = await exchangeOnce(exchange);
    told(answer.status);
    return answer;
  } catch (error) {
    told(error instanceof OpenStackError ? (error.status ?? error.code) : 'error');
    throw error;
  }
}

async function exchangeOnce(exchange: Exchange): Promise<Answer> {
  const { connection, call, requestId, signal } = exchange;
  const name = callName(call);
  let token = await loggedIn(exchange, connection.token(signal));
  let answer = answerOf(exchange, await send(exchange, token, call.microversion));
  if (answer.status === 401) {
    token = await loggedIn(exchange, connection.renew(token, signal));
    answer = answerOf(exchange, await send(exchange, token, call.microversion));
  }
  if (answer.status === 406 && call.microversion !== undefined) {
    answer = answerOf(exchange, await send(exchange, token, await negotiate(exchange, call.microversion)));
  }
  const answered = answer.headers['x-openstack-request-id'] ?? answer.headers['x-compute-request-id'];
  if (answer.status >= 300) {
    const { code, words } = faultOf(call.service, answer);
    throw new OpenStackError({
      code,
      call: name,
      reads: isRead(call),
      status: answer.status,
      requestId: answered ?? requestId,
      ...(words ? { fault: words } : {}),
    });
  }
  if (!answer.whole) {
    throw new OpenStackError({
      code: 'bad_answer',
      call: name,
      reads: isRead(call),
      status: answer.status,
      fault: 'not JSON',
      requestId: answered ?? requestId,
    });
  }
  return { status: answer.status, requestId: answered, at: dateOf(answer), body: answer.body };
}

function dateOf({ headers }: HttpAnswer): number | undefined {
  const at = Date.parse(headers.date ?? '');
  return Number.isNaN(at) ? undefined : at;
}

/** "PUT compute /os-quota-sets/42ab" */
export function callName({ method, service, path }: Pick<Call<unknown>, 'method' | 'service' | 'path'>): string {
  return `${method} ${service} ${path}`;
}

/** It changes nothing, however it ends. */
export function isRead({ method, reads }: Pick<Call<unknown>, 'method' | 'reads'>): boolean {
  return method === 'GET' || method === 'HEAD' || reads === true;
}

/** The answer's body as the call promises it, or `bad_answer`. */
export function parse<T>(call: Call<T>, answer: Answer): T {
  const parsed = call.response.safeParse(answer.body);
  if (parsed.success) return parsed.data;
  throw new OpenStackError({
    code: 'bad_answer',
    call: callName(call),
    reads: isRead(call),
    status: answer.status,
    fault: z.prettifyError(parsed.error).replace(/\s+/g, ' '),
    ...(answer.requestId ? { requestId: answer.requestId } : {}),
  });
}

function send(
  { connection, region, call, requestId, signal }: Exchange,
  token: Token,
  microversion: string | undefined,
): Promise<Outcome> {
  const url = new URL(connection.rootOf(call.service, region, token, callName(call)) + call.path);
  for (const [key, value] of Object.entries(call.query ?? {})) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) url.searchParams.append(key, String(one));
  }
  return connection.http.send({
    method: call.method,
    url: url.href,
    headers: {
      accept: 'application/json',
      'x-auth-token': token.id,
      'x-openstack-request-id': requestId,
      ...microversionHeaders(call.service, microversion),
      ...call.headers,
    },
    body: call.body,
    repeatable: isRead(call),
    signal,
  });
}

function answerOf({ call, requestId }: Exchange, outcome: Outcome): HttpAnswer {
  if ('answer' in outcome) return outcome.answer;
  const lost = 'lostAnswer' in outcome;
  const cause = lost ? outcome.lostAnswer : outcome.notSent;
  throw new OpenStackError({
    code: lost ? 'lost_answer' : 'not_sent',
    call: callName(call),
    reads: isRead(call),
    fault: cause.message,
    requestId,
    cause,
  });
}

/** A log-in whose answer got lost leaves the call itself certainly undone: that is what its error must say. */
async function loggedIn({ call, signal }: Exchange, coming: Promise<Token>): Promise<Token> {
  try {
    return await unlessAborted(coming, signal);
  } catch (error) {
    if (!(error instanceof OpenStackError)) throw error;
    if (error.code !== 'lost_answer' && error.code !== 'bad_answer' && error.code !== 'server_error') throw error;
    const fault = `no token: ${error.message}`;
    throw new OpenStackError({ code: 'not_sent', call: callName(call), reads: isRead(call), fault, cause: error });
  }
}

/** Others wait for the same log-in: it goes on, and only we leave. */
export async function unlessAborted<T>(coming: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return coming;
  let leave = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason);
  });
  signal.addEventListener('abort', leave, { once: true });
  if (signal.aborted) leave();
  try {
    return await Promise.race([coming, aborted]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}

/** The version to ask an older cloud in. A 406 did nothing, so this is safe even for writes, which it refuses. */
async function negotiate({ connection, region, call, signal, notes }: Exchange, wanted: string): Promise<string> {
  const { min, max } = await connection.versions(call.service, region, signal);
  const has = min && max ? `${min} to ${max}` : 'none';
  if (call.older === undefined || !max || !min || compareVersions(max, wanted) >= 0) {
    const fault = `needs ${call.service} API version ${wanted}, this cloud has ${has}`;
    throw new OpenStackError({ code: 'unsupported', call: callName(call), fault });
  }
  noteOnce(notes, `This cloud's ${call.service} API ends at ${max}, ${wanted} was wanted: ${call.older}`);
  return max;
}

export function noteOnce(notes: string[], note: string): void {
  if (!notes.includes(note)) notes.push(note);
}
