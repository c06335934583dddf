import { copyFile, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { launchChromium } from '../../demo/chromium.ts';
import { type DemoProcess, demoFolder, startDemoProcess } from './demo-process.ts';

/** For what the bot has to answer, which looks for a broken cloud every half minute; everything else is there at once. */
const PATIENCE_MS = 45_000;

export interface Stage {
  /** The page as somebody sees it, in a browser of its own that remembers nothing. Fails the test where the page breaks. */
  open(as: string, at?: string, options?: BrowserContextOptions): Promise<Visitor>;
}

/** Somebody at the page. */
export interface Visitor {
  page: Page;
  /** Types into the composer and sends. */
  types(line: string): Promise<void>;
  /** The newest message that reads so, once it is there. */
  message(words: string | RegExp): Promise<Locator>;
  /** Becomes somebody else, at the top left. */
  becomes(name: string): Promise<void>;
}

/** One demo for all tests of a file, each of which uses things of its own in it. */
export function demoStage(): Stage {
  let demo: DemoProcess;
  let browser: Browser;
  let remove: () => Promise<void>;
  beforeAll(async () => {
    const { folder, ...rest } = await demoFolder();
    remove = rest.remove;
    demo = await startDemoProcess(folder);
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await demo?.end();
    await remove?.();
  });
  return {
    open: async (as, at = 'ops', options = {}) => {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce', ...options });
      context.setDefaultTimeout(PATIENCE_MS);
      const page = await context.newPage();
      const broken: string[] = [];
      page.on('pageerror', (error) => broken.push(error.message));
      page.on('console', (said) => {
        if (said.type() === 'error') broken.push(said.text());
      });
      onTestFinished(async ({ task }) => {
        if (task.result?.state === 'fail') await keep(page, as, demo.folder);
        await context.close();
        if (broken.length > 0) throw new Error(`the page broke: ${broken.join('; ')}`);
      });
      await page.goto(`${demo.url}/#${as}/${at}`);
      await page.getByRole('heading', { level: 2 }).first().waitFor();
      return visitor(page);
    },
  };
}

/** What somebody saw, and the bot's log, for whoever wants to know why. */
async function keep(page: Page, as: string, demoFolder: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'stackhand-browser-'));
  await page.screenshot({ path: join(folder, `${as}.png`) });
  await copyFile(join(demoFolder, 'bot.log'), join(folder, 'bot.log'));
  process.stderr.write(`what ${as} then saw, and the bot's log: ${folder}\n`);
}

function visitor(page: Page): Visitor {
  return {
    page,
    types: async (line) => {
      const composer = page.locator('.conversation').getByRole('combobox', { name: /^Message/ });
      await composer.fill(line);
      await composer.press('Enter');
    },
    message: async (words) => {
      const found = page.getByRole('article').filter({ hasText: words }).last();
      await found.waitFor();
      return found;
    },
    becomes: (name) => page.getByRole('radio', { name: new RegExp(name) }).check({ force: true }),
  };
}
