import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { demoStage } from './stage.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const stage = demoStage();

/** What axe-core calls serious or critical, by rule and place. */
async function seriousIn(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: AXE });
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults; // what axe.run answers
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} at ${target.join(' ')}: ${failureSummary}`));
}

it.each(['light', 'dark'] as const)('axe-core finds nothing serious, %s', async (colorScheme) => {
  const { page, types, message, becomes } = await stage.open('bob', 'ops', { colorScheme, bypassCSP: true });
  expect(await seriousIn(page)).toEqual([]);

  await page.getByRole('button', { name: 'Start the tour' }).click();
  await types(`/stack quota set physics cores=${colorScheme === 'light' ? 88 : 96} --reason "to be looked at"`);
  await message('to be looked at');
  await types('/stack host list');
  await message('8 compute hosts');
  await page.getByRole('switch', { name: 'Power of c08' }).click();
  await page
    .getByRole('article', { name: 'Host c08' })
    .getByText(/no power|up/)
    .waitFor();
  await page.getByRole('combobox', { name: /^Message/ }).fill('/stack q');
  await page.getByRole('listbox', { name: 'What you can type' }).waitFor();
  expect(await seriousIn(page)).toEqual([]);
  await page.getByRole('combobox', { name: /^Message/ }).fill('');

  await becomes('Alice');
  await (await message('to be looked at')).getByRole('button', { name: 'Deny' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Deny' }).click();
  await page.getByRole('alert').waitFor();
  expect(await seriousIn(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });

  await page.getByRole('navigation', { name: 'Channels' }).getByRole('button', { name: 'Home' }).click();
  await page.getByRole('region', { name: 'Home of Stackhand' }).getByText('to be looked at').first().waitFor();
  expect(await seriousIn(page)).toEqual([]);
});

it('a person who is chosen is so at once, and does not spring back meanwhile', async () => {
  const { page } = await stage.open('bob');

  const chosen = await page.getByRole('radio', { name: /Alice/ }).evaluate((radio: { click(): void; checked: boolean }) => {
    radio.click();
    return radio.checked;
  });

  expect(chosen).toBe(true);
});

it('everything can be reached and used with the keyboard', async () => {
  const { page, message } = await stage.open('bob');
  await page.getByRole('button', { name: 'Not now' }).focus();
  await page.keyboard.press('Enter');

  await page.getByRole('combobox', { name: 'Message #ops' }).focus();
  await page.keyboard.type('/stack quota sh');
  await page.keyboard.press('Tab');
  await page.keyboard.type('physics');
  await page.keyboard.press('Enter');
  await message(/physics/);

  // From Bob to Alice: a group of radio buttons goes by arrows.
  await page.getByRole('radio', { name: /Bob/ }).focus();
  await page.keyboard.press('ArrowDown');
  await page.waitForURL(/#alice\/ops/);
});
