import { describe, expect, it } from 'vitest';
import type { Bot } from '../bot.ts';
import { ended, typeHost } from '../host/stage.ts';
import { tableRow } from '../table-row.ts';
import { HOST, HOSTS, hostStage } from './host-stage.ts';
import { realBot } from './real-bot.ts';

const WHY = '--fenced "killed by the test" --reason "a whole host is lost"';

const stage = hostStage();

async function evacuated(bot: Bot, line: string): Promise<Awaited<ReturnType<typeof ended>>> {
  await bot.say('bob', line);
  await typeHost(bot, 'bob', HOST);
  await bot.approve('alice');
  await bot.approve('carol');
  return ended(bot);
}

describe('a whole host is lost', () => {
  it('is refused while it lives, then moves all but the one that fails, retries that, and takes servers again once repaired', async () => {
    const { lab } = stage;
    const { bot } = await realBot({ as: { hosts: HOSTS } });
    const runs = await stage.boot('evac-runs');
    const off = await stage.boot('evac-off');
    const bfv = await stage.boot('evac-bfv', { fromVolume: true });
    const fails = await stage.boot('evac-fails');
    await lab.stop(off);
    await lab.setMetadata(fails, { fake_fail: 'spawn' });

    // Nova and neutron hear of it: it lives.
    expect(await bot.say('bob', `host evacuate ${HOST} ${WHY}`)).toContain(
      `${HOST} is not dead: its Open vSwitch agent was heard`,
    );

    await lab.lose();
    const lost = Date.now();
    expect(await bot.say('bob', `host evacuate ${HOST} ${WHY}`)).toMatch(/is not dead|heard nova-compute of compute3/);
    await stage.silentSince(lost);

    const { request, card } = await evacuated(bot, `host evacuate ${HOST} ${WHY}`);
    expect(request.state).toBe('partly done');
    expect(await lab.service()).toMatchObject({ status: 'disabled', forced_down: true, state: 'down' });
    for (const [id, status] of [
      [runs, 'ACTIVE'],
      [off, 'SHUTOFF'],
      [bfv, 'ACTIVE'],
    ] as const) {
      const server = await lab.get(id);
      expect(server).toMatchObject({ status, task: null });
      expect(server.host).not.toBe(HOST);
      expect(await lab.ports(id)).toEqual([
        expect.objectContaining({ 'binding:host_id': server.host, 'binding:vif_type': 'ovs' }),
      ]);
    }
    expect(await lab.get(fails)).toMatchObject({ status: 'ERROR', host: HOST });
    expect(tableRow(card, 'evac-fails').slice(2, 4)).toEqual(['failed', HOST]);
    expect(await lab.evacuations()).toMatchObject({ [runs]: 'done', [off]: 'done', [bfv]: 'done', [fails]: 'failed' });

    await lab.setMetadata(fails, {});
    await bot.slack.click('bob', bot.cardMessage(), 'Retry the failed');
    await typeHost(bot, 'bob', HOST);
    await bot.approve('alice');
    await bot.approve('carol');
    expect((await ended(bot)).request.state).toBe('done');
    expect(await lab.get(fails)).toMatchObject({ status: 'ACTIVE' });

    await lab.repair();
    await bot.say('bob', `host restore ${HOST}`);
    await bot.approve('alice');
    expect((await ended(bot)).request.state).toBe('done');
    expect(await lab.service()).toMatchObject({ status: 'enabled', forced_down: false, state: 'up' });
    expect(new Set(Object.values(await lab.evacuations()))).toEqual(new Set(['completed']));
  }, 400_000);
});
