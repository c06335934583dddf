import { expect, it } from 'vitest';
import { demoStage } from './stage.ts';

const stage = demoStage();

it('Eve, a viewer, is told why her click does not count, and nobody else sees that', async () => {
  const bob = await stage.open('bob');
  const eve = await stage.open('eve');
  await bob.types('/stack quota set genomics cores=40 --reason "for Eve to look at"');
  const card = await eve.message('for Eve to look at');

  await card.getByRole('button', { name: 'Approve' }).click();

  const told = await eve.message('Only visible to you');
  expect(await told.textContent()).toContain('Your vote does not count here: this takes approver, and you hold viewer.');
  expect(await (await eve.message('for Eve to look at')).textContent()).toContain('waits for approval');
  expect(await bob.page.getByText('Your vote does not count here').count()).toBe(0);
});

it('a stranger of another workspace sees the channel, and gets nothing done', async () => {
  const { page, types, message } = await stage.open('stranger');
  expect(await page.getByRole('navigation', { name: 'Channels' }).getByRole('button').allTextContents()).toEqual(['#ops']);

  await types('/stack host list');

  const told = await message('Only visible to you');
  expect(await told.textContent()).not.toContain('c01');
});

it('two people approve at the same moment: one vote counts, and the other hears that it is decided', async () => {
  const bob = await stage.open('bob');
  const alice = await stage.open('alice');
  const carol = await stage.open('carol');
  await bob.types('/stack quota set teaching cores=32 --reason "both at once"');
  const cards = [await alice.message('both at once'), await carol.message('both at once')];

  await Promise.all(cards.map((card) => card.getByRole('button', { name: 'Approve' }).click()));

  await bob.message(/R-\d+ is done.*both at once/s);
  const answers = await Promise.all(
    [alice, carol].map(async ({ message }) => (await message('Only visible to you')).textContent()),
  );
  expect(answers.filter((answer) => answer?.includes('goes ahead now'))).toHaveLength(1);
});

it('two approve at the same moment what takes two votes: both count', async () => {
  const bob = await stage.open('bob');
  const alice = await stage.open('alice');
  const carol = await stage.open('carol');
  await bob.types('/stack floating ip cleanup --unused-for 1d --limit 1 --reason "two at once"');
  await (await bob.message('two at once')).getByRole('button', { name: 'Type the target' }).click();
  await bob.page.getByRole('dialog').getByRole('textbox').fill('1 address');
  await bob.page.getByRole('dialog').getByRole('button', { name: 'Go on' }).click();
  const cards = [
    await alice.message(/waits for approval.*two at once/s),
    await carol.message(/waits for approval.*two at once/s),
  ];

  await Promise.all(cards.map((card) => card.getByRole('button', { name: 'Approve' }).click()));

  const done = await bob.message(/is done.*two at once/s);
  expect(await done.textContent()).toMatch(/alice.*carol|carol.*alice/s);
});

it('whoever plays all of them is shown who is wanted, and what is new to them', async () => {
  const { page, types, becomes, message } = await stage.open('bob');
  await types('/stack quota set sandbox cores=16 --reason "somebody is wanted"');
  await message('somebody is wanted');

  await page.getByRole('radio', { name: /Carol Mendes.*something waits for them/ }).waitFor();
  await becomes('Carol');

  await page.getByRole('button', { name: /^Stackhand.*\d+ for you/ }).waitFor();
  await message('somebody is wanted');
  expect(page.url()).toContain('#carol/ops');
});

it('a denial without a reason is held back by its form, and one with a reason goes to the card', async () => {
  const bob = await stage.open('bob');
  const alice = await stage.open('alice');
  await bob.types('/stack quota set payments cores=40 --reason "to be denied"');
  await (await alice.message('to be denied')).getByRole('button', { name: 'Deny' }).click();
  const form = alice.page.getByRole('dialog', { name: /^Deny R-/ });

  await form.getByRole('button', { name: 'Deny' }).click();

  const field = form.getByRole('textbox', { name: 'Why?' });
  await form.getByText('Please complete this required field.').waitFor();
  expect(await field.getAttribute('aria-invalid')).toBe('true');
  await field.fill('not this month');
  await form.getByRole('button', { name: 'Deny' }).click();
  await form.waitFor({ state: 'detached' });
  await bob.message(/denied.*not this month/s);
});

it('a form offers names as one types, by keyboard alone, and says of a wrong value what is wrong', async () => {
  const { page, types, message } = await stage.open('bob');
  await types('/stack quota set');
  await (await message('project is missing')).getByRole('button', { name: 'Fill in' }).click();
  const form = page.getByRole('dialog', { name: 'quota set' });
  await form.getByRole('combobox', { name: 'project', exact: true }).focus();

  await page.keyboard.type('web');
  await form.getByRole('option', { name: 'webshop' }).waitFor();
  // What was typed stands above what it may mean.
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await form.getByLabel('reason').fill('filled in');
  await form.getByLabel(/^cores/).fill('many');
  await form.getByRole('button', { name: 'Plan it' }).click();

  await form.getByRole('alert').filter({ hasText: /many/ }).waitFor();
  await form.getByLabel(/^cores/).fill('48');
  await form.getByRole('button', { name: 'Plan it' }).click();
  await message(/waits for approval.*webshop.*filled in/s);
});

it('Home shows what waits, and its buttons act', async () => {
  const bob = await stage.open('bob');
  const carol = await stage.open('carol', 'home');
  await bob.types('/stack quota set webshop instances=30 --reason "from her Home"');
  const home = carol.page.getByRole('region', { name: 'Home of Stackhand' });
  await home.getByText('from her Home').waitFor();

  // There may be others that wait: the oldest stands first.
  await home.getByRole('button', { name: 'Approve' }).last().click();

  await bob.message(/R-\d+ is done.*instances 30/s);
});

it('threads, mentions and direct messages reach the bot as they do in Slack', async () => {
  const { page, types, message } = await stage.open('bob');
  await types('@stackhand quota show physics');
  const asked = await message('@Stackhand quota show physics');
  await asked
    .getByText(/1 reply|replies/)
    .or(asked.getByRole('button', { name: /Reply to/ }))
    .first()
    .waitFor();
  await asked.hover();
  await asked
    .getByRole('button', { name: /Reply to|repl/ })
    .first()
    .click();
  const thread = page.getByRole('complementary', { name: 'Thread' });
  const reply = thread.getByRole('combobox', { name: /Reply/ });
  await reply.fill('@stackhand host list');
  await reply.press('Enter');

  await page.getByText('8 compute hosts: 8 up').first().waitFor();
  await reply.fill('/stack host list');
  await reply.press('Enter');
  await page.getByText('Slack takes no slash commands in threads').waitFor();
  expect(await reply.inputValue()).toBe('/stack host list');

  await page.goto(`${page.url().split('#')[0]}#bob/stackhand`);
  await types('project list');
  await message('genomics');
});
