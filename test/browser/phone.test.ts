import { expect, it } from 'vitest';
import { demoStage } from './stage.ts';

const stage = demoStage();

it('at phone width a change is asked, approved and seen done, by buttons alone, and nothing is wider than the screen', async () => {
  const { page, message } = await stage.open('bob', 'ops', {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  const isTooWide = (): Promise<boolean> =>
    page.evaluate('document.documentElement.scrollWidth > innerWidth') as Promise<boolean>;
  const tour = page.getByRole('region', { name: 'Guided tour' });
  await tour.getByRole('button', { name: 'Start the tour' }).tap();
  await tour.getByRole('button', { name: /quota set physics/ }).tap();
  await message('waits for approval');
  expect(await isTooWide()).toBe(false);

  const parts = page.getByRole('navigation', { name: 'Parts of the page' });
  await parts.getByRole('button', { name: 'Channels' }).tap();
  await page.locator('label', { hasText: 'Alice' }).tap();
  await parts.getByRole('button', { name: 'Conversation' }).tap();
  await (await message('waits for approval')).getByRole('button', { name: 'Approve' }).tap();
  await message(/is done.*cores 64/s);

  await parts.getByRole('button', { name: 'Cloud' }).tap();
  await page.getByRole('article', { name: 'Host c08' }).scrollIntoViewIfNeeded();
  expect(await isTooWide()).toBe(false);
});
