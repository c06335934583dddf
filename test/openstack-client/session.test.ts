import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ALICE_LAB, DEMO_PROJECT, server } from '../../demo/cloud/seed.ts';
import {
  getComputeQuota,
  getConsoleOutput,
  listHypervisors,
  listServers,
  listServersNamed,
  updateComputeQuota,
} from '../../src/openstack/compute.ts';
import { listProjects } from '../../src/openstack/identity.ts';
import { listNetworkAgents } from '../../src/openstack/network.ts';
import type { Write, WriteHook } from '../../src/openstack/session.ts';
import { getVolumeQuota, updateVolumeQuota } from '../../src/openstack/volume.ts';
import { callsOf, onStage } from './stage.ts';

describe('a token', () => {
  it('is asked for once by calls that begin together', async () => {
    const { cloud, open } = await onStage();
    const os = open();

    await Promise.all([getComputeQuota(os, DEMO_PROJECT), getVolumeQuota(os, DEMO_PROJECT), listProjects(os)]);

    expect(cloud.tokens).toHaveLength(1);
  });

  it('that is refused is replaced once, and the calls are repeated', async () => {
    const { cloud, open } = await onStage();
    const os = open();
    await listProjects(os);
    cloud.expireTokens();

    await Promise.all([
      getComputeQuota(os, DEMO_PROJECT),
      getVolumeQuota(os, DEMO_PROJECT),
      updateComputeQuota(os, DEMO_PROJECT, { cores: 40 }),
    ]);

    expect(cloud.tokens).toHaveLength(2);
    expect(cloud.writes.map(({ status }) => status)).toEqual([401, 200]);
    expect(cloud.state.quotas.compute.own.get(DEMO_PROJECT)).toEqual({ cores: 40 });
  });

  it('that is refused twice is an error', async () => {
    const { cloud, open } = await onStage();
    cloud.answer('compute', 'GET', '/os-quota-sets', { times: 2, status: 401 });

    await expect(getComputeQuota(open(), DEMO_PROJECT)).rejects.toMatchObject({ code: 'unauthorized', status: 401 });

    expect(cloud.tokens).toHaveLength(2);
  });

  it('is renewed before it is over', async () => {
    const { cloud, open } = await onStage({ tokenLifeMs: 300 });
    const os = open();
    await listProjects(os);
    await new Promise((done) => setTimeout(done, 200));

    await listProjects(os);

    expect(cloud.tokens).toHaveLength(2);
    expect(cloud.calls.filter(({ status }) => status === 401)).toEqual([]);
  });

  it('that keystone does not give leaves a write certainly undone', async () => {
    const { cloud, open } = await onStage();
    cloud.answer('identity', 'POST', '/auth/tokens', { times: 9, dropAfterEffect: true });

    const failed = updateComputeQuota(open(), DEMO_PROJECT, { cores: 40 });

    await expect(failed).rejects.toMatchObject({
      code: 'not_sent',
      mayHaveHappened: false,
      call: `PUT compute /os-quota-sets/${DEMO_PROJECT}`,
    });
    expect(cloud.writes).toEqual([]);
  });

  it('stands in no error and in no JSON of one', async () => {
    const { cloud, open } = await onStage();
    const os = open();
    await listProjects(os);
    cloud.answer('compute', 'GET', '/os-quota-sets', { times: 9, dropBefore: true });
    const errors = [
      await getComputeQuota(os, DEMO_PROJECT).catch((error: unknown) => error),
      await getComputeQuota(os, 'nosuch').catch((error: unknown) => error),
    ];

    const said = errors
      .map((error) => (error instanceof Error ? `${error.stack} ${error.message} ${JSON.stringify(error)}` : ''))
      .join();

    expect(said).toContain('GET compute');
    for (const token of cloud.tokens) expect(said).not.toContain(token);
  });
});

describe('a read', () => {
  it.each([502, 503, 504])('is tried again after %i', async (status) => {
    const { cloud, open } = await onStage();
    cloud.answer('volume', 'GET', '/os-quota-sets', { times: 3, status });

    expect((await getVolumeQuota(open(), DEMO_PROJECT)).volumes?.limit).toBe(10);
  });

  it('is given up after four times', async () => {
    const { cloud, open } = await onStage();
    cloud.answer('volume', 'GET', '/os-quota-sets', {
      times: 9,
      status: 503,
      body: { error: { message: 'down for maintenance' } },
    });

    await expect(getVolumeQuota(open(), DEMO_PROJECT)).rejects.toMatchObject({
      code: 'server_error',
      status: 503,
      fault: 'down for maintenance',
    });

    expect(cloud.calls.filter(({ service }) => service === 'volume')).toHaveLength(4);
  });

  it('is not tried again after 500', async () => {
    const { cloud, open } = await onStage();
    cloud.answer('volume', 'GET', '/os-quota-sets', { times: 9, status: 500 });

    await expect(getVolumeQuota(open(), DEMO_PROJECT)).rejects.toMatchObject({ code: 'server_error', status: 500 });

    expect(cloud.calls.filter(({ service }) => service === 'volume')).toHaveLength(1);
  });

  it.each([{ dropBefore: true }, { dropAfterEffect: true }, { halfBody: true }] as const)(
    'is tried again after %o',
    async (fault) => {
      const { cloud, open } = await onStage();
      cloud.answer('volume', 'GET', '/os-quota-sets', fault);

      expect((await getVolumeQuota(open(), DEMO_PROJECT)).volumes?.limit).toBe(10);
    },
  );

  it('by POST is tried again too', async () => {
    const { cloud, open } = await onStage();
    const web1 = cloud.state.servers[0]?.id ?? '';
    cloud.answer('compute', 'POST', '/action', { dropAfterEffect: true });

    expect(await getConsoleOutput(open({ mode: 'read' }), web1, 1)).toBe('host login: ');
    expect(cloud.writes).toEqual([]);
  });

  it('whose body is no JSON is a bad answer', async () => {
    const { cloud, open } = await onStage();
    cloud.answer('volume', 'GET', '/os-quota-sets', { garbled: true });

    await expect(getVolumeQuota(open(), DEMO_PROJECT)).rejects.toMatchObject({ code: 'bad_answer', status: 200 });
  });

  it('that hangs ends when the session is told to stop', async () => {
    const { cloud, open } = await onStage();
    cloud.answer('volume', 'GET', '/os-quota-sets', { hang: true });
    const stop = new AbortController();
    const asked = getVolumeQuota(open({ signal: stop.signal, connect: { timeoutMs: 60_000 } }), DEMO_PROJECT);
    setTimeout(() => stop.abort(new Error('told to stop')), 50);

    await expect(asked).rejects.toThrow('told to stop');
  });

  it('names what the catalogue has instead of the service', async () => {
    const { open } = await onStage({ without: ['network'] });

    await expect(listNetworkAgents(open())).rejects.toThrow(
      'GET network /agents was not possible: the catalogue has no public endpoint of type network in region RegionOne; it has block-storage, compute, identity, image, placement, volumev3',
    );
  });
});

describe('a write', () => {
  const put = { cores: 40 };

  it('is refused by a read-only session, as a bug', async () => {
    const { cloud, open } = await onStage();

    const refused = await updateComputeQuota(open({ mode: 'read' }), DEMO_PROJECT, put).catch((error: unknown) => error);

    expect(refused).toMatchObject({
      name: 'Error',
      message: `A read-only session was asked for PUT compute /os-quota-sets/${DEMO_PROJECT}`,
    });
    expect(cloud.calls).toEqual([]);
  });

  it.each([
    [{ dropBefore: true }, undefined],
    [{ dropAfterEffect: true }, put],
    [{ halfBody: true }, put],
    [{ hang: true }, undefined],
  ] as const)('is sent once and its answer lost: %o', async (fault, stored) => {
    const { cloud, open } = await onStage();
    cloud.answer('compute', 'PUT', '/os-quota-sets', { times: 9, ...fault });

    const lost = updateComputeQuota(open({ connect: { timeoutMs: 300 } }), DEMO_PROJECT, put);

    await expect(lost).rejects.toMatchObject({ code: 'lost_answer', mayHaveHappened: true });
    expect(cloud.writes).toHaveLength(1);
    expect(cloud.state.quotas.compute.own.get(DEMO_PROJECT)).toEqual(stored);
  });

  it.each([500, 502, 503, 504])('is not tried again after %i', async (status) => {
    const { cloud, open } = await onStage();
    cloud.answer('compute', 'PUT', '/os-quota-sets', { times: 9, status });

    await expect(updateComputeQuota(open(), DEMO_PROJECT, put)).rejects.toMatchObject({
      code: 'server_error',
      mayHaveHappened: status !== 503,
    });

    expect(cloud.writes).toHaveLength(1);
  });

  it('that found nobody was certainly not sent', async () => {
    const { cloud, open } = await onStage();
    const os = open();
    await listProjects(os);
    await cloud.away('compute');

    await expect(updateComputeQuota(os, DEMO_PROJECT, put)).rejects.toMatchObject({ code: 'not_sent', mayHaveHappened: false });
  });

  it('waits for a service that comes back', async () => {
    const { cloud, open } = await onStage();
    const os = open({ connect: { backoffMs: 40 } });
    await listProjects(os);
    await cloud.away('compute');
    setTimeout(() => void cloud.back('compute'), 60);

    await updateComputeQuota(os, DEMO_PROJECT, put);

    expect(cloud.writes).toHaveLength(1);
  });

  it('that was sent is waited for when the session is told to stop, and the next one is not sent', async () => {
    const { cloud, open } = await onStage();
    cloud.answer('compute', 'PUT', '/os-quota-sets', { delayMs: 100 });
    const stop = new AbortController();
    const os = open({ signal: stop.signal });
    const sent = updateComputeQuota(os, DEMO_PROJECT, put);
    setTimeout(() => stop.abort(new Error('told to stop')), 50);

    await sent;

    await expect(updateComputeQuota(os, ALICE_LAB, put)).rejects.toThrow('told to stop');
    expect(cloud.writes).toHaveLength(1);
  });

  it('is put down before it is sent and after it is answered, with the request ID that the service got', async () => {
    const { cloud, open } = await onStage();
    const { hook, seen } = recordingHook();

    await updateComputeQuota(open({ hook }).at('compute'), DEMO_PROJECT, put);

    const requestId = cloud.writes[0]?.requestId;
    expect(requestId).toMatch(/^req-[0-9a-f-]{36}$/);
    expect(seen).toEqual([
      ['before', { item: 'compute', call: `PUT compute /os-quota-sets/${DEMO_PROJECT}`, requestId }],
      ['after', { status: 200, requestId: expect.stringMatching(/^req-/) }],
    ]);
  });

  it('that is refused or lost is put down as that', async () => {
    const { cloud, open } = await onStage();
    const { hook, seen } = recordingHook();
    const os = open({ hook });
    await updateComputeQuota(os, DEMO_PROJECT, { cores: 1 }).catch(() => undefined);
    cloud.answer('compute', 'PUT', '/os-quota-sets', { dropAfterEffect: true });

    await updateComputeQuota(os, DEMO_PROJECT, put).catch(() => undefined);

    expect(seen.filter(([when]) => when === 'after').map(([, what]) => what)).toEqual([
      {
        status: 400,
        requestId: expect.any(String),
        error: expect.stringContaining('answered 400: Quota limit 1 for cores must be'),
      },
      { requestId: expect.any(String), error: expect.stringContaining('its answer got lost') },
    ]);
  });

  it('is not sent when the hook throws', async () => {
    const { cloud, open } = await onStage();
    const hook: WriteHook = {
      before: () => Promise.reject(new Error('frozen')),
      after: () => Promise.reject(new Error('never asked')),
    };

    await expect(updateComputeQuota(open({ hook }), DEMO_PROJECT, put)).rejects.toThrow('frozen');

    expect(cloud.calls).toEqual([]);
  });

  it('says what it met when the hook fails as well', async () => {
    const { open } = await onStage();
    const hook: WriteHook = { before: () => Promise.resolve(), after: () => Promise.reject(new Error('Redis is away')) };

    await expect(updateComputeQuota(open({ hook }), DEMO_PROJECT, { cores: 1 })).rejects.toThrow('answered 400');
  });

  it('by a read asks no hook', async () => {
    const { cloud, open } = await onStage();
    const { hook, seen } = recordingHook();

    await getConsoleOutput(open({ hook }), cloud.state.servers[0]?.id ?? '', 1);

    expect(seen).toEqual([]);
  });
});

describe('an older cloud', () => {
  it('answers reads in its own version, and what got lost is noted once', async () => {
    const { open } = await onStage({ microversions: { compute: ['2.1', '2.50'] } });
    const os = open();

    const quota = await getComputeQuota(os, DEMO_PROJECT);
    await getComputeQuota(os, ALICE_LAB);

    expect(quota.cores?.limit).toBe(20);
    expect(os.notes).toEqual([
      "This cloud's compute API ends at 2.50, 2.57 was wanted: quotas that are gone today are shown too.",
    ]);
  });

  it('is not written to, and nothing is changed', async () => {
    const { cloud, open } = await onStage({ microversions: { compute: ['2.1', '2.50'] } });

    await expect(updateComputeQuota(open(), DEMO_PROJECT, { cores: 40 })).rejects.toMatchObject({
      code: 'unsupported',
      message: `PUT compute /os-quota-sets/${DEMO_PROJECT} was not possible: needs compute API version 2.57, this cloud has 2.1 to 2.50`,
      mayHaveHappened: false,
    });

    expect(cloud.state.quotas.compute.own.size).toBe(0);
  });
});

describe('a list', () => {
  it('is followed to its end in nova, keystone and neutron', async () => {
    const { cloud, open } = await onStage({ pageSize: 2 });
    const os = open();

    const names = (await listServers(os)).map(({ name }) => name);

    expect(names.sort()).toEqual(cloud.state.servers.map(({ name }) => name).sort());
    expect(await listHypervisors(os)).toHaveLength(4);
    expect(await listNetworkAgents(os)).toHaveLength(5);
    expect(await listProjects(os)).toHaveLength(4);
  });

  it('keeps its filter from page to page', async () => {
    const { cloud, open } = await onStage({ pageSize: 1, seed: { sameNames: true } });

    expect(await listServersNamed(open(), 'web-1')).toHaveLength(2);

    const pages = callsOf(cloud).filter((call) => call.includes('/servers/detail'));
    expect(pages).toHaveLength(3);
    for (const call of pages) expect(call).toContain('all_tenants=1&name=%5Eweb-1%24');
  });

  it('that never ends is given up', async () => {
    const { cloud, open } = await onStage();
    const next = [{ rel: 'next', href: `${cloud.authUrl}/v2.1/servers/detail?marker=x` }];
    cloud.answer('compute', 'GET', '/servers/detail', { times: 99, status: 200, body: { servers: [], servers_links: next } });

    await expect(listServers(open())).rejects.toMatchObject({
      code: 'bad_answer',
      message: expect.stringContaining('the list does not end'),
    });
  });

  it('never sends the token to the host that a page names', async () => {
    const { cloud, open } = await onStage();
    const next = [{ rel: 'next', href: 'http://203.0.113.1:9/v2.1/servers/detail?all_tenants=1' }];
    cloud.answer('compute', 'GET', '/servers/detail', { status: 200, body: { servers: [], servers_links: next } });

    expect(await listServers(open())).toHaveLength(11);
  });

  it('of a name matches the whole name, letter by letter', async () => {
    const { cloud, open } = await onStage();
    for (const name of ['Web-1', 'web-10', 'a.b', 'axb'])
      cloud.state.servers.push(server({ name, host: 'compute1', projectId: ALICE_LAB }));
    const os = open();

    expect((await listServersNamed(os, 'web-1')).map(({ name }) => name)).toEqual(['web-1']);
    expect((await listServersNamed(os, 'a.b')).map(({ name }) => name)).toEqual(['a.b']);
  });
});

describe('faults of each service', () => {
  it.each([
    [
      'compute',
      403,
      { forbidden: { code: 403, message: 'Quota exceeded for cores: Requested 2, but already used 19 of 20 cores' } },
      'over_quota',
    ],
    [
      'compute',
      403,
      { forbidden: { code: 403, message: "Policy doesn't allow os_compute_api:x to be performed." } },
      'forbidden',
    ],
    [
      'volume',
      413,
      { overLimit: { code: 413, message: 'VolumeLimitExceeded: Maximum number of volumes allowed (1)', retryAfter: '0' } },
      'over_quota',
    ],
    ['volume', 413, { overLimit: { code: 413, message: 'This request was rate-limited.', retryAfter: '9' } }, 'rate_limited'],
    [
      'network',
      409,
      { NeutronError: { type: 'OverQuota', message: "Quota exceeded for resources: ['port'].", detail: '' } },
      'over_quota',
    ],
    ['network', 409, { NeutronError: { type: 'SubnetInUse', message: 'in use', detail: '' } }, 'conflict'],
    ['network', 404, { NeutronError: 'gone' }, 'not_found'],
    ['placement', 404, { errors: [{ status: 404, title: 'Not Found', detail: 'No such thing' }] }, 'not_found'],
    [
      'image',
      404,
      '<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1>No image</body></html>',
      'not_found',
    ],
    ['compute', 429, { overLimit: { message: 'slow down' } }, 'rate_limited'],
    ['volume', 409, undefined, 'conflict'],
  ] as const)('%s %i %o is %4$s', async (service, status, body, code) => {
    const { cloud, open } = await onStage();
    cloud.answer(service, 'POST', '/thing', { status, body });

    const refused = open().request({ service, method: 'POST', path: '/thing', body: {}, response: z.unknown() });

    await expect(refused).rejects.toMatchObject({ code, status });
  });

  it('says the words of the service and its request ID', async () => {
    const { open } = await onStage();

    await expect(updateVolumeQuota(open(), DEMO_PROJECT, { wrong: 1 })).rejects.toThrow(
      new RegExp(
        `^PUT volume /os-quota-sets/${DEMO_PROJECT} answered 400: Invalid input received: Bad key\\(s\\) in quota set: wrong \\(req-[0-9a-f-]{36}\\)$`,
      ),
    );
  });
});

function recordingHook(): { hook: WriteHook; seen: [string, unknown][] } {
  const seen: [string, unknown][] = [];
  const hook: WriteHook = {
    async before(write: Write) {
      seen.push(['before', write]);
    },
    async after(_write, answer) {
      seen.push(['after', answer]);
    },
  };
  return { hook, seen };
}
