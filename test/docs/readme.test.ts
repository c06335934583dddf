import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { commandTable } from '../../src/chat/command-table.ts';
import { keysOf } from '../../src/redis/keys.ts';
import { loadRegistry } from '../../src/registry.ts';
import { startBot } from '../bot.ts';

const ROOT = new URL('../../', import.meta.url);
const README = readFileSync(new URL('README.md', ROOT), 'utf8');
const PAGES = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md'];

it('README has every command as the registry has it; `npx vitest run --project unit test/docs -u` writes it', async () => {
  const table = commandTable(await loadRegistry());

  const anew = README.replace(
    /(<!-- commands -->\n)[\s\S]*(<!-- \/commands -->)/,
    (_all, begin: string, end: string) => `${begin}${table}${end}`,
  );

  expect(anew).toContain(table);
  await expect(anew).toMatchFileSnapshot(fileURLToPath(new URL('README.md', ROOT)));
});

it("README's card is what people read", async () => {
  const bot = await startBot();

  await bot.say('bob', 'quota set alice-lab cores=40 ram=80G --reason "course starts on Monday"');
  const card = await bot.slack.waitFor(() => bot.card().includes('[Approve]') && bot.card(), 'the card');

  expect(timeless(README)).toContain(`\`\`\`text\n${timeless(card)}\n\`\`\``);
});

/** Without what differs from run to run. */
function timeless(text: string): string {
  return text
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d/g, 'TIME')
    .replaceAll(/[0-9a-f]{32}/g, 'ID')
    .replaceAll(/^Plan: [0-9a-f]{12}$/gm, 'Plan: HASH');
}

it('every npm script that a page names is there', () => {
  const { scripts } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as { scripts: Record<string, string> };
  const text = PAGES.map((page) => readFileSync(new URL(page, ROOT), 'utf8')).join('\n');

  const named = [...text.matchAll(/\bnpm (?:run )?([a-z:]+)/g)].flatMap(([, name]) => name ?? []);

  expect(named.filter((name) => scripts[name] === undefined && name !== 'ci')).toEqual([]);
  expect(named).toContain('test');
});

it.each(PAGES)('every file that %s links to is there', (page) => {
  const text = readFileSync(new URL(page, ROOT), 'utf8');

  const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)].flatMap(([, path]) => path ?? []);

  expect(links.filter((path) => !existsSync(new URL(path, ROOT)))).toEqual([]);
});

it('ARCHITECTURE has every key of Redis', () => {
  const keys = Object.values(keysOf('stackhand')).map((key) =>
    typeof key === 'string' ? key : String(Reflect.apply(key, undefined, Array(key.length).fill('…'))),
  );

  const table = readFileSync(new URL('ARCHITECTURE.md', ROOT), 'utf8');

  expect(keys.filter((key) => !table.includes(`\`${key.replace('stackhand:', '')}\``))).toEqual([]);
});
