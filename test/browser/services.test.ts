import { expect, it } from 'vitest';
import { demoStage } from './stage.ts';

const stage = demoStage();

it('a Nova that hangs holds up nobody who asks for something else', async () => {
  const { page, types, message } = await stage.open('bob');
  const hangs = page.getByRole('switch', { name: 'Nova hangs' });
  await hangs.click();

  await types('/stack host list');
  await types('/stack project list');

  await message(/genomics.*webshop/s);
  await hangs.click();
});

it('while Neutron is away the bot says what was not sent, and reads again once it is back', async () => {
  const { page, types, message } = await stage.open('bob');
  const away = page.getByRole('switch', { name: 'Neutron is away' });
  await away.click();

  await types('/stack floating ip list');
  await message(/network .*was not sent/);

  await away.click();
  await types('/stack floating ip list');
  await message(/\d+ floating IPs/);
});

it('tokens that Keystone has forgotten are asked for anew, and nobody notices', async () => {
  const { page, types, message } = await stage.open('bob');
  await types('/stack quota show teaching');
  await message(/teaching/);

  await page.getByRole('button', { name: 'Expire tokens' }).click();

  await types('/stack quota show payments');
  expect(await (await message(/Quotas of project payments/)).textContent()).not.toMatch(/401|refused/);
});

it('what Slack answers 429 to is said once it takes it again', async () => {
  const { page, types, message } = await stage.open('bob');
  const limited = page.getByRole('switch', { name: 'Slack answers 429' });
  await limited.click();
  await types('/stack quota set sandbox cores=24 --reason "through a limit"');
  const told = page.getByRole('article').filter({ hasText: 'through a limit' });

  await page.getByRole('button', { name: 'Kill Stackhand' }).click();
  await limited.click();

  await message(/waits for approval.*through a limit/s);
  expect(await told.count()).toBe(1);
});
