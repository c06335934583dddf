import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { type Loopback, listenOnLoopback } from '../loopback.ts';
import { takeUpload } from './files.ts';
import { type Json, SlackRefusal } from './model.ts';
import { takeResponse } from './response-urls.ts';
import type { SocketMode } from './socket.ts';
import { answerApi, type Gate, readBody, tokenOf, withFaults } from './web-api.ts';

/** Listens on loopback. Addresses that are not Slack's go to `page`. */
export async function startServer(gate: Gate, socket: SocketMode, port: number, page?: RequestListener): Promise<Loopback> {
  const server = createServer((request, response) => {
    route(gate, request, response, page).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ ok: false, error: 'fatal_error', why: String(error) }));
    });
  });
  server.on('upgrade', (request, stream, head) => socket.upgrade(request, stream, head));

  return listenOnLoopback(server, port, () => socket.disconnect({ abrupt: true }));
}

async function route(gate: Gate, request: IncomingMessage, response: ServerResponse, page?: RequestListener): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://slack');
  const [, area, ...rest] = pathname.split('/');
  const last = decodeURIComponent(rest.at(-1) ?? '');
  if (area === 'api') return answerApi(gate, last, request, response);
  if (area === 'upload') return answerUpload(gate, last, request, response);
  if (area === 'actions') return answerResponseUrl(gate, last, request, response);
  if (area === 'files-pri') return answerDownload(gate, rest[0] ?? '', request, response);
  if (page) return page(request, response);
  response.writeHead(404).end();
}

async function answerUpload(gate: Gate, id: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request);
  const content = await takeUpload(body, request.headers['content-type']);
  await withFaults(gate, 'upload', { file: id }, response, () => {
    const file = gate.workspace.files.get(id);
    if (!file || file.completed) return { status: 404, answer: { error: 'file_not_found' } };
    file.content = content;
    return { status: 200, answer: {}, raw: `OK - ${content.length}` };
  });
}

async function answerResponseUrl(gate: Gate, id: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const args = JSON.parse((await readBody(request)).toString() || '{}') as Json;
  await withFaults(gate, 'response_url', { ...args, url: id }, response, () => {
    try {
      takeResponse(gate.workspace, id, args);
      return { status: 200, answer: { ok: true }, raw: 'ok' };
    } catch (error) {
      if (!(error instanceof SlackRefusal)) throw error;
      const gone = ['used_url', 'expired_url', 'invalid_url'].includes(error.code);
      return { status: gone ? 404 : 400, answer: { ok: false, error: error.code, ...error.extra } };
    }
  });
}

async function answerDownload(gate: Gate, id: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  await withFaults(gate, 'download', { file: id }, response, () => {
    const file = gate.workspace.files.get(id);
    if (tokenOf(request, {}) !== gate.workspace.app.botToken)
      return { status: 403, answer: { ok: false, error: 'invalid_auth' } };
    if (!gate.workspace.scopes.has('files:read')) return { status: 403, answer: { ok: false, error: 'missing_scope' } };
    if (!file?.content) return { status: 404, answer: { ok: false, error: 'file_not_found' } };
    return { status: 200, answer: {}, raw: file.content };
  });
}
