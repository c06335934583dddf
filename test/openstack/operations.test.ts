import { readdir, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { loadRegistry } from '../../src/registry.ts';
import { tableRow } from '../table-row.ts';
import { realBot } from './real-bot.ts';

it('host list shows what nova says of its compute hosts', async () => {
  const { bot, cloud } = await realBot();
  const servers = await cloud.servers();
  const onFirst = servers.filter((server) => server['OS-EXT-SRV-ATTR:host'] === 'compute1').length;

  const said = await bot.say('bob', 'host list');

  expect(said).toMatch(/^3 compute hosts: \d up, \d down; \d disabled\./);
  expect(tableRow(said, 'compute1').slice(0, 5)).toEqual(['compute1', 'az1', 'enabled', 'up', String(onFirst)]);
  expect(tableRow(said, 'compute1').slice(5, 7)).toEqual([
    expect.stringMatching(/^\d+ of 64$/),
    expect.stringMatching(/ of 256 GiB$/),
  ]);
  expect(said).not.toContain('controller1');
});

it('project list shows what keystone says, by part of the name and by domain', async () => {
  const { bot, cloud } = await realBot();

  const said = await bot.say('bob', 'project list lab --domain default');

  expect(said).toContain('in domain Default with lab in the name.');
  expect(tableRow(said, 'alice-lab')).toEqual(['alice-lab', 'Default', 'yes', await cloud.projectId('alice-lab'), "Alice's lab"]);
  expect(tableRow(await bot.say('bob', 'project list'), 'admin').slice(0, 3)).toEqual(['admin', 'Default', 'yes']);
});

it('whoami and help show each asker what they may use', async () => {
  const { bot } = await realBot();

  expect(await bot.say('eve', 'whoami')).toContain('You are eve (Slack member U0EVE0000), with role viewer.');
  expect(await bot.say('eve', 'help')).not.toContain('quota set');
  expect(await bot.say('bob', 'help')).toContain(
    'quota: quota defaults set · quota defaults show · quota list · quota set · quota show',
  );
  expect(await bot.say('bob', 'help quota set')).toContain(
    "quota set: Change a project's quotas in Nova, Cinder and Neutron, for good or for a time.",
  );
});

it('a request is listed, shown and cancelled, and then it cannot be approved', async () => {
  const { bot, cloud } = await realBot();
  const demo = await cloud.projectId('demo');
  const before = await cloud.limits(demo);
  await bot.say('bob', `quota set demo routers=${(before.router ?? 0) + 5} --reason "ticket 4711"`);
  const card = await bot.slack.waitFor(() => bot.card().includes('[Approve]') && bot.cardMessage(), 'the card');

  expect(tableRow(await bot.say('eve', 'request list'), 'R-1001').slice(1, 3)).toEqual(['waits for 1 vote of approver', 'bob']);
  expect(await bot.say('eve', 'request show R-1001')).toContain('Plan: Change 1 quota of project demo: routers ');
  await bot.say('bob', 'request cancel R-1001');
  expect(await bot.hears('bob', 'R-1001 is cancelled')).toContain('R-1001 is cancelled, and nothing of it was done.');
  await bot.slack.waitFor(
    () => bot.text(card).includes('R-1001 was cancelled') && !bot.text(card).includes('[Approve]'),
    'the end',
  );

  expect(await bot.say('bob', 'request list')).toBe('There is no open request.');
  expect(await cloud.limits(demo)).toEqual(before);
});

it('each command there is was typed in one of these tests', async () => {
  const { commands } = await loadRegistry();
  const files = (await readdir(import.meta.dirname)).filter((file) => file.endsWith('.test.ts'));
  const tests = (await Promise.all(files.map((file) => readFile(`${import.meta.dirname}/${file}`, 'utf8')))).join('\n');

  // What begins a line of chat stands behind a quotation mark.
  const untyped = commands.map(({ name }) => name).filter((name) => !new RegExp(`['\`]${name}\\b`).test(tests));

  expect(untyped).toEqual([]);
});
