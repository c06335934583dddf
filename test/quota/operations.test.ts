import { describe, expect, it } from 'vitest';
import { ALICE_LAB, DEMO_OF_RESEARCH, DEMO_PROJECT, server } from '../../demo/cloud/seed.ts';
import type { RequestState } from '../../src/request.ts';
import { type Bot, type BotOptions, startBot } from '../bot.ts';
import { tableRow } from '../table-row.ts';

const LINE = 'quota set alice-lab cores=40 ram=80G volumes=20 floating-ips=60 --reason "ticket 4711"';
const ENDED: RequestState[] = ['done', 'partly done', 'nothing done', 'failed', 'unknown'];

/** Asks for LINE, lets something happen, and has it approved. @returns the card at the end. */
async function approved(
  options: BotOptions,
  meanwhile: (bot: Bot) => void | Promise<void> = () => undefined,
): Promise<{ bot: Bot; card: string; state: RequestState }> {
  const bot = await startBot(options);
  await bot.say('bob', LINE);
  await meanwhile(bot);
  await bot.approve('alice');
  const { state } = await bot.until(...ENDED);
  const card = await bot.slack.waitFor(() => {
    const text = bot.card();
    return text.includes('wanted') ? text : undefined;
  }, 'the card of the end');
  return { bot, card, state };
}

/** What the cloud holds for alice-lab beyond the defaults. */
function stored({ cloud }: Bot): unknown {
  const { compute, volume, network } = cloud.state.quotas;
  return { ...compute.own.get(ALICE_LAB), ...volume.own.get(ALICE_LAB), ...network.own.get(ALICE_LAB) };
}

describe('quota set', () => {
  it('changes nothing before it is approved, and all of it then', async () => {
    const bot = await startBot();

    expect(await bot.say('bob', LINE)).toContain(
      'Change 4 quotas of project alice-lab: cores 20 → 40, ram 50 GiB → 80 GiB, volumes 10 → 20, floating-ips 50 → 60.',
    );
    expect(bot.cloud.writes).toEqual([]);

    await bot.approve('alice');
    expect((await bot.until(...ENDED)).state).toBe('done');
    expect(stored(bot)).toEqual({ cores: 40, ram: 81_920, volumes: 20, floatingip: 60 });
  });

  it('run twice, writes once', async () => {
    const { bot } = await approved({});
    await bot.slack.waitFor(() => bot.directs('bob').find((text) => text.includes('is done')), 'the message of the end');
    const again = await bot.say('bob', LINE);

    expect(again).toContain('has these quotas already: cores 40, ram 80 GiB, volumes 20, floating-ips 60.');
    expect(bot.cloud.writes.map(({ service }) => service)).toEqual(['compute', 'volume', 'network']);
  });

  it('goes on with the other services when one refuses, and shows what each has now', async () => {
    const { bot, card, state } = await approved({}, ({ cloud }) => {
      cloud.answer('volume', 'PUT', '/os-quota-sets', { status: 403, body: { forbidden: { code: 403, message: 'not you' } } });
    });

    expect(state).toBe('partly done');
    expect(card).toContain('set in Nova and Neutron, not set in Cinder.');
    expect(card).toContain('answered 403: not you');
    expect(tableRow(card, 'volumes')).toEqual(['volumes', 'Cinder', '10', '20', '10']);
    expect(stored(bot)).toEqual({ cores: 40, ram: 81_920, floatingip: 60 });
  });

  it('whose answer got lost reads back and does not write again', async () => {
    const { bot, state } = await approved({}, ({ cloud }) =>
      cloud.answer('compute', 'PUT', '/os-quota-sets', { dropAfterEffect: true }),
    );

    expect(state).toBe('done');
    expect(bot.cloud.writes).toHaveLength(3);
  });

  it('that never arrived is written again', async () => {
    const { bot, state } = await approved({}, ({ cloud }) =>
      cloud.answer('compute', 'PUT', '/os-quota-sets', { dropBefore: true }),
    );

    expect(state).toBe('done');
    expect(bot.cloud.writes).toHaveLength(4);
    expect(stored(bot)).toEqual({ cores: 40, ram: 81_920, volumes: 20, floatingip: 60 });
  });

  it('says so when nova takes it and stores nothing', async () => {
    const { card, state } = await approved({ cloud: { seed: { unifiedLimits: true } } });

    expect(state).toBe('partly done');
    expect(card).toContain(
      "Nova answered well and did not store it: cores is still 20, ram is still 50 GiB. This cloud's Nova most likely uses unified limits",
    );
  });

  it('leaves alone the one value that somebody else has changed meanwhile', async () => {
    const { bot, card } = await approved({}, ({ cloud }) => {
      cloud.state.quotas.compute.own.set(ALICE_LAB, { cores: 30 });
    });

    expect(card).toContain('Nova, cores: left alone. cores is 30 and was 20 when this was approved.');
    expect(stored(bot)).toEqual({ cores: 30, ram: 81_920, volumes: 20, floatingip: 60 });
  });

  it('leaves alone what is in use by now', async () => {
    const { bot, card } = await approved({}, ({ cloud }) => {
      cloud.state.quotas.network.used.set(ALICE_LAB, { floatingip: 61 });
    });

    expect(card).toContain('Neutron: left alone. floating-ips is to be 60, and by now 61 are in use.');
    expect(stored(bot)).toEqual({ cores: 40, ram: 81_920, volumes: 20 });
  });

  it('refuses, with all that is wrong, what cannot be', async () => {
    const bot = await startBot({ cloud: { seed: { twoDomains: true } } });
    const why = '--reason "ticket 4711"';

    expect(await bot.say('bob', `quota set alice-lab cores=1 gigabytes_gold=5 ${why}`)).toBe(
      'cores cannot be 1: alice-lab uses 2. Type at least cores=2. Cinder of this cloud has no quota gigabytes_gold. For volume types it has gigabytes___DEFAULT__, gigabytes_ssd.',
    );
    expect(await bot.say('bob', `quota set alice-lab fixed-ips=5 cores=9 vcpus=9 ${why}`)).toContain(
      'each is a port of Neutron, so set ports',
    );
    expect(await bot.say('bob', `quota set alice-lap cores=30 ${why}`)).toBe(
      'There is no project alice-lap. Did you mean alice-lab?\n[alice-lab]',
    );
    expect(await bot.say('bob', `quota set demo cores=30 ${why}`)).toBe(
      `There are 2 projects called demo: ${DEMO_PROJECT} in domain Default; ${DEMO_OF_RESEARCH} in domain research. Give the ID, or add --domain NAME.\n[demo, in domain Default] [demo, in domain research]`,
    );
    expect(bot.cloud.writes).toEqual([]);
  });
});

describe('quota show', () => {
  it('shows the others when one service is away', async () => {
    const bot = await startBot();
    await bot.cloud.away('volume');

    const said = await bot.say('bob', 'quota show demo');

    expect(said).toContain("Cinder's quotas are missing here: GET volume");
    expect(tableRow(said, 'instances')).toEqual(['instances', '9', '10', '90 %']);
    expect(tableRow(said, 'floating-ips')).toEqual(['floating-ips', '7', '50', '14 %']);
    expect(said).toContain('nearly or wholly used: instances.');
  });
});

describe('console log show', () => {
  it('names the boot failure, and takes secrets out of what it shows and of the file', async () => {
    const bot = await startBot();
    const { consoles, servers } = bot.cloud.state;
    const web1 = servers.find(({ name }) => name === 'web-1')?.id ?? '';
    const coloured = '\u001b[1mpassword\u001b[0m=\u001b[0;32mhunter2\u001b[m';
    consoles.set(web1, `root:x\n${coloured}\n${consoles.get(web1)}\u001b[31mKernel panic - not syncing: VFS\u001b[0m\n`);

    const said = await bot.say('bob', 'console log show web-1 --lines 1');

    expect(said).toContain('Console log of web-1 (project demo, ACTIVE on compute3): kernel panic.');
    const file = await bot.slack.waitFor(() => bot.slack.files('bob')[0]?.content?.toString(), 'the file');
    expect(file).toContain('password=[removed]\n');
    expect(file).toContain('debian:[removed]\n');
    const everything = file + bot.slack.dump() + bot.directs('bob').join();
    for (const secret of ['hunter2', 'Kx8vTq2mWz', '[31m']) expect(everything).not.toContain(secret);
  });

  it('asks nova for a length, and names the candidates of an ambiguous name', async () => {
    const bot = await startBot({ cloud: { seed: { sameNames: true } } });

    expect(await bot.say('bob', 'console log show web-1')).toMatch(
      /There are 2 servers called web-1: .* in project alice-lab, ACTIVE; .* in project demo, ACTIVE\. Give the ID instead\./,
    );

    await bot.say('bob', 'console log show web-2');
    const asked = bot.cloud.calls.findLast(({ path }) => path.endsWith('/action'));
    expect(asked?.body).toEqual({ 'os-getConsoleOutput': { length: 20_000 } });
  });
});

describe('lists', () => {
  it('of hosts show what is disabled and down, in the order of their numbers', async () => {
    const bot = await startBot();
    const [compute1] = bot.cloud.state.hosts;
    if (compute1) Object.assign(compute1, { status: 'disabled', disabledReason: 'disk errors', state: 'down' });
    bot.cloud.state.servers.push(server({ name: 'more', host: 'compute10', projectId: DEMO_PROJECT }));

    const said = await bot.say('bob', 'host list');

    expect(said).toContain('4 compute hosts: 3 up, 1 down; 1 disabled.');
    expect(tableRow(said, 'compute1')).toEqual([
      'compute1',
      'az1',
      'disabled',
      'down',
      '3',
      '4 of 64',
      '7 GiB of 256 GiB',
      'disk errors',
    ]);
    expect(said.indexOf('compute10 ')).toBeGreaterThan(said.indexOf('compute3 '));
  });

  it('of projects name their domains', async () => {
    const bot = await startBot({ cloud: { seed: { twoDomains: true } } });

    const said = await bot.say('bob', 'project list dem --domain research');

    expect(said).toContain('1 project in domain research with dem in the name.');
    expect(said).toContain(DEMO_OF_RESEARCH);
  });
});

describe('of what the policy hides from its asker', () => {
  const demoAlone = {
    rules: [{ effects: ['read', 'change'], roles: ['operator'], targets: [`project:${DEMO_PROJECT}`] }],
  };

  it.each([
    ['quota set alice-lab cores=1 --reason "less"', 'and not on project alice-lab'],
    ['quota set alice-lab cores=20 --reason "as it is"', 'and not on project alice-lab'],
    ['quota show alice-lab', 'this would show 1 thing beyond that'],
    ['console log show alice-1', 'this would show 1 thing beyond that'],
  ])('%s: tells nothing, and asks no more of the cloud', async (line, why) => {
    const bot = await startBot({ yaml: demoAlone });
    bot.cloud.state.servers.push(server({ name: 'alice-1', host: null, projectId: ALICE_LAB }));

    const told = await bot.say('bob', line);

    expect(told).toContain(why);
    expect(told).not.toMatch(/uses|already|no console/);
    expect(bot.cloud.calls.filter(({ path }) => /quota|action/.test(path))).toEqual([]);
  });

  it('neither a mistyped nor an ambiguous name offers it', async () => {
    const bot = await startBot({ yaml: demoAlone, cloud: { seed: { twoDomains: true, sameNames: true } } });

    const mistyped = await bot.say('bob', 'quota show alice-labs');
    const ambiguous = await bot.say('bob', 'quota show demo');
    const server = await bot.say('bob', 'console log show web-1');

    expect(mistyped).toContain('There is no project alice-labs.');
    expect(mistyped).not.toContain('Did you mean');
    expect(ambiguous).toContain(`There is more than one project called demo: ${DEMO_PROJECT}`);
    expect(ambiguous).not.toContain(DEMO_OF_RESEARCH);
    expect(server).toContain('There is more than one server called web-1: ');
    expect(server).not.toContain('alice-lab');
  });
});
