import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { compareVersions } from '../../src/openstack/microversions.ts';
import { type Loopback, listenOnLoopback } from '../loopback.ts';
import type { CallFault, FaultBook } from './faults.ts';
import {
  type Answer,
  type Asked,
  askedMicroversion,
  type Caller,
  type CloudService,
  isRecord,
  type Microversions,
  matchRoute,
  Refusal,
  type ServiceApi,
} from './router.ts';

/** One call, as it came in. */
export interface RecordedCall {
  method: string;
  service: CloudService;
  region: string;
  /** With the query. */
  path: string;
  body: unknown;
  /** The `X-Openstack-Request-Id` that the caller sent. */
  requestId: string | undefined;
  microversion: string | undefined;
  /** What it was answered, or would have been; undefined where it was not carried out. */
  status: number | undefined;
}

export interface ServiceOptions {
  api: ServiceApi;
  region: string;
  faults: FaultBook;
  caller(token: string | undefined): Caller | undefined;
  record(call: RecordedCall): void;
  unknown(call: RecordedCall): void;
}

export async function serve(options: ServiceOptions): Promise<Loopback> {
  const server = createServer((request, response) => {
    answer(options, running.url, request, response).catch((error: unknown) => {
      console.error('the pretend cloud broke', error);
      response.destroy();
    });
  });
  const running = await listenOnLoopback(server);
  return running;
}

async function answer(options: ServiceOptions, base: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { api, faults } = options;
  const url = new URL(request.url ?? '/', base);
  const method = request.method ?? 'GET';
  const headers = plainHeaders(request);
  const word = api.microversions?.word;
  const microversion = word ? askedMicroversion(headers, word) : undefined;
  const call: RecordedCall = {
    method,
    service: api.service,
    region: options.region,
    path: url.pathname + url.search,
    body: parsed(await readBody(request)),
    requestId: headers['x-openstack-request-id'],
    microversion,
    status: undefined,
  };
  options.record(call);

  const fault = faults.take(call) ?? {};
  if (fault.delayMs) await sleep(fault.delayMs);
  await fault.until;
  if (fault.hang) return;
  if (fault.dropBefore) {
    response.socket?.destroy();
    return;
  }
  const given = fault.status === undefined ? carryOut(options, { call, url, headers, base }) : injected(fault);
  call.status = given.status;
  send(response, { ...given, headers: { ...given.headers, ...versionHeaders(api, microversion), ...fault.headers } }, fault);
}

interface Incoming {
  call: RecordedCall;
  url: URL;
  headers: Record<string, string>;
  base: string;
}

function carryOut({ api, caller, unknown }: ServiceOptions, { call, url, headers, base }: Incoming): Answer {
  const match = matchRoute(api, call.method, url.pathname);
  const asking = caller(headers['x-auth-token']);
  if (!asking && !match?.route.open) return api.unauthorized(base);
  if (!match) {
    unknown(call);
    return api.noRoute();
  }
  const { microversions } = api;
  const microversion = call.microversion ?? microversions?.min ?? '';
  if (microversions && call.microversion !== undefined && !within(call.microversion, microversions)) {
    return (api.unacceptable ?? unacceptable)(call.microversion, microversions);
  }
  const asked: Asked = {
    method: call.method,
    path: url.pathname,
    params: match.params,
    query: url.searchParams,
    body: call.body,
    headers,
    caller: asking ?? { userId: '', projectId: '', roles: [] },
    microversion,
    base,
  };
  try {
    return match.route.handle(asked);
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    throw error;
  }
}

/** As nova and cinder say it. */
function unacceptable(version: string, { min, max }: Microversions): Answer {
  const message = `Version ${version} is not supported by the API. Minimum is ${min} and maximum is ${max}.`;
  return { status: 406, body: { computeFault: { code: 406, message } } };
}

function within(version: string, { min, max }: Microversions): boolean {
  return compareVersions(version, min) >= 0 && compareVersions(version, max) <= 0;
}

function injected({ status = 500, body, headers = {} }: CallFault): Answer {
  return { status, body, headers };
}

function versionHeaders({ microversions, service }: ServiceApi, asked: string | undefined): Record<string, string> {
  if (!microversions) return {};
  const version = asked ?? microversions.min;
  return {
    'openstack-api-version': `${microversions.word} ${version}`,
    vary: 'OpenStack-API-Version',
    ...(service === 'compute' ? { 'x-openstack-nova-api-version': version } : {}),
  };
}

function send(response: ServerResponse, { status, body, headers }: Answer, fault: CallFault): void {
  if (fault.dropAfterEffect) {
    response.socket?.destroy();
    return;
  }
  const isText = typeof body === 'string';
  const text = body === undefined ? '' : isText ? body : JSON.stringify(body);
  response.writeHead(status, {
    'content-type': isText ? 'text/plain; charset=UTF-8' : 'application/json',
    'content-length': Buffer.byteLength(text),
    'x-openstack-request-id': `req-${randomUUID()}`,
    ...headers,
  });
  if (fault.halfBody) {
    response.write(text.slice(0, Math.ceil(text.length / 2)), () => response.socket?.destroy());
    return;
  }
  response.end(fault.garbled ? '<'.repeat(Buffer.byteLength(text)) : text);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function plainHeaders(request: IncomingMessage): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) if (typeof value === 'string') plain[name] = value;
  return plain;
}
