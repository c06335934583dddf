import { describe, expect, it } from 'vitest';
import { attach, change, detach } from '../../demo/cloud/floating-ip-changes.ts';
import { type Bot, gate } from '../bot.ts';
import { approvedAndRun, cleanedUp, idleBot, ipOf, isThere, LINE, planned } from './stage.ts';

const A = '203.0.113.101';
const B = '203.0.113.102';
const C = '203.0.113.103';
const OF_ALICE = '203.0.113.201';

/** Leads it to a server's port that has no floating IP yet. */
function attachToSomething(bot: Bot, address: string): void {
  const { state } = bot.cloud;
  const taken = new Set(state.floatingIps.map(({ portId }) => portId));
  const port = state.ports.find(
    ({ id, projectId, deviceOwner }) =>
      !taken.has(id) && projectId === ipOf(bot, address).projectId && deviceOwner.startsWith('compute'),
  );
  attach(state, ipOf(bot, address), port?.id ?? '');
}

describe('floating ip cleanup', () => {
  it('deletes nothing before its requester typed the number and two others approved; then just the approved ones', async () => {
    const bot = await idleBot({ [A]: 30, [B]: 8, [C]: 6, [OF_ALICE]: 90 });

    const request = await planned(bot, LINE, '3 addresses');

    const card = await bot.shows('R-1001 waits for approval');
    expect(card).toContain('destructive, 3 floating ips');
    expect(card).toContain('Delete 3 floating IPs that led nowhere for at least 7d.');
    expect(card).toContain('Whoever gets one of these addresses next may be somebody else');
    expect(card).toContain('Still needed: 2 votes of approver');
    expect(bot.cloud.writes).toEqual([]);
    addAfterPlan(bot);
    const { state, result } = await approvedAndRun(bot, request);
    expect(state).toBe('done');
    expect(result?.text).toBe('3 of 3 floating IPs were deleted.');
    expect([A, B, C, OF_ALICE, LATER].map((address) => isThere(bot, address))).toEqual([false, false, true, false, true]);
    expect(bot.cloud.state.ports.filter(({ fixedIps }) => fixedIps.some(({ address }) => address === A))).toEqual([]);
  });

  it('shows each address with project, owners, network, since when it is idle, and how that is known', async () => {
    const bot = await idleBot({ [A]: 30, [OF_ALICE]: 9 }, { yaml: { projects: { demo: { owners: ['U0NOBODY0'] } } } });

    await planned(bot, LINE, '2 addresses');

    const { plan } = await bot.until('waiting');
    expect(plan?.table?.columns).toEqual(['address', 'project', 'owners', 'network', 'idle since', 'evidence', 'description']);
    expect(plan?.table?.rows).toEqual([
      [A, 'demo', '@U0NOBODY0', 'public', expect.stringContaining('(30d'), 'unchanged in Neutron, no hourly look yet', ''],
      [OF_ALICE, 'alice-lab', 'not in stackhand.yaml', 'public', expect.stringContaining('(9d'), expect.anything(), ''],
    ]);
    expect(plan?.undo).toMatchObject({ possible: true, how: expect.stringContaining('request undo R-1001') });
    expect(plan?.touches).toMatchObject([
      { type: 'floating ip', name: A, project: { name: 'demo' } },
      { type: 'floating ip', name: OF_ALICE, project: { name: 'alice-lab' } },
    ]);
  });

  it('leaves alone what is marked to be kept, and says why', async () => {
    const bot = await idleBot({ [A]: 30, [B]: 30, [C]: 30, '203.0.113.104': 30, '203.0.113.105': 30 });
    bot.cloud.state.networkExtensions.add('dns-integration');
    change(ipOf(bot, A), { tags: ['keep'], updated: ipOf(bot, A).updated });
    const old = ipOf(bot, C).updated;
    Object.assign(ipOf(bot, A), { tags: ['keep'], updated: old });
    Object.assign(ipOf(bot, B), { dnsName: 'shop' });
    Object.assign(ipOf(bot, C), { description: 'VPN of the branch' });

    await planned(bot, `${LINE} --keep 203.0.113.104`, '1 address');

    const { plan } = await bot.until('waiting');
    expect(plan?.touches.map(({ name }) => name)).toEqual(['203.0.113.105']);
    const kept = plan?.lines?.find((line) => line.startsWith('Kept:')) ?? '';
    expect(kept).toContain(`\`${A}\` (tag \`keep\`)`);
    expect(kept).toContain(`\`${B}\` (DNS name \`shop\`)`);
    expect(kept).toContain(`\`${C}\` (description \`VPN of the branch\`)`);
    expect(kept).toContain('`203.0.113.104` (named with `--keep`)');
  });

  it('takes those with a description where asked to, and never one with the tag keep or a DNS name', async () => {
    const bot = await idleBot({ [A]: 30, [B]: 30, [C]: 30 });
    bot.cloud.state.networkExtensions.add('dns-integration');
    Object.assign(ipOf(bot, A), { tags: ['keep'], description: 'x' });
    Object.assign(ipOf(bot, B), { dnsName: 'shop', description: 'x' });
    Object.assign(ipOf(bot, C), { description: 'left over' });

    await cleanedUp(bot, `${LINE} --include-described`, '1 address');

    expect([A, B, C].map((address) => isThere(bot, address))).toEqual([true, true, false]);
  });

  it('never takes one that only forwards ports', async () => {
    const bot = await idleBot({});
    const forwarding = bot.cloud.state.floatingIps.find(({ portForwardings }) => portForwardings.length > 0);
    Object.assign(forwarding ?? {}, { updated: '2020-01-01T00:00:00Z', description: '' });

    await bot.say('bob', LINE);

    expect((await bot.until('nothing to do')).result?.text).toContain(
      'There are no floating IPs that led nowhere for at least 7d',
    );
  });

  it('takes the longest idle first, and no more than the limit', async () => {
    const bot = await idleBot({ [A]: 10, [B]: 40, [C]: 20 });

    await cleanedUp(bot, `${LINE} --limit 2`, '2 addresses');

    expect([A, B, C].map((address) => isThere(bot, address))).toEqual([true, false, false]);
    expect((await bot.request(1001)).plan?.lines?.join()).toContain('1 more is idle for as long, beyond the limit of 2');
  });

  it('of one project alone takes nothing of another', async () => {
    const bot = await idleBot({ [A]: 30, [OF_ALICE]: 30 });

    await cleanedUp(bot, `${LINE} --project alice-lab`, '1 address');

    expect([A, OF_ALICE].map((address) => isThere(bot, address))).toEqual([true, false]);
  });

  it.each([
    ['floating ip cleanup --reason "x y z"', 'unused-for is missing'],
    ['floating ip cleanup --unused-for 7 --reason "x y z"', 'duration'],
    ['floating ip cleanup --unused-for 10m --reason "x y z"', 'at least 1h'],
    ['floating ip cleanup --unused-for 7d --limit 0 --reason "x y z"', 'at least 1'],
    ['floating ip cleanup --unused-for 7d --limit 201 --reason "x y z"', 'at most 200'],
    ['floating ip cleanup --unused-for 7d --dry-runn --reason "x y z"', '--dry-run'],
    [
      'floating ip cleanup --unused-for 7d --keep 203.0.113.199 --reason "x y z"',
      'There is no floating IP 203.0.113.199 to keep',
    ],
    ['floating ip cleanup --unused-for 7d --grace 5m --reason "x y z"', 'at least 1h'],
    ['floating ip cleanup --unused-for 7d', 'reason is missing'],
  ])('refuses %s, says what is wrong, and deletes nothing', async (line, words) => {
    const bot = await idleBot({ [A]: 30 });

    expect(await bot.say('bob', line)).toContain(words);

    expect((await bot.until('refused')).state).toBe('refused');
    expect(bot.cloud.writes).toEqual([]);
  });

  it('typed by two people at once is one request', async () => {
    const bot = await idleBot({ [A]: 30 });
    const request = await planned(bot, LINE, '1 address');

    await bot.slack.slash('carol', '#ops', LINE);
    await bot.hears('carol', 'R-1001 does just this');

    expect((await approvedAndRun(bot, request)).state).toBe('done');
    expect(bot.cloud.writes).toHaveLength(1);
  });

  it('is refused to who may not, and shows a dry run without asking anybody', async () => {
    const bot = await idleBot({ [A]: 30 });

    expect(await bot.say('eve', LINE)).toContain('may not');
    await bot.slack.slash('bob', '#ops', `${LINE} --dry-run`);

    expect((await bot.untilOf(1002, 'answered')).result?.text).toContain(
      'Delete 1 floating IP that led nowhere for at least 7d.',
    );
    expect(bot.cloud.writes).toEqual([]);
  });

  it('of a rule on one project sees and takes the addresses of that one alone', async () => {
    const only = [{ effects: ['read', 'destructive'], roles: ['operator'], targets: ['project:demo'] }];
    const bot = await idleBot({ [A]: 30, [OF_ALICE]: 30 }, { yaml: { rules: only } });

    await cleanedUp(bot, LINE, '1 address');

    expect([A, OF_ALICE].map((address) => isThere(bot, address))).toEqual([false, true]);
  });
});

const LATER = '203.0.113.109';

function addAfterPlan(bot: Bot): void {
  const model = ipOf(bot, B);
  bot.cloud.state.floatingIps.push({ ...model, id: `${model.id.slice(0, -2)}ff`, address: LATER });
}

describe('between approval and delete', () => {
  it('an address that was attached is left alone, and named', async () => {
    const bot = await idleBot({ [A]: 30, [B]: 30 });
    const request = await planned(bot, LINE, '2 addresses');

    attachToSomething(bot, A);
    const { state, result } = await approvedAndRun(bot, request);

    expect(state).toBe('partly done');
    expect(isThere(bot, A)).toBe(true);
    expect(isThere(bot, B)).toBe(false);
    expect(result?.lines?.join()).toContain(`\`${A}\`: left alone. It is in use again.`);
  });

  it('an address that was attached and is free again is left alone too: somebody used it', async () => {
    const bot = await idleBot({ [A]: 30 });
    const request = await planned(bot, LINE, '1 address');

    attachToSomething(bot, A);
    detach(ipOf(bot, A));
    const { state, result } = await approvedAndRun(bot, request);

    expect(state).toBe('nothing done');
    expect(isThere(bot, A)).toBe(true);
    expect(result?.lines?.join()).toContain('It was used or changed since this was planned');
  });

  it('an address attached right between the look and its delete is not lost', async () => {
    const bot = await idleBot({ [A]: 30 });
    const request = await planned(bot, LINE, '1 address');
    const held = gate();
    bot.cloud.answer('network', 'DELETE', '/floatingips/', { until: held.until });

    const ends = approvedAndRun(bot, request);
    await bot.slack.waitFor(() => bot.cloud.writes.length > 0 && 'sent', 'the delete to be sent');
    attachToSomething(bot, A);
    held.open();

    expect((await ends).state).toBe('nothing done');
    expect(isThere(bot, A)).toBe(true);
    expect((await bot.request(1001)).result?.lines?.join()).toContain('It is in use again.');
  });

  it('one that got the tag keep is left alone', async () => {
    const bot = await idleBot({ [A]: 30 });
    const request = await planned(bot, LINE, '1 address');

    change(ipOf(bot, A), { tags: ['keep'] });
    const { result } = await approvedAndRun(bot, request);

    expect(isThere(bot, A)).toBe(true);
    expect(result?.lines?.join()).toContain('It is to be kept: tag `keep`.');
  });

  it('one that somebody else deleted is passed over', async () => {
    const bot = await idleBot({ [A]: 30, [B]: 30 });
    const request = await planned(bot, LINE, '2 addresses');

    bot.cloud.state.floatingIps = bot.cloud.state.floatingIps.filter(({ address }) => address !== A);
    const { state, result } = await approvedAndRun(bot, request);

    expect(state).toBe('done');
    expect(result?.text).toBe('1 of 2 floating IPs were deleted.');
    expect(result?.lines?.join()).toContain('It had gone before.');
  });
});

describe('trouble', () => {
  it('with one address does not keep the others', async () => {
    const bot = await idleBot({ [A]: 30, [B]: 20, [C]: 10 });
    const { id } = ipOf(bot, B);
    bot.cloud.answer('network', 'DELETE', id, {
      status: 403,
      body: { NeutronError: { type: 'x', message: 'not you', detail: '' } },
    });

    const { state, result } = await cleanedUp(bot, LINE, '3 addresses');

    expect(state).toBe('partly done');
    expect([A, B, C].map((address) => isThere(bot, address))).toEqual([false, true, false]);
    expect(result?.lines?.join()).toContain('not you');
  });

  it('a delete whose answer gets lost is looked at, and done once', async () => {
    const bot = await idleBot({ [A]: 30 });
    bot.cloud.answer('network', 'DELETE', '/floatingips/', { dropAfterEffect: true });

    const { state } = await cleanedUp(bot, LINE, '1 address');

    expect(state).toBe('done');
    expect(isThere(bot, A)).toBe(false);
    expect(bot.cloud.writes.filter(({ method }) => method === 'DELETE')).toHaveLength(1);
  });

  it('a delete that never arrived is sent again', async () => {
    const bot = await idleBot({ [A]: 30 });
    bot.cloud.answer('network', 'DELETE', '/floatingips/', { status: 500, body: {} });

    expect((await cleanedUp(bot, LINE, '1 address')).state).toBe('done');
    expect(isThere(bot, A)).toBe(false);
  });

  it('takes one call for each of fifty addresses, and few more', async () => {
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`203.0.113.${110 + n}`, 30]));
    const bot = await idleBot(many);
    const request = await planned(bot, LINE, '50 addresses');

    const before = bot.cloud.calls.length;
    await approvedAndRun(bot, request);

    const calls = bot.cloud.calls.slice(before).filter(({ service }) => service === 'network');
    expect(calls.filter(({ method }) => method === 'DELETE')).toHaveLength(50);
    expect(calls.filter(({ method }) => method === 'GET').length).toBeLessThanOrEqual(7);
  });
});
