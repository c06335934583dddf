import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type Check, type Entrance, type HttpServer, startHttp, text } from '../../src/http/server.ts';
import { createMetrics } from '../../src/process/metrics.ts';
import { eventually } from '../bot.ts';

let server: HttpServer | undefined;
afterEach(() => server?.close());

const REDIS_UP: Check = { name: 'redis', ok: true };

interface Served {
  live?: Check[];
  ready?: Check[] | Error | 'never';
  entrances?: Record<string, Entrance>;
}

async function serve({ live = [REDIS_UP], ready = [REDIS_UP], entrances = {} }: Served = {}) {
  const metrics = createMetrics({ processMetrics: false });
  server = await startHttp({
    host: '127.0.0.1',
    port: 0,
    metrics: metrics.registry,
    checkWithinMs: 100,
    entrances,
    inHandAtMost: 1_000_000,
    health: {
      live: async () => live,
      ready: () =>
        ready === 'never' ? new Promise(() => {}) : ready instanceof Error ? Promise.reject(ready) : Promise.resolve(ready),
    },
  });
  const { port } = server;
  return { metrics, get: (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init), port };
}

describe('the health pages', () => {
  it('answer 200 and name each check while all is well', async () => {
    const { get } = await serve();
    const answer = await get('/healthz');

    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await answer.json()).toEqual({ ok: true, checks: [{ name: 'redis', ok: true }] });
  });

  it('answer 503 where one check is wrong, and say which', async () => {
    const slack: Check = { name: 'slack groups', ok: false, detail: 'Slack does not know S0GONE' };
    const { get } = await serve({ ready: [REDIS_UP, slack] });
    const answer = await get('/readyz?verbose');

    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({ ok: false, checks: [REDIS_UP, slack] });
    expect((await get('/healthz')).status).toBe(200);
  });

  it('answer 503 where the checks themselves break, without showing why', async () => {
    const { get } = await serve({ ready: new Error('redis://me:hunter2@redis') });
    const answer = await get('/readyz');

    expect(answer.status).toBe(503);
    expect(await answer.text()).toBe(
      '{"ok":false,"checks":[{"name":"checks","ok":false,"detail":"the checks themselves broke; see the log"}]}\n',
    );
  });

  it('answer 503 where the checks never end', async () => {
    const { get } = await serve({ ready: 'never' });

    expect(await (await get('/readyz')).json()).toMatchObject({ checks: [{ detail: 'no answer within 0.1 s' }] });
  });
});

describe('everything else', () => {
  it('is not there', async () => {
    const { get } = await serve();

    for (const path of ['/', '/healthz/', '/constructor', '/metrics/../healthz?x', '//healthz']) {
      const { status } = await get(path);
      expect([path, status]).toEqual([path, path.endsWith('healthz?x') ? 200 : 404]);
    }
  });

  it('is answered to GET and HEAD alone', async () => {
    const { get } = await serve();
    const head = await get('/healthz', { method: 'HEAD' });
    const post = await get('/healthz', { method: 'POST', body: 'x'.repeat(100_000) });

    expect([head.status, await head.text(), head.headers.get('content-length')]).toEqual([200, '', '50']);
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('is refused where the header is too long', async () => {
    const { get } = await serve();

    expect((await get('/healthz', { headers: { cookie: 'x'.repeat(9_000) } })).status).toBe(431);
  });

  it('does not keep the server from closing, nor does a client that never ends its request', async () => {
    const { port } = await serve();
    const slow = connect(port, '127.0.0.1');
    slow.on('error', () => {});
    await once(slow, 'connect');
    slow.write('GET /healthz HTTP/1.1\r\n');

    const gone = once(slow, 'close');
    await server?.close();
    await gone;
  });
});

describe('an entrance', () => {
  /** More than half of what may be in hand at once. */
  const much = 'x'.repeat(600_000);

  /** Takes as much, and does not let go of it before it is told. */
  function greedy(maxBytes = much.length): { entrance: Entrance; taken: string[]; letGo(): void } {
    const taken: string[] = [];
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const take: Entrance['take'] = async (body, { 'x-name': name }) => {
      taken.push(body === 'busy' || body === 'too large' ? body : `${String(name)} ${body.length}`);
      if (body !== 'busy') await held;
      return text(200, 'taken');
    };
    return { entrance: { maxBytes, refuse: () => undefined, take }, taken, letGo };
  }

  it('gets the headers with the body, and is kept by no other one from taking it', async () => {
    const first = greedy();
    const second = greedy();
    const { get } = await serve({ entrances: { '/first': first.entrance, '/second': second.entrance } });
    const post = (path: string, name: string) => get(path, { method: 'POST', headers: { 'x-name': name }, body: much });
    const one = post('/first', 'a');
    await eventually(() => first.taken.length === 1, 'the first one');

    await post('/first', 'b');
    const other = post('/second', 'c');
    await eventually(() => second.taken.length === 1, 'the other one');
    first.letGo();
    second.letGo();
    await Promise.all([one, other]);

    expect([first.taken, second.taken]).toEqual([[`a ${much.length}`, 'busy'], [`c ${much.length}`]]);
  });
});

describe('/metrics', () => {
  it('tells what was recorded', async () => {
    const { get, metrics } = await serve();
    metrics.lineTaken('slash', 'taken');
    metrics.lineTaken('mention', 'no answer');
    metrics.acknowledged('slash', 0.02);
    metrics.requestEnded('quota set', 'change', 'done');
    metrics.requestEnded(undefined, undefined, 'refused');
    metrics.vote('approve', true);
    metrics.outbox(3, 12.5);
    metrics.alertTold('taken');
    metrics.alertTold('wrong shape');
    metrics.standstill('lab', { freeze: true, brake: false });
    metrics.alertGroups(2);
    metrics.openstackCall({ cloud: 'lab', service: 'compute', method: 'PUT', status: 403, seconds: 0.2 });
    metrics.openstackCall({ cloud: 'lab', service: 'network', method: 'GET', status: 'lost_answer', seconds: 61 });
    metrics.redisUp(true);

    const answer = await get('/metrics');
    const lines = (await answer.text()).split('\n').filter((line) => !line.startsWith('#') && !/_(bucket|sum)\{/.test(line));

    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(lines).toEqual([
      'stackhand_lines_total{entry="slash",outcome="taken"} 1',
      'stackhand_lines_total{entry="mention",outcome="no answer"} 1',
      '',
      'stackhand_acknowledgement_seconds_count{entry="slash"} 1',
      '',
      'stackhand_requests_ended_total{command="quota set",effect="change",state="done"} 1',
      'stackhand_requests_ended_total{command="",effect="",state="refused"} 1',
      '',
      'stackhand_votes_total{verdict="approve",counted="true"} 1',
      '',
      'stackhand_outbox_messages 3',
      '',
      'stackhand_outbox_oldest_seconds 12.5',
      '',
      'stackhand_alerts_total{outcome="taken"} 1',
      'stackhand_alerts_total{outcome="wrong shape"} 1',
      '',
      'stackhand_cloud_standstill{cloud="lab",by="freeze"} 1',
      'stackhand_cloud_standstill{cloud="lab",by="brake"} 0',
      '',
      'stackhand_alert_groups_firing 2',
      '',
      'stackhand_openstack_call_seconds_count{cloud="lab",service="compute",method="PUT",status="403"} 1',
      'stackhand_openstack_call_seconds_count{cloud="lab",service="network",method="GET",status="lost_answer"} 1',
      '',
      'stackhand_redis_up 1',
      '',
    ]);
  });

  it('tells how the process is, unless told not to', async () => {
    expect(await createMetrics().registry.metrics()).toContain('process_resident_memory_bytes');
  });
});
