import { rm, writeFile } from 'node:fs/promises';
import { expect, it, onTestFinished } from 'vitest';
import type { Bot } from '../bot.ts';
import { consoleFile, type RawCloud } from './raw-cloud.ts';
import { realBot, steady } from './real-bot.ts';

const SECRET = 'correct-horse-battery';
/** What the server wrote, and what may be seen of it. */
const BOOT = [
  ['[    0.000000] Linux version 6.1.0-26-amd64 (debian-kernel@lists.debian.org)'],
  ['\u001b[0;1;31m[FAILED]\u001b[0m Failed to start a thing', '[FAILED] Failed to start a thing'],
  [`\u001b[1mdb_password\u001b[0m=${SECRET} user=app`, 'db_password=[removed] user=app'],
  ["Set the following 'random' passwords"],
  [`debian:${SECRET}`, 'debian:[removed]'],
  ['[    1.732514] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)'],
  ['<b>&amp; `ticks` *stars* <@U0BOB0000> <!channel></b>'],
];
/** More than a message holds, and more than nova gives without being asked. */
const LONG = Array.from({ length: 3_000 }, (_, line) => [`[ ${line}.000000] systemd[1]: Started unit ${line}.`]);

function written(lines: string[][]): string {
  return lines.map(([line = '']) => `${line}\n`).join('');
}

function seen(lines: string[][]): string {
  return lines.map(([line = '', shown = line]) => `${shown}\n`).join('');
}

async function serverNamed(cloud: RawCloud, name: string): Promise<string> {
  const server = (await cloud.servers()).find((one) => one.name === name);
  if (!server) throw new Error(`the real cloud has no server ${name}: seed it`);
  return server.id;
}

/** The server's console says this until the test is over. */
async function logged(cloud: RawCloud, serverId: string, text: string): Promise<void> {
  const file = consoleFile(cloud, serverId);
  onTestFinished(() => rm(file, { force: true }));
  await writeFile(file, text);
}

async function fileFor(bot: Bot, who: string): Promise<string> {
  return bot.slack.waitFor(() => bot.slack.files(who).at(-1)?.content?.toString(), 'the file');
}

it('names the boot failure, and sends every byte but the secrets to the asker alone', async () => {
  const { bot, cloud } = await realBot();
  await logged(cloud, await serverNamed(cloud, 'db-1'), written([...LONG, ...BOOT]));

  const said = await bot.say('bob', 'console log show db-1 --lines 7');

  expect(steady(said)).toMatchInlineSnapshot(`
    "Console log of db-1 (project demo, ACTIVE on <compute>): kernel panic.
    kernel panic (line 3006 of 3007): [ 1.732514] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)
    The kernel has given up; nothing runs in the server. See the lines above it: a root device that is not found points to the image or its root=, anything else to a new kernel. Start the rescue image to boot an older one.

    [    0.000000] Linux version 6.1.0-26-amd64 (debian-kernel@lists.debian.org)
    [FAILED] Failed to start a thing
    db_password=[removed] user=app
    Set the following 'random' passwords
    debian:[removed]
    [    1.732514] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)
    <b>&amp; ticks stars <@U0BOB0000> <!channel></b>

    The last 7 of 3007 lines; the file has all. Taken out: terminal control sequences and 2 secrets."
  `);
  expect(await fileFor(bot, 'bob')).toBe(seen([...LONG, ...BOOT]));
  expect(bot.directs('bob').join('\n')).toContain('Kernel panic - not syncing');
  expect(bot.slack.files('alice')).toEqual([]);
  expect(bot.slack.dump()).not.toContain(SECRET);
});

it('of a server by its ID, with the whole log where it is short', async () => {
  const { bot, cloud } = await realBot();
  const db2 = await serverNamed(cloud, 'db-2');
  await logged(cloud, db2, 'login: \n');

  const said = await bot.say('bob', `console log show ${db2}`);

  expect(said).toContain('Console log of db-2 (project demo, ACTIVE on compute');
  expect(said).toContain('no known boot failure in it');
  expect(await fileFor(bot, 'bob')).toBe('login: \n');
});

it('says so where there is none: the server has written nothing, never had a host, or is not there', async () => {
  const { bot, cloud } = await realBot();
  await logged(cloud, await serverNamed(cloud, 'web-3'), '');

  expect(await bot.say('bob', 'console log show web-3')).toContain('The console log of web-3 (project demo, ACTIVE on compute');
  expect(steady(await bot.say('bob', 'console log show broken-1'))).toBe(
    'broken-1 has no console yet: it is ERROR and on no host. Nova says: Instance <id> is not ready',
  );
  expect(await bot.say('bob', 'console log show web-9')).toBe('No project has a server web-9. Give its exact name or its ID.');
});

it('asks which, where two projects have a server of the name', async () => {
  const { bot, cloud } = await realBot();
  const batch = await serverNamed(cloud, 'batch-1');
  const lab = await cloud.projectId('alice-lab');
  // Under its other name where an earlier run was killed.
  const twin = (await cloud.servers()).find(
    ({ name, tenant_id }) => name === 'alice-vm-2' || (name === 'batch-1' && tenant_id === lab),
  );
  if (!twin) throw new Error('the real cloud has no server alice-vm-2: seed it');
  onTestFinished(() => cloud.rename(twin.id, 'alice-vm-2'));
  await cloud.rename(twin.id, 'batch-1');

  const said = await bot.say('bob', 'console log show batch-1');

  expect(said).toMatch(/^There are 2 servers called batch-1: .*\. Give the ID instead\.$/m);
  expect(said.split('\n').at(-1)?.match(/\[/g)).toHaveLength(2);
  expect(said).toContain(`${twin.id} in project alice-lab, ACTIVE`);
  expect(said).toContain(`${batch} in project demo, ACTIVE`);
});
