import { expect, it } from 'vitest';
import { demoStage } from './stage.ts';

const stage = demoStage();

it('a killed bot is started again and goes on with what waited', async () => {
  const { page, types, message, becomes } = await stage.open('bob');
  await types('/stack quota set physics cores=80 --reason "survives a kill"');
  await message('survives a kill');

  await page.getByRole('button', { name: 'Kill Stackhand' }).click();
  await page.getByText(/Stackhand (is dead|starts)/).waitFor();
  await page.getByText(/Stackhand is connected/).waitFor();

  await becomes('Alice');
  await (await message('survives a kill')).getByRole('button', { name: 'Approve' }).click();
  await message(/is done.*cores 80/s);
});

it('while Nova answers 500 the bot says so, and reads again once it is well', async () => {
  const { page, types, message } = await stage.open('bob');
  const nova = page.getByRole('switch', { name: 'Nova answers 500' });
  await nova.click();

  await types('/stack host list');
  await message(/500/);

  await nova.click();
  await types('/stack host list');
  await message('8 compute hosts: 8 up');
});

it('while Slack is away nothing arrives, and afterwards everything does', async () => {
  const { page, types, message } = await stage.open('bob');
  const away = page.getByRole('switch', { name: 'Slack is away' });
  await away.click();
  await page.getByText('Stackhand runs, Slack is away').waitFor();
  await types('/stack quota show teaching');
  await message('/stack failed with the error "dispatch_failed"');

  await away.click();
  await page.getByText(/Stackhand is connected/).waitFor();
  await types('/stack quota show teaching');
  await message(/teaching/);
});

it('a host without power is shown down, and the alert comes and goes', async () => {
  const { page, message } = await stage.open('bob', 'alerts');
  const host = page.getByRole('article', { name: 'Host c05' });
  const power = host.getByRole('switch', { name: 'Power of c05' });

  await power.click();

  await host.getByText('no power').waitFor();
  const alert = await message(/FIRING.*HostDown.*c05 does not answer/s);
  expect(await alert.textContent()).toContain('@operators');
  await power.click();
  await message(/RESOLVED.*HostDown/s);
});

it('a queue that is cut in two is no loss of hosts: the brake is on, and evacuates nothing', async () => {
  const { page, types, message } = await stage.open('bob', 'ops');
  const cut = page.getByRole('switch', { name: 'Queue is cut in two' });
  await cut.click();
  await page.getByText('0/8').waitFor();

  await message('I pulled the brake of demo: all of 8 compute services are down');
  await types('/stack quota set genomics cores=48 --reason "while the brake is on"');
  await message(/brake/);

  await cut.click();
  await page.getByText('8/8').waitFor();
});

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

  await types('/stack network list');
  await message(/network .*was not sent/);

  await away.click();
  await types('/stack network list');
  await message(/\d+ networks/);
});

it('tokens that Keystone has forgotten are asked for anew, and nobody notices', async () => {
  const { page, types, message } = await stage.open('bob');
  await types('/stack quota show teaching');
  await message(/teaching/);

  await page.getByRole('button', { name: 'Expire tokens' }).click();

  await types('/stack quota show payments');
  expect(await (await message(/Project payments/)).textContent()).not.toMatch(/401|refused/);
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
