import { expect, inject, it, onTestFinished } from 'vitest';
import { tableRow } from '../table-row.ts';
import { openRawCloud } from './raw-cloud.ts';
import { changed, keptLimits, realBot } from './real-bot.ts';

/** One cloud with two regions in its catalogue; the second one leads to the same services. */
async function twoRegions(): ReturnType<typeof realBot> {
  const raw = await openRawCloud(inject('realCloudsYaml'));
  await raw.deleteRegion('RegionTwo');
  onTestFinished(() => raw.deleteRegion('RegionTwo'));
  await raw.createRegion('RegionTwo');
  return realBot({ as: { regions: ['RegionOne', 'RegionTwo'] } });
}

it('a line that may mean two regions is asked about with buttons, and one region is looked into by its own endpoints', async () => {
  const { bot } = await twoRegions();

  const asked = await bot.say('bob', 'server list web');

  expect(asked).toContain('[RegionOne] [RegionTwo]');
  expect(await bot.click('bob', 'RegionTwo', await bot.slack.sees('bob', '[RegionTwo]'))).toContain('3 servers');
  expect(tableRow(await bot.say('eve', 'cloud list'), 'real-admin').slice(0, 2)).toEqual(['real-admin', 'RegionOne']);
});

it('a read and a change of all regions have each apart', async () => {
  const { bot, cloud } = await twoRegions();
  const demo = await cloud.projectId('demo');
  await keptLimits(cloud, demo);
  await cloud.setLimits('compute', demo, { cores: 20 });
  const before = await cloud.limits(demo);

  const read = await bot.say('bob', 'server list web-1 --region all');
  await bot.say('bob', 'quota set demo cores=40 --region all --reason "ticket 4711"');
  const card = await bot.shows('[Approve]');
  await bot.approve('alice');
  const end = await bot.hears('bob', 'R-1002 is done');

  expect(read).toMatch(/RegionOne: 1 server\..*RegionTwo: 1 server\./);
  expect(card).toContain('real-admin/RegionOne+RegionTwo');
  expect(card).toMatch(/RegionOne: Change 1 quota of project demo: cores 20 → 40\..*RegionTwo: Change 1 quota/);
  expect(end).toContain('RegionTwo: Project demo now has cores 40.');
  expect(changed(before, await cloud.limits(demo))).toEqual({ cores: 40 });
});
