import { describe, expect, it } from 'vitest';
import { allocate } from '../../demo/cloud/floating-ip-changes.ts';
import { DEMO_PROJECT } from '../../demo/cloud/seed.ts';
import { limitsOf } from '../../demo/cloud/state.ts';
import type { Bot } from '../bot.ts';
import { approved } from '../quota/temporary-stage.ts';
import { cleanedUp, idleBot, ipOf, isThere, LINE } from './stage.ts';

const A = '203.0.113.101';
const B = '203.0.113.102';
const OF_ALICE = '203.0.113.201';
const DESCRIBED = `${LINE} --include-described`;
const UNDO = 'request undo R-1001';

function publicId({ cloud: { state } }: Bot): string {
  return state.networks.find(({ name }) => name === 'public')?.id ?? '';
}

describe('the undo of a floating ip cleanup', () => {
  it('asks for the same addresses again, for the same projects, with description and tags', async () => {
    const bot = await idleBot({ [A]: 30, [OF_ALICE]: 30 });
    Object.assign(ipOf(bot, A), { description: 'left over', tags: ['blue', 'green'], qosPolicyId: 'slow' });
    const old = { a: ipOf(bot, A).id, alice: ipOf(bot, OF_ALICE) };
    await cleanedUp(bot, DESCRIBED, '2 addresses');
    expect(isThere(bot, A)).toBe(false);

    const { state, plan, result } = await approved(bot, UNDO, 1002);

    expect(state).toBe('done');
    expect(plan?.text).toBe('Ask for 2 floating IPs again that R-1001 deleted, for the same projects.');
    expect(result?.text).toBe('2 of 2 floating IPs are back.');
    expect(ipOf(bot, A)).toMatchObject({
      projectId: DEMO_PROJECT,
      description: 'left over',
      tags: ['blue', 'green'],
      qosPolicyId: 'slow',
    });
    expect(ipOf(bot, A).id).not.toBe(old.a);
    expect(ipOf(bot, OF_ALICE)).toMatchObject({ projectId: old.alice.projectId, networkId: old.alice.networkId });
  });

  it('takes back no more than was deleted', async () => {
    const bot = await idleBot({ [A]: 30, [B]: 30 });
    bot.cloud.answer('network', 'DELETE', ipOf(bot, A).id, { status: 403, body: {} });
    await cleanedUp(bot, LINE, '2 addresses');

    await bot.slack.slash('bob', '#ops', UNDO);
    await bot.until('waiting');

    expect((await bot.request(1002)).means).toMatch(new RegExp(`^floating ip restore ${B} --of R-1001 --reason`));
  });

  it('says which somebody else has by now, and asks for the others', async () => {
    const bot = await idleBot({ [A]: 30, [B]: 30 });
    await cleanedUp(bot, LINE, '2 addresses');
    allocate(bot.cloud.state, {
      networkId: publicId(bot),
      projectId: ipOfAlice(bot),
      address: A,
      description: '',
      qosPolicyId: null,
    });

    const { plan } = await approved(bot, UNDO, 1002);

    expect(plan?.lines).toEqual([`\`${A}\` is not asked for: another project has it by now.`]);
    expect(ipOf(bot, B).projectId).toBe(DEMO_PROJECT);
    expect(ipOf(bot, A).projectId).toBe(ipOfAlice(bot));
  });

  it('says so where the network no longer allows it, when it asks', async () => {
    const bot = await idleBot({ [A]: 30, [B]: 30 });
    await cleanedUp(bot, LINE, '2 addresses');
    await bot.slack.slash('bob', '#ops', UNDO);
    await bot.untilOf(1002, 'waiting');
    allocate(bot.cloud.state, {
      networkId: publicId(bot),
      projectId: ipOfAlice(bot),
      address: A,
      description: '',
      qosPolicyId: null,
    });

    const card = await bot.slack.waitFor(() => bot.card().includes('R-1002 waits') && bot.cardMessage(), 'the card');
    await bot.click('alice', 'Approve', card);
    const { result } = await bot.untilOf(1002, 'partly done');

    expect(result?.lines?.join()).toContain(`\`${A}\`: left alone. Somebody else has it by now.`);
    expect(ipOf(bot, B).projectId).toBe(DEMO_PROJECT);
  });

  it('says what neutron answers where the subnet is gone or the quota is full', async () => {
    const bot = await idleBot({ [A]: 30 });
    await cleanedUp(bot, LINE, '1 address');
    bot.cloud.state.quotas.network.own.set(DEMO_PROJECT, {
      ...limitsOf(bot.cloud.state.quotas.network, DEMO_PROJECT),
      floatingip: 1,
    });

    const { state, plan, result } = await approved(bot, UNDO, 1002);

    expect(plan?.warnings?.join()).toContain('has room for 0 of 1 floating IP');
    expect(state).toBe('failed');
    expect(result?.lines?.join()).toContain("Quota exceeded for resources: ['floatingip']");
  });

  it('twice, or after a lost answer, makes each address once', async () => {
    const bot = await idleBot({ [A]: 30 });
    Object.assign(ipOf(bot, A), { tags: ['blue'] });
    await cleanedUp(bot, LINE, '1 address');
    bot.cloud.answer('network', 'POST', '/floatingips', { dropAfterEffect: true });

    expect((await approved(bot, UNDO, 1002)).state).toBe('done');
    await bot.slack.slash('bob', '#ops', UNDO);
    const again = await bot.until('nothing to do');

    expect(bot.cloud.state.floatingIps.filter(({ address }) => address === A)).toHaveLength(1);
    expect(ipOf(bot, A).tags).toEqual(['blue']);
    expect(again.result?.text).toContain('its project has it again');
  });

  it.each([
    ['floating ip restore --of R-4711 --reason "x y z"', 'There is no R-4711'],
    ['floating ip restore --of R-1002 --reason "x y z"', 'R-1002 deleted no floating IPs here.'],
    ['floating ip restore 203.0.113.9 --of R-1001 --reason "x y z"', 'R-1001 did not delete 203.0.113.9'],
    ['floating ip restore bob --of R-1001 --reason "x y z"', 'is not an IP address'],
  ])('refuses %s', async (line, words) => {
    const bot = await idleBot({ [A]: 30 });
    await cleanedUp(bot, LINE, '1 address');
    await bot.slack.slash('bob', '#ops', 'whoami');
    await bot.untilOf(1002, 'answered');

    await bot.slack.slash('bob', '#ops', line);

    expect(await bot.hears('bob', words)).toContain(words);
    expect((await bot.until('refused')).number).toBe(1003);
  });
});

function ipOfAlice({ cloud: { state } }: Bot): string {
  return state.projects.find(({ name }) => name === 'alice-lab')?.id ?? '';
}
