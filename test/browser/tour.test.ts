import { expect, it } from 'vitest';
import { demoStage } from './stage.ts';

const stage = demoStage();

it('offers a tour at the first visit, whose steps type themselves and are lived to their ends', async () => {
  const { page, message } = await stage.open('bob');
  const tour = page.getByRole('region', { name: 'Guided tour' });
  await tour.getByRole('button', { name: 'Start the tour' }).click();

  // A quota, for which Alice is needed.
  await tour.getByRole('button', { name: /quota set physics/ }).click();
  await message(/R-1001 waits for approval.*cores 48 → 64/);
  await tour.getByRole('button', { name: 'Become Alice' }).click();
  const card = await message('R-1001 waits for approval');
  await card.getByRole('button', { name: 'Approve' }).click();
  await message(/R-1001 is done.*now has cores 64, ram 128 GiB/);
  await message('You approved R-1001, and it goes ahead now.');

  // A console, which only Bob sees.
  await tour.getByRole('button', { name: 'Next: Read a console' }).click();
  await tour.getByRole('button', { name: /console log show db-2/ }).click();
  await tour.getByText('Done.').waitFor();
  await page
    .getByRole('navigation', { name: 'Channels' })
    .getByRole('button', { name: /^Stackhand/ })
    .click();
  const log = await message(/Console log of db-2.*kernel panic/s);
  expect(await log.textContent()).toContain('Kernel panic - not syncing: VFS: Unable to mount root fs');
  const attached = await message('db-2-console.log');
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    attached.getByRole('link', { name: /db-2-console.log/ }).click(),
  ]);
  expect(file.suggestedFilename()).toBe('db-2-console.log');

  // A storm, which stays three cards.
  await tour.getByRole('button', { name: 'Step 5: Stay calm in a storm' }).click();
  await tour.getByRole('button', { name: 'Break the switch of rack 2' }).click();
  for (const name of ['TargetDown', 'BGPSessionDown', 'DiskLatencyHigh']) await message(new RegExp(`FIRING 16 of 16.*${name}`));
  await tour.getByRole('button', { name: 'Finish' }).click();
  await tour.getByText('That was the tour.').waitFor();
});

it('the tour cleans up addresses: a number that is typed, two approvals, and they are gone from the cloud', async () => {
  const { page, message } = await stage.open('bob');
  const tour = page.getByRole('region', { name: 'Guided tour' });
  const unused = page.getByRole('listitem').filter({ hasText: /^203\..*unused$/ });
  expect(await unused.count()).toBe(9);
  await tour.getByRole('button', { name: 'Start the tour' }).click();
  await tour.getByRole('button', { name: 'Step 3: Clean up floating IPs' }).click();

  await tour.getByRole('button', { name: /floating ip cleanup/ }).click();
  const plan = await message(/Delete \d+ floating IPs/);
  const [, many = ''] = /Delete (\d+) floating IPs/.exec((await plan.textContent()) ?? '') ?? [];
  await plan.getByRole('button', { name: 'Type the target' }).click();
  await page.getByRole('dialog').getByRole('textbox').fill(`${many} addresses`);
  await page.getByRole('dialog').getByRole('button', { name: 'Go on' }).click();
  await tour.getByRole('button', { name: 'Become Alice' }).click();
  await (await message('waits for approval')).getByRole('button', { name: 'Approve' }).click();
  await tour.getByRole('button', { name: 'Become Carol' }).click();
  await (await message('alice approved')).getByRole('button', { name: 'Approve' }).click();

  await tour.getByText('Done.').waitFor();
  expect(await unused.count()).toBe(9 - Number(many));
  expect(Number(many)).toBeGreaterThan(0);
  expect(await page.getByRole('listitem').filter({ hasText: /kept$/ }).count()).toBe(1);
});

it('a reload in the middle of the tour goes on where one was, and whoever left it is not asked again', async () => {
  const { page, message } = await stage.open('bob');
  const tour = page.getByRole('region', { name: 'Guided tour' });
  await tour.getByRole('button', { name: 'Start the tour' }).click();
  await tour.getByRole('button', { name: 'Step 2: Read a console' }).click();

  await page.reload();

  await tour.getByRole('button', { name: /console log show db-2/ }).click();
  await tour.getByText('Done.').waitFor();
  await tour.getByRole('button', { name: 'Leave' }).click();
  await page.reload();
  await page.getByRole('heading', { name: '#ops' }).first().waitFor();
  await message(/./);
  expect(await tour.count()).toBe(0);
});
