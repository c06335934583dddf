import { describe, expect, it } from 'vitest';
import { ALICE_LAB, DEMO_PROJECT } from '../../demo/cloud/seed.ts';
import { getConsoleOutput } from '../../src/openstack/compute.ts';
import { updateComputeQuota } from '../../src/openstack/compute-quotas.ts';
import { listProjects } from '../../src/openstack/identity.ts';
import type { Write, WriteHook } from '../../src/openstack/session.ts';
import { eventually, gate } from '../bot.ts';
import { onStage } from './stage.ts';

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

    const lost = updateComputeQuota(open({ connect: { timeoutMs: 1_000 } }), DEMO_PROJECT, put);

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
    cloud.answer('compute', 'PUT', '/os-quota-sets', { delayMs: 300 });
    const stop = new AbortController();
    const os = open({ signal: stop.signal });
    const sent = updateComputeQuota(os, DEMO_PROJECT, put);
    await eventually(() => cloud.writes.length === 1, 'the write');
    stop.abort(new Error('told to stop'));

    await sent;

    await expect(updateComputeQuota(os, ALICE_LAB, put)).rejects.toThrow('told to stop');
    expect(cloud.writes).toHaveLength(1);
  });

  it('is held back where the session is told to stop while its connection is made', async () => {
    const { cloud, open } = await onStage();
    const stop = new AbortController();
    const hook: WriteHook = {
      async before() {
        // Later than all checks that come before the connection, and sooner than any connection is made.
        void Array.from({ length: 500 })
          .reduce<Promise<unknown>>((soon) => soon.then(() => undefined), Promise.resolve())
          .then(() => stop.abort(new Error('told to stop')));
      },
      after: () => Promise.resolve(),
    };
    const os = open({ signal: stop.signal, hook });
    await listProjects(os);

    await expect(updateComputeQuota(os, DEMO_PROJECT, put)).rejects.toThrow('told to stop');

    expect(cloud.writes).toEqual([]);
  });

  it('is not sent again after a 401 where the session is told to stop meanwhile', async () => {
    const { cloud, open } = await onStage();
    cloud.answer('compute', 'PUT', '/os-quota-sets', { status: 401 });
    const token = gate();
    cloud.answer('identity', 'POST', '/auth/tokens', { after: 1, until: token.until });
    const stop = new AbortController();
    const os = open({ signal: stop.signal });
    await listProjects(os);
    const sent = updateComputeQuota(os, DEMO_PROJECT, put);
    const logIns = (): number => cloud.calls.filter(({ service, method }) => service === 'identity' && method === 'POST').length;
    await Promise.race([sent, eventually(() => logIns() === 2, 'the second log-in')]);
    stop.abort(new Error('told to stop'));

    await expect(sent).rejects.toThrow('told to stop');
    token.open();

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

  it('that only asks is a read also where its answer got lost', async () => {
    const { cloud, open } = await onStage();
    const id = cloud.state.servers[0]?.id ?? '';
    cloud.answer('compute', 'POST', `/servers/${id}/action`, { dropBefore: true, times: 9 });

    await expect(getConsoleOutput(open(), id, 1)).rejects.toMatchObject({
      code: 'lost_answer',
      isRead: true,
      mayHaveHappened: false,
    });
  });

  it('by a read asks no hook', async () => {
    const { cloud, open } = await onStage();
    const { hook, seen } = recordingHook();

    await getConsoleOutput(open({ hook }), cloud.state.servers[0]?.id ?? '', 1);

    expect(seen).toEqual([]);
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
