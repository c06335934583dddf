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
