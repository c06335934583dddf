import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import { startDemo } from './demo.ts';

/** `npm run screenshots`: the README's, of a demo of its own, into docs/screenshots. */
const INTO = fileURLToPath(new URL('../../docs/screenshots', import.meta.url));
const WIDE: BrowserContextOptions = { viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce', locale: 'en-GB' };
const PHONE: BrowserContextOptions = { ...WIDE, viewport: { width: 390, height: 800 }, deviceScaleFactor: 1.5 };
const DECLINED = 'localStorage.setItem("stackhand-demo-tour", JSON.stringify({ state: "declined" }))';

async function open(browser: Browser, url: string, place: string, options: BrowserContextOptions): Promise<Page> {
  const context = await browser.newContext(options);
  await context.addInitScript(DECLINED);
  const page = await context.newPage();
  await page.goto(`${url}/#${place}`);
  await page.getByRole('heading', { level: 2 }).first().waitFor();
  return page;
}

async function type(page: Page, line: string, until: string): Promise<void> {
  const composer = page.locator('.conversation').getByRole('combobox', { name: /^Message/ });
  await composer.fill(line);
  await composer.press('Enter');
  await page.getByRole('article').filter({ hasText: until }).last().waitFor();
}

async function shoot(page: Page, name: string): Promise<void> {
  // No caret, and nothing that is only there because a mouse lies on it.
  await page.mouse.move(0, 0);
  await page.evaluate('document.activeElement?.blur()');
  await page.screenshot({ path: join(INTO, `${name}.png`) });
  console.log(`docs/screenshots/${name}.png`);
}

/** Bob asks, and it waits for Alice and Carol. */
async function ask(browser: Browser, url: string): Promise<void> {
  const bob = await open(browser, url, 'bob/ops', WIDE);
  await type(bob, '/stack quota set physics cores=64 ram=128G --reason "grant 4711 starts on Monday"', 'waits for approval');
}

async function alert(browser: Browser, url: string): Promise<void> {
  const bob = await open(browser, url, 'bob/alerts', { ...WIDE, colorScheme: 'dark' });
  await bob.getByRole('button', { name: 'Alert storm' }).click();
  await bob.getByRole('article').filter({ hasText: 'DiskLatencyHigh' }).last().waitFor();
  await bob.getByRole('switch', { name: 'Power of c03' }).click();
  await bob.getByRole('article').filter({ hasText: 'c03 does not answer' }).last().waitFor();
  await bob.locator('.cloud').evaluate((panel) => panel.scrollTo(0, 0));
  await shoot(bob, 'alerts');
}

async function phone(browser: Browser, url: string): Promise<void> {
  const carol = await open(browser, url, 'carol/ops', PHONE);
  await carol.getByRole('button', { name: 'Approve' }).waitFor();
  await carol
    .locator('.message')
    .first()
    .evaluate((message) => message.scrollIntoView());
  await shoot(carol, 'phone');
}

/** c03 has no power since `alert`; its servers are about half way. */
async function evacuation(browser: Browser, url: string): Promise<void> {
  const bob = await open(browser, url, 'bob/ops', WIDE);
  await type(bob, '/stack host evacuate c03 --fenced "IPMI says off, looked at by Bob" --reason "PSU failed"', 'rebuild');
  await bob.getByRole('button', { name: 'Type the target' }).click();
  await bob.getByRole('dialog').getByRole('textbox').fill('c03');
  await bob.getByRole('dialog').getByRole('button', { name: 'Go on' }).click();
  for (const name of ['alice', 'carol']) {
    const page = await open(browser, url, `${name}/ops`, WIDE);
    const card = page.getByRole('article').filter({ hasText: 'PSU failed' }).last();
    await card.getByRole('button', { name: 'Approve' }).click();
  }
  const card = bob.getByRole('article').filter({ hasText: 'is running' }).last();
  await card.getByText(/[3-5] of 7 servers left/).waitFor();
  await card.evaluate((message) => message.scrollIntoView());
  await shoot(bob, 'evacuation');
}

const folder = await mkdtemp(join(tmpdir(), 'stackhand-screenshots-'));
await mkdir(INTO, { recursive: true });
const demo = await startDemo({ folder, port: 0 });
const browser = await launchChromium();
try {
  for (const take of [ask, phone, alert, evacuation]) await take(browser, demo.url);
} finally {
  await browser.close();
  await demo.stop();
  await rm(folder, { recursive: true, force: true });
}
