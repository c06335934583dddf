import { expect, it } from 'vitest';
import { demoStage } from './stage.ts';

const stage = demoStage();

it('at phone width a host is lost and evacuated by buttons alone, and nothing is wider than the screen', async () => {
  const { page, message } = await stage.open('bob', 'ops', {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  const isTooWide = (): Promise<boolean> =>
    page.evaluate('document.documentElement.scrollWidth > innerWidth') as Promise<boolean>;
  const tour = page.getByRole('region', { name: 'Guided tour' });
  const parts = page.getByRole('navigation', { name: 'Parts of the page' });
  await tour.getByRole('button', { name: 'Start the tour' }).tap();
  await tour.getByRole('button', { name: 'Step 4: Lose a host' }).tap();
  await tour.getByRole('button', { name: 'Cut the power of c03' }).tap();
  await message('c03 does not answer');
  expect(await isTooWide()).toBe(false);

  await tour.getByRole('button', { name: /host evacuate c03/ }).tap();
  await (await message(/rebuild \d+ servers/)).getByRole('button', { name: 'Type the target' }).tap();
  await page.getByRole('dialog').getByRole('textbox').fill('c03');
  await page.getByRole('dialog').getByRole('button', { name: 'Go on' }).tap();
  await tour.getByRole('button', { name: 'Become Alice' }).tap();
  await (await message('waits for approval')).getByRole('button', { name: 'Approve' }).tap();
  expect(await isTooWide()).toBe(false);
  await tour.getByRole('button', { name: 'Become Carol' }).tap();
  await (await message('alice approved')).getByRole('button', { name: 'Approve' }).tap();
  await message(/is done.*servers of c03 are on other hosts/s);

  await parts.getByRole('button', { name: 'Cloud' }).tap();
  await page.getByRole('article', { name: 'Host c03' }).getByText('off, disabled').waitFor();
  expect(await page.getByRole('list', { name: 'Servers on c03' }).getByRole('listitem').count()).toBe(0);
  await page.getByRole('article', { name: 'Host c08' }).scrollIntoViewIfNeeded();
  expect(await isTooWide()).toBe(false);
  await parts.getByRole('button', { name: 'Channels' }).tap();
  await page.locator('label', { hasText: 'Eve' }).tap();
  await page.waitForURL(/#eve/);
});
