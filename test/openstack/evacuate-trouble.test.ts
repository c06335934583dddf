import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { idOf } from '../../demo/workspace/seed.ts';
import { type Bot, eventually } from '../bot.ts';
import { ended, typeHost } from '../host/stage.ts';
import { tableRow } from '../table-row.ts';
import { HOST, HOSTS, hostStage } from './host-stage.ts';
import { type NovaProxy, novaProxy } from './nova-proxy.ts';
import { anotherAdmin, realBot } from './real-bot.ts';

const LINE = `host evacuate ${HOST} --fenced "killed by the test" --reason "everything goes wrong"`;
const MINUTE_MS = 60_000;

const stage = hostStage();

afterEach(async () => {
  await stage.lab.repair();
  await stage.lab.enable();
}, 180_000);

/** A bot that reaches Nova through a proxy, and servers on a host that is dead for long enough. */
async function deadHost(names: readonly string[], yaml: Record<string, unknown> = {}): Promise<Dead> {
  const nova = await novaProxy(stage.lab.nova);
  const { name, file } = await anotherAdmin({ compute_endpoint_override: nova.url });
  const { bot } = await realBot({ file, as: { name, hosts: HOSTS }, yaml });
  const servers = await Promise.all(names.map((one) => stage.boot(one)));
  await stage.lab.lose();
  await stage.silentSince(Date.now());
  await bot.say('bob', LINE);
  await typeHost(bot, 'bob', HOST);
  return { bot, nova, servers };
}

interface Dead {
  bot: Bot;
  nova: NovaProxy;
  servers: string[];
}

it('with an answer that gets lost, a server that is gone since the plan, and a Nova that is away for a minute, nothing fails and nothing is moved twice', async () => {
  const { bot, nova, servers } = await deadHost(['lost-answer', 'lost-too', 'lost-gone']);
  const [, , gone = ''] = servers;
  // Before it knows that, Nova leaves the deletion to the dead host.
  await eventually(async () => (await stage.lab.service()).state === 'down', 'Nova to know that the host is down', MINUTE_MS);
  await stage.lab.delete(gone);
  nova.loseNextAnswer();
  await bot.approve('alice');
  await bot.approve('carol');
  const begun = async (): Promise<number> => (await stage.lab.evacuationsOf(servers)).length;
  await eventually(async () => (await begun()) === 2, 'both evacuations', MINUTE_MS);

  nova.away();
  await bot.shows('I wait for OpenStack; what Nova has begun goes on');
  await sleep(MINUTE_MS);
  await nova.back();
  const { request, card } = await ended(bot);

  expect(request.state).toBe('partly done');
  expect(tableRow(card, 'lost-gone').slice(2, 4)).toEqual(['left alone', 'It was deleted since this was approved.']);
  for (const id of servers.slice(0, 2)) {
    const server = await stage.lab.get(id);
    expect(server).toMatchObject({ status: 'ACTIVE', task: null });
    expect(server.host).not.toBe(HOST);
  }
  expect(await begun()).toBe(2);
}, 400_000);

it('nobody answers, the glass is broken, and the host comes back to life in mid-run: no further server is moved', async () => {
  const approvals = [{ roles: ['approver', 'lead'] }];
  const effects = ['read', 'change', 'disruptive', 'destructive'];
  const { bot, nova, servers } = await deadHost(['alive-1', 'alive-2', 'alive-3', 'alive-4'], {
    roles: {
      operator: { users: [idOf('U', 'bob')] },
      approver: { users: [idOf('U', 'alice')] },
      lead: { users: [idOf('U', 'carol')] },
    },
    rules: [{ effects, roles: ['operator'], approvals, breakGlass: ['operator'] }],
    breakGlass: { owners: [idOf('U', 'carol')] },
  });
  nova.passOnly(2);
  bot.later(5 * MINUTE_MS);
  await bot.shows('Nobody answered for 5 minutes, so lead was asked too.');
  bot.later(5 * MINUTE_MS);
  await bot.shows('[Break glass]');
  await bot.slack.click('bob', bot.cardMessage(), 'Break glass');
  const form = await bot.slack.waitFor(() => bot.slack.modal('bob'), 'the form');
  await bot.slack.submit('bob', form, { answer: HOST, reason: 'customers are down, nobody wakes up' });
  await bot.hears('carol', 'GLASS BROKEN');
  await bot.shows('I wait for OpenStack');

  await stage.lab.revive();
  await nova.back();
  await bot.untilOf(1001, 'unsigned');
  const card = await bot.shows('UNSIGNED');

  const moved = await stage.lab.evacuationsOf(servers);
  expect(moved).toHaveLength(2);
  expect(card).toContain(`${HOST} shows a sign of life: its Open vSwitch agent was heard`);
  for (const id of servers) {
    const server = await stage.lab.get(id);
    expect(server).toMatchObject({ status: 'ACTIVE', task: null });
    expect(server.host === HOST).toBe(!moved.includes(id));
  }
}, 400_000);
