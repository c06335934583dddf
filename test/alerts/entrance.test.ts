import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { alertBot, payload, TOKEN } from './sender.ts';

const HOST_DOWN = { alerts: [{ labels: { host: 'cmp-03' } }] };
const JSON_TYPE = { 'content-type': 'application/json' };

async function outcomes(port: number): Promise<string[]> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return text.split('\n').filter((line) => line.startsWith('stackhand_alerts_total'));
}

describe('the entrance for alerts', () => {
  it('answers 2xx and says which group it is, and counts what came', async () => {
    const bot = await alertBot();

    const first = await bot.post(payload(HOST_DOWN));
    const again = await bot.post(payload(HOST_DOWN));

    expect([first.status, first.text]).toEqual([200, 'A-1: firing\n']);
    expect([again.status, again.text]).toEqual([200, 'A-1: firing\n']);
    expect(await outcomes(bot.running.port)).toEqual([
      'stackhand_alerts_total{outcome="taken"} 1',
      'stackhand_alerts_total{outcome="unchanged"} 1',
    ]);
  });

  it.each([
    ['no token', {}],
    ['another token', { authorization: 'Bearer another-token-of-that-length' }],
    ['a token that ours begins with', { authorization: `Bearer ${TOKEN.slice(0, -1)}` }],
    ['our token as a password', { authorization: `Basic ${TOKEN}` }],
  ])('refuses %s with 401, however large the body', async (_what, headers) => {
    const bot = await alertBot();

    const small = await bot.post(payload(HOST_DOWN), { headers: { ...JSON_TYPE, ...headers } });
    const large = await bot.post('x'.repeat(3_000_000), { headers: { ...JSON_TYPE, ...headers } });

    expect([small.status, small.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(small.text).toContain('Send ALERTS_TOKEN as a bearer token');
    expect(large.status).toBe(401);
    expect(bot.cards()).toEqual([]);
    expect(await outcomes(bot.running.port)).toEqual(['stackhand_alerts_total{outcome="unauthorized"} 2']);
  });

  it('is closed where there is no token to send, and says so', async () => {
    const bot = await alertBot({ env: { ALERTS_TOKEN: '' } });

    const { status, text } = await bot.post(payload(HOST_DOWN));

    expect([status, text]).toEqual([403, 'No alerts are taken here: ALERTS_TOKEN is not set.\n']);
  });

  it('is one path with one method, and the other pages have theirs', async () => {
    const bot = await alertBot();
    const at = async (path: string, method: string): Promise<(number | string | null)[]> => {
      const answer = await fetch(`http://127.0.0.1:${bot.running.port}${path}`, { method });
      return [answer.status, answer.headers.get('allow')];
    };

    expect(await at('/alerts/alertmanager', 'GET')).toEqual([405, 'POST']);
    expect(await at('/alerts/alertmanager', 'PUT')).toEqual([405, 'POST']);
    expect(await at('/alerts', 'POST')).toEqual([404, null]);
    expect(await at('/alerts/alertmanager/x', 'POST')).toEqual([404, null]);
    expect(await at('/healthz', 'POST')).toEqual([405, 'GET, HEAD']);
  });

  it('takes nothing but JSON, and not compressed', async () => {
    const bot = await alertBot();
    const as = (headers: Record<string, string>) =>
      bot.post(payload(HOST_DOWN), { headers: { authorization: `Bearer ${TOKEN}`, ...headers } });

    expect((await as({ 'content-type': 'text/plain' })).status).toBe(415);
    expect((await as({ ...JSON_TYPE, 'content-encoding': 'gzip' })).status).toBe(415);
    expect((await as({ 'content-type': 'application/json; charset=utf-8' })).status).toBe(200);
  });

  it('refuses what is larger than 8 MiB, whether it says so or not, and serves the next', async () => {
    const bot = await alertBot();
    const large = JSON.stringify(payload({ alerts: [{ annotations: { summary: 'x'.repeat(8 * 1_048_576) } }] }));
    const unannounced = new Blob([large]).stream();

    const answers = [
      await bot.post(large),
      // A stream has no length; fetch wants to hear that nothing comes back before it is sent.
      await bot.post('', { body: unannounced, duplex: 'half' } as RequestInit),
      await bot.post(payload(HOST_DOWN)),
    ];

    expect(answers.map(({ status }) => status)).toEqual([413, 413, 200]);
    expect(answers[0]?.text).toBe('The body is larger than 8 MiB: set max_alerts in alertmanager.yml.\n');
  });

  it('says of each thing that is wrong where it stands, and what it should be', async () => {
    const bot = await alertBot();
    const { alerts: _, ...rest } = payload(HOST_DOWN);
    const [alert] = payload(HOST_DOWN).alerts as Record<string, unknown>[];
    const texts = async (...bodies: unknown[]): Promise<string> => {
      const answers = await Promise.all(bodies.map((body) => bot.post(body)));
      expect(answers.map(({ status }) => status)).toEqual(bodies.map(() => 400));
      return answers.map(({ text }) => text).join('');
    };

    expect(
      await texts(
        '{"version":',
        [],
        { ...rest, alerts: [] },
        { ...rest, version: '3', alerts: [alert] },
        {
          ...rest,
          groupKey: undefined,
          alerts: [
            { ...alert, status: 'pending', startsAt: 'yesterday' },
            { ...alert, labels: { severity: 5 }, fingerprint: undefined },
          ],
        },
        { ...rest, alerts: Array.from({ length: 20 }, () => ({ ...alert, status: 'gone' })) },
      ),
    ).toMatchInlineSnapshot(`
      "The body is no JSON.
      the body: should be a map of keys and values, and is a list
      alerts: should not be empty
      version: "3" should be 4, as Alertmanager sends it
      groupKey: is missing
      alerts[0].status: "pending" is none of firing, resolved
      alerts[0].startsAt: "yesterday" should be a time such as 2026-11-25T10:02:00Z
      alerts[1].labels.severity: should be text, and is the number "5"; put it in quotes
      alerts[1].fingerprint: is missing
      alerts[0].status: "gone" is none of firing, resolved
      alerts[1].status: "gone" is none of firing, resolved
      alerts[2].status: "gone" is none of firing, resolved
      alerts[3].status: "gone" is none of firing, resolved
      alerts[4].status: "gone" is none of firing, resolved
      and 15 more
      "
    `);
    expect(bot.cards()).toEqual([]);
  });

  it('does not wait for a body that never comes', async () => {
    const bot = await alertBot();
    const slow = connect(bot.running.port, '127.0.0.1');
    let answer = '';
    slow.on('data', (data) => {
      answer += data.toString();
    });

    slow.write(
      `POST /alerts/alertmanager HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`,
    );
    await once(slow, 'close');

    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  });
});
