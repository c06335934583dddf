import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { DEMO_PROJECT } from '../../demo/cloud/seed.ts';
import { getConsoleOutput } from '../../src/openstack/compute.ts';
import { getComputeQuota, updateComputeQuota } from '../../src/openstack/compute-quotas.ts';
import { listProjects } from '../../src/openstack/identity.ts';
import { listNetworkAgents } from '../../src/openstack/network.ts';
import { getVolumeQuota } from '../../src/openstack/volume.ts';
import { eventually, PATIENCE_MS } from '../bot.ts';
import { onStage } from './stage.ts';

const NOW = Date.UTC(2026, 10, 23, 10);

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

  it('is renewed in its last two minutes, before it is over', async () => {
    const { cloud, open } = await onStage({ tokenLifeMs: 3_600_000 });
    const os = open();
    const tokensAfter = async (ms: number): Promise<number> => {
      vi.setSystemTime(NOW + ms);
      await listProjects(os);
      return cloud.tokens.length;
    };
    onTestFinished(() => void vi.useRealTimers());

    expect(await tokensAfter(0)).toBe(1);
    expect(await tokensAfter(3_479_999)).toBe(1);
    expect(await tokensAfter(3_480_000)).toBe(2);

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

  it('that hangs is given up without being asked again', async () => {
    const { cloud, open } = await onStage();
    cloud.answer('volume', 'GET', '/os-quota-sets', { times: 9, hang: true });
    const asked = (): number => cloud.calls.filter(({ service }) => service === 'volume').length;
    const os = open({ connect: { timeoutMs: 75_000 } });
    await listProjects(os);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());

    const lost = getVolumeQuota(os, DEMO_PROJECT).catch((error: unknown) => error);
    await vi.waitUntil(() => asked() === 1, { timeout: PATIENCE_MS });
    vi.advanceTimersByTime(75_000);

    expect(await lost).toMatchObject({ code: 'lost_answer', fault: 'no answer within 75000 ms' });
    expect(asked()).toBe(1);
  });

  it('that hangs ends when the session is told to stop', async () => {
    const { cloud, open } = await onStage();
    cloud.answer('volume', 'GET', '/os-quota-sets', { hang: true });
    const stop = new AbortController();
    const asked = getVolumeQuota(open({ signal: stop.signal, connect: { timeoutMs: 60_000 } }), DEMO_PROJECT);
    await eventually(() => cloud.calls.some(({ service }) => service === 'volume'), 'the call that hangs');

    stop.abort(new Error('told to stop'));

    await expect(asked).rejects.toThrow('told to stop');
  });

  it('names what the catalogue has instead of the service', async () => {
    const { open } = await onStage({ without: ['network'] });

    await expect(listNetworkAgents(open())).rejects.toThrow(
      'GET network /agents was not possible: the catalogue has no public endpoint of type network in region RegionOne; it has block-storage, compute, identity, image, placement, volumev3',
    );
  });
});
