import { expect, it } from 'vitest';
import { hexId } from '../../demo/cloud/seed.ts';
import { startBot } from '../bot.ts';
import { tableRow } from '../table-row.ts';

/* What rules hide is not named by reads of other things either: it is counted. */

const ALL = { roles: ['operator'], effects: ['read', 'change', 'disruptive', 'destructive'] };

function denied(...targets: string[]): Record<string, unknown> {
  return { rules: [{ ...ALL, deny: true, targets }, ALL] };
}

it('`floating ip pool list` names only projects that its asker may see', async () => {
  const all = await startBot();
  const some = await startBot({ yaml: denied('project:demo') });
  const none = await startBot({ yaml: denied('project:demo', 'project:alice-lab') });

  expect(tableRow(await all.say('bob', 'floating ip pool list'), 'public').at(-1)).toMatch(/^demo \d+, alice-lab \d+$/);
  expect(tableRow(await some.say('bob', 'floating ip pool list'), 'public').at(-1)).toMatch(
    /^alice-lab \d+, 1 project not shown$/,
  );
  const said = await none.say('bob', 'floating ip pool list');
  expect(tableRow(said, 'public').at(-1)).toBe('2 projects not shown');
  expect(said).not.toMatch(/demo|alice-lab/);
});

it('`user show` names no project or domain that its asker may not see, and counts the roles there', async () => {
  const bot = await startBot({ yaml: denied('project:alice-lab', 'domain:Default') });

  const said = await bot.say('bob', 'user show alice');

  expect(said).toContain('User alice of domain not shown, with 2 roles.');
  expect(said).toContain('2 of them are on what you may not see.');
  expect(said).not.toMatch(/alice-lab|Default|manager/);
  expect((await bot.request(1001)).about).toEqual([{ type: 'user', id: hexId('user alice'), name: 'alice' }]);
});

it('what a read shows besides is among what it is about, for whoever looks at the request later', async () => {
  const bot = await startBot();

  await bot.say('bob', 'user show alice');

  expect((await bot.request(1001)).about).toContainEqual(expect.objectContaining({ type: 'project', name: 'alice-lab' }));
});

it.each(['project list --domain Defualt', 'user show alice --domain Defualt', 'quota show demo --domain Defualt'])(
  '`%s` names no domain that a rule hides, also not on a button',
  async (line) => {
    const bot = await startBot({ yaml: denied('domain:research'), cloud: { seed: { twoDomains: true } } });

    const said = await bot.say('bob', line);

    expect(said).toContain('There is no domain Defualt. There are Default, 1 that you may not see.');
    expect(said).toContain('[Default]');
    expect(said).not.toContain('research');
  },
);

it('lists show no name of a hidden domain, and a project that is seen brings its own', async () => {
  const seed = { cloud: { seed: { twoDomains: true } } };
  const bot = await startBot({ ...seed, yaml: denied('domain:research') });
  const narrow = await startBot({ ...seed, yaml: { rules: [{ ...ALL, targets: ['project:alice-lab'] }] } });

  const projects = await bot.say('bob', 'project list');
  const apart = await bot.say('bob', 'project show demo');

  expect(projects).toContain('not shown');
  expect(projects).not.toMatch(/\bresearch\b(?! group)/);
  expect(apart).toContain('There are 2 projects called demo');
  expect(apart).not.toMatch(/domain research/);
  expect(tableRow(await narrow.say('bob', 'project list'), 'alice-lab')).toContain('Default');
  expect(await narrow.say('bob', 'project show alice-lab')).toContain('in domain Default, with 2 people in it.');
});

it('`project show` names no user whom a rule hides', async () => {
  const bot = await startBot({ yaml: denied('user:admin') });

  const said = await bot.say('bob', 'project show alice-lab');

  expect(said).toContain('with 2 people in it');
  expect(said).toContain('1 of them you may not see.');
  expect(said).not.toContain('admin');
});

it('a mistyped flavor is answered with those alone that its asker may see', async () => {
  const bot = await startBot({ yaml: denied('flavor:m1.small') });

  expect(await bot.say('bob', 'server list --flavor m1.smal')).not.toContain('m1.small');
});
