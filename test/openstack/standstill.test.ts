import { rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { type Bot, eventually } from '../bot.ts';
import { look } from '../brake/stage.ts';
import { typeHost } from '../host/stage.ts';
import { openRawCloud, type RawCloud } from './raw-cloud.ts';
import { keptLimits, realBot } from './real-bot.ts';

/** The stand-in's agents count as down after 45 s. */
const AGENTS_DOWN_MS = 90_000;
const LINE = 'quota set demo floatingips=77 --reason "ticket 4711"';

async function addresses(cloud: RawCloud): Promise<number | undefined> {
  return (await cloud.limits(await cloud.projectId('demo'))).floatingip;
}

async function scene(): Promise<{ bot: Bot; cloud: RawCloud }> {
  const one = await realBot();
  await keptLimits(one.cloud, await one.cloud.projectId('demo'));
  return one;
}

describe('freeze and thaw', () => {
  it('hold back what was approved, and let it go on once somebody else has approved the thaw', async () => {
    const { bot, cloud } = await scene();
    const before = await addresses(cloud);
    await bot.say('bob', LINE);
    await bot.shows('[Approve]');

    await bot.slack.slash('carol', '#ops', 'freeze --reason "storage is on fire"');
    await bot.hears('carol', 'real-admin is frozen: storage is on fire.');
    await bot.approve('alice');
    await bot.shows('real-admin is frozen by carol');
    expect(await bot.say('bob', LINE.replace('77', '78'))).toContain('real-admin is frozen by carol');
    expect(await addresses(cloud)).toBe(before);

    await bot.slack.slash('bob', '#ops', 'thaw --reason "it is out"');
    const card = await bot.slack.waitFor(
      () =>
        bot.slack
          .messages('#ops')
          .find((one) => bot.text(one).includes('Thaw real-admin') && bot.text(one).includes('[Approve]')),
      'the card of the thaw',
    );
    await bot.click('alice', 'Approve', card);

    await bot.untilOf(1001, 'done');
    expect(await addresses(cloud)).toBe(77);
  });
});

describe('request check', () => {
  it('says what has moved in the cloud since the plan', async () => {
    const { bot, cloud } = await scene();
    await bot.say('bob', LINE);
    await bot.shows('[Check for me]');

    await bot.slack.slash('alice', '#ops', 'request check R-1001');
    await bot.hears('alice', 'nothing moved');
    await cloud.setLimits('network', await cloud.projectId('demo'), { floatingip: 66 });
    await bot.slack.slash('alice', '#ops', 'request check R-1001');

    await bot.hears('alice', '66');
  });
});

describe('the brake', () => {
  it('is pulled where most network agents fall silent at once, and lifted by two others', async () => {
    const { bot, cloud } = await scene();
    await bot.say('bob', LINE);
    await bot.shows('[Approve]');
    const silent = await silenceAgents();
    // As often as the check itself would, only sooner.
    await eventually(
      async () => {
        await look(bot, 'real-admin');
        return bot.slack.messages('#ops').some((one) => bot.text(one).includes('I pulled the brake of real-admin'));
      },
      'the brake',
      AGENTS_DOWN_MS,
    );

    await bot.untilOf(1001, 'void');
    expect(await bot.say('bob', LINE)).toContain('brake');
    expect(await bot.say('bob', 'host evacuate compute3 --fenced "unplugged" --reason "PSU failed" --dry-run')).toContain(
      'an incident of the message queue or the network, not of hosts',
    );
    await silent.end();

    await bot.say('bob', 'brake lift --reason "the switch is back"');
    await typeHost(bot, 'bob', 'real-admin');
    await bot.approve('alice');
    await bot.approve('carol');
    await bot.shows('The brake of real-admin is lifted');
    await bot.slack.slash('bob', '#ops', `${LINE} --dry-run`);
    await bot.hears('bob', 'Dry run on real-admin');
    expect(await addresses(cloud)).not.toBe(77);
  });
});

/** All agents of the cloud's stand-in stop reporting. @returns how they do again, which comes with the test's end at the latest. */
async function silenceAgents(): Promise<{ end(): Promise<void> }> {
  const folder = join(dirname(inject('realCloudsYaml')), 'state', 'agents-paused');
  const cloud = await openRawCloud(inject('realCloudsYaml'));
  const files = ['compute1', 'compute2', 'compute3', 'network1'].map((host) => join(folder, host));
  const end = async (): Promise<void> => {
    await Promise.all(files.map((file) => rm(file, { force: true })));
    await eventually(async () => (await agents(cloud)).every(({ alive }) => alive), 'all agents', AGENTS_DOWN_MS);
  };
  onTestFinished(end);
  await Promise.all(files.map((file) => writeFile(file, '')));
  return { end };
}

async function agents(cloud: RawCloud): Promise<{ alive: boolean }[]> {
  const { agents: all } = (await cloud.call('network', 'GET', '/agents')) as { agents: { alive: boolean }[] };
  return all;
}
