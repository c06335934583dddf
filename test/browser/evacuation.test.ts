import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { demoStage, type Visitor } from './stage.ts';

const stage = demoStage();

function serversOn(page: Page, host: string): Locator {
  return page.getByRole('list', { name: `Servers on ${host}` }).getByRole('listitem');
}

/** Types what is to be typed again, as its requester. */
async function confirms({ page, message }: Visitor, plan: string, target: string): Promise<void> {
  await (await message(plan)).getByRole('button', { name: 'Type the target' }).click();
  const form = page.getByRole('dialog');
  await form.getByRole('textbox').fill(target);
  await form.getByRole('button', { name: 'Go on' }).click();
  await form.waitFor({ state: 'detached' });
}

it('the tour loses a host: alert, plan, two approvals, servers appear elsewhere, also over a reload, and the alert resolves', async () => {
  const bob = await stage.open('bob');
  const { page, message } = bob;
  const tour = page.getByRole('region', { name: 'Guided tour' });
  await tour.getByRole('button', { name: 'Start the tour' }).click();
  await tour.getByRole('button', { name: 'Step 4: Lose a host' }).click();
  const before = await serversOn(page, 'c03').count();
  expect(before).toBeGreaterThan(5);

  await tour.getByRole('button', { name: 'Cut the power of c03' }).click();
  await message(/FIRING.*HostDown.*c03 does not answer/s);
  await tour.getByRole('button', { name: /host evacuate c03/ }).click();
  await confirms(bob, `rebuild ${before} servers`, 'c03');
  await tour.getByRole('button', { name: 'Become Alice' }).click();
  await (await message('waits for approval')).getByRole('button', { name: 'Approve' }).click();
  await tour.getByRole('button', { name: 'Become Carol' }).click();
  await (await message('alice approved')).getByRole('button', { name: 'Approve' }).click();
  await message('is running');

  await page.reload();

  await message(new RegExp(`is done.*${before} of ${before} servers of c03 are on other hosts`, 's'));
  expect(await serversOn(page, 'c03').count()).toBe(0);
  await page.getByRole('article', { name: 'Host c03' }).getByText('off, disabled').waitFor();
  await tour.getByText('Done.').waitFor();
  await page.goto(`${page.url().split('#')[0]}#bob/alerts`);
  await message(/RESOLVED.*HostDown/s);
});

it('killed in the middle of an evacuation, Stackhand goes on with it and ends it', async () => {
  const bob = await stage.open('bob');
  const { page, types, message } = bob;
  const before = await serversOn(page, 'c01').count();
  await page.getByRole('switch', { name: 'Power of c01' }).click();
  await types('/stack host evacuate c01 --fenced "unplugged" --reason "killed in between"');
  await confirms(bob, `rebuild ${before} servers`, 'c01');
  const [alice, carol] = [await stage.open('alice'), await stage.open('carol')];
  for (const { message: sees } of [alice, carol]) {
    await (await sees('killed in between')).getByRole('button', { name: 'Approve' }).click();
  }
  await message(/is running.*killed in between/s);

  await page.getByRole('button', { name: 'Kill Stackhand' }).click();

  await page.getByText(/Stackhand (is dead|starts)/).waitFor();
  await message(new RegExp(`is done.*${before} of ${before} servers of c01 are on other hosts`, 's'));
  expect(await serversOn(page, 'c01').count()).toBe(0);
});
