import { describe, expect, it, onTestFinished } from 'vitest';
import { type Cloud, startCloud } from '../../demo/cloud/cloud.ts';
import { ADMIN_PROJECT, ALICE_LAB, DEMO_PROJECT } from '../../demo/cloud/ids.ts';

/* There is no swift in the real test cloud: what the pretend one says is held to Swift's API reference here. */

async function start(): Promise<Cloud> {
  const cloud = await startCloud({ seed: { objectStore: true } });
  onTestFinished(() => cloud.stop());
  return cloud;
}

interface LoggedIn {
  /** Of the catalogue: the own project's account. */
  own: string;
  ask(method: string, url: string, headers?: Record<string, string>): Promise<Response>;
}

interface Catalogued {
  token: { catalog: { type: string; endpoints: { interface: string; url: string }[] }[] };
}

async function logIn({ authUrl }: Cloud, name: string, project: string): Promise<LoggedIn> {
  const domain = { name: 'Default' };
  const identity = { methods: ['password'], password: { user: { name, domain, password: name } } };
  const auth = { identity, scope: { project: { name: project, domain } } };
  const answer = await fetch(`${authUrl}/auth/tokens`, { method: 'POST', body: JSON.stringify({ auth }) });
  const { token } = (await answer.json()) as Catalogued; // the pretend keystone's, whose own tests say so
  const endpoints = token.catalog.find(({ type }) => type === 'object-store')?.endpoints;
  const own = endpoints?.find((one) => one.interface === 'public')?.url ?? '';
  const id = answer.headers.get('x-subject-token') ?? '';
  return { own, ask: (method, url, headers = {}) => fetch(url, { method, headers: { 'x-auth-token': id, ...headers } }) };
}

function accountOf({ own }: LoggedIn, project: string): string {
  return own.replace(/AUTH_.*/, `AUTH_${project}`);
}

describe("a project's account", () => {
  it('is in the catalogue, and tells what is in it', async () => {
    const demo = await logIn(await start(), 'demo', 'demo');

    const answer = await demo.ask('HEAD', demo.own);

    expect(demo.own).toMatch(new RegExp(`/v1/AUTH_${DEMO_PROJECT}$`));
    expect([answer.status, await answer.text()]).toEqual([204, '']);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'x-account-container-count': '3',
      'x-account-object-count': '44',
      'x-account-bytes-used': String(12 * 1_073_741_824 + 5_242_880),
      'x-timestamp': expect.stringMatching(/^\d+\.\d{5}$/),
    });
  });

  it('lists its containers by name, as JSON and as text', async () => {
    const demo = await logIn(await start(), 'demo', 'demo');

    const json = await demo.ask('GET', `${demo.own}?format=json`);
    const text = await demo.ask('GET', demo.own);

    expect(await json.json()).toEqual([
      { name: 'backups', count: 3, bytes: 12 * 1_073_741_824, last_modified: '2026-11-23T06:41:00.123450' },
      { name: 'logs', count: 0, bytes: 0, last_modified: '2026-11-23T06:41:00.123450' },
      { name: 'www', count: 41, bytes: 5_242_880, last_modified: '2026-11-23T06:41:00.123450' },
    ]);
    expect(json.headers.get('x-account-container-count')).toBe('3');
    expect([text.status, await text.text()]).toEqual([200, 'backups\nlogs\nwww\n']);
  });

  it('lists in pages that go on after a marker, from the end, with a prefix, and never too many at once', async () => {
    const demo = await logIn(await start(), 'demo', 'demo');
    const names = async (query: string): Promise<string> => (await demo.ask('GET', `${demo.own}?${query}`)).text();

    expect(await names('limit=2')).toBe('backups\nlogs\n');
    expect(await names('limit=2&marker=logs')).toBe('www\n');
    expect(await names('end_marker=www')).toBe('backups\nlogs\n');
    expect(await names('reverse=true&marker=www')).toBe('logs\nbackups\n');
    expect(await names('prefix=w')).toBe('www\n');
    const past = await demo.ask('GET', `${demo.own}?marker=zzz`);
    const beyond = await demo.ask('GET', `${demo.own}?limit=10001`);
    expect(past.status).toBe(204);
    expect([beyond.status, await beyond.text()]).toEqual([412, 'Maximum limit is 10000']);
  });

  it('that nobody has used yet is an empty one', async () => {
    const admin = await logIn(await start(), 'admin', 'admin');

    const answer = await admin.ask('GET', `${accountOf(admin, ADMIN_PROJECT)}?format=json`);

    expect([answer.status, await answer.json(), answer.headers.get('x-account-bytes-used')]).toEqual([200, [], '0']);
  });
});

describe('its quota', () => {
  it('is set and taken away by an admin of any project, and stands in the headers', async () => {
    const cloud = await start();
    const [admin, demo] = [await logIn(cloud, 'admin', 'admin'), await logIn(cloud, 'demo', 'demo')];
    const quota = async (): Promise<string | null> =>
      (await demo.ask('HEAD', demo.own)).headers.get('x-account-meta-quota-bytes');

    const set = await admin.ask('POST', demo.own, { 'x-account-meta-quota-bytes': '5000000' });
    const after = await quota();
    await admin.ask('POST', demo.own, { 'x-remove-account-meta-quota-bytes': 'x' });

    expect([set.status, after, await quota()]).toEqual([204, '5000000', null]);
    expect(cloud.writes.map(({ service, method }) => `${method} ${service}`)).toEqual(['POST object-store', 'POST object-store']);
  });

  it('is not for its own members to set, who may say other things of it', async () => {
    const cloud = await start();
    const alice = await logIn(cloud, 'alice', 'alice-lab');

    const quota = await alice.ask('POST', alice.own, { 'x-account-meta-quota-bytes': '1' });
    const other = await alice.ask('POST', alice.own, { 'x-account-meta-colour': 'red' });

    expect([quota.status, other.status]).toEqual([403, 204]);
    expect(cloud.state.objectStore?.accounts.get(ALICE_LAB)?.metadata).toEqual({
      'quota-bytes': String(10 * 1_073_741_824),
      colour: 'red',
    });
  });

  it('is a number', async () => {
    const admin = await logIn(await start(), 'admin', 'admin');

    const answer = await admin.ask('POST', accountOf(admin, DEMO_PROJECT), { 'x-account-meta-quota-bytes': '5 GiB' });

    expect([answer.status, await answer.text()]).toEqual([400, 'Invalid bytes quota.']);
  });
});

describe('who may', () => {
  it('readers look at their own, and change nothing', async () => {
    const rita = await logIn(await start(), 'rita', 'demo');

    const look = await rita.ask('HEAD', rita.own);
    const change = await rita.ask('POST', rita.own, { 'x-account-meta-colour': 'red' });

    expect([look.status, change.status]).toEqual([204, 403]);
  });

  it('members see no other project’s, whether it is there or not', async () => {
    const demo = await logIn(await start(), 'demo', 'demo');

    const theirs = await demo.ask('GET', accountOf(demo, ALICE_LAB));
    const none = await demo.ask('GET', accountOf(demo, 'ffffffffffffffffffffffffffffffff'));

    expect([theirs.status, none.status]).toEqual([403, 403]);
    expect(await theirs.text()).toBe('<html><h1>Forbidden</h1><p>Access was denied to this resource.</p></html>');
  });

  it('nobody without a token', async () => {
    const demo = await logIn(await start(), 'demo', 'demo');

    const answer = await fetch(demo.own);

    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, expect.stringContaining('Keystone uri=')]);
  });
});

it('a cloud has no object store unless its seed says so', async () => {
  const cloud = await startCloud();
  onTestFinished(() => cloud.stop());

  expect((await logIn(cloud, 'demo', 'demo')).own).toBe('');
});
