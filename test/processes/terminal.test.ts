import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { thisSystem } from '../../src/cli/system.ts';
import { type Bot, eventually, startBot } from '../bot.ts';
import { ownRedis } from '../own-redis.ts';
import { MAIN, startWorkerProcess } from './worker-process.ts';

const SET = 'quota set demo cores=40 --reason "more load"';

/** Runs `stackhand …` as people do, with nobody at its keyboard. `reads: 'one line'`: like `| head -1`. */
async function stackhand(
  env: Record<string, string>,
  args: string[],
  reads: 'all' | 'one line' = 'all',
): Promise<{ status: number; out: string; err: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    if (reads === 'one line') child.stdout.destroy();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const [status] = await once(child, 'close');
  return { status: Number(status), out, err };
}

/** A Stackhand at whose terminals this very Unix user is Alice. */
async function machine(role: 'all' | 'gateway'): Promise<{ bot: Bot; env: Record<string, string>; socket: string }> {
  const redis = await ownRedis();
  const bot = await startBot({
    target: { socket: redis.socket },
    prefix: 'stackhand',
    role,
    yaml: {
      terminal: { [thisSystem().unixUser()]: 'U0ALICE00' },
      roles: { operator: { users: ['U0BOB0000'] }, approver: { users: ['U0ALICE00'] } },
      rules: [{ effects: ['read', 'change'], roles: ['operator'] }],
    },
  });
  return { bot, socket: redis.socket, env: { ...bot.env, REDIS_URL: `unix://${redis.socket}`, STACKHAND_CONFIG: bot.file } };
}

it('a vote comes from a terminal while Slack is away, the card says so once it is back, and the audit holds it', async () => {
  const { bot, env, socket } = await machine('gateway');
  await startWorkerProcess(bot, socket);
  await bot.say('bob', SET);
  const { hash = '' } = await bot.until('waiting');
  await bot.slack.waitFor(() => bot.card().includes('[Approve]'), 'the card');
  await bot.slack.outage();

  const unasked = await stackhand(env, ['approve', 'R-1001']);
  expect([unasked.status, unasked.out]).toEqual([1, '']);
  expect(unasked.err).toContain('Nothing was done: R-1001 still waits for votes.');
  expect((await bot.until('waiting')).votes).toEqual([]);
  const voted = await stackhand(env, ['approve', 'R-1001', '--plan', hash.slice(0, 12), '--yes']);

  expect([voted.status, voted.out]).toEqual([0, 'You approved R-1001, and it goes ahead now.\n']);
  expect(voted.err).toContain('Change 1 quota of project demo: cores 20 → 40');
  await bot.until('done');
  expect(bot.cloud.writes).toHaveLength(1);
  await bot.slack.recover();
  await bot.slack.waitFor(() => bot.card().includes('R-1001 is done'), 'the card at its end', 30_000);
  expect(bot.card()).toContain('approved at a terminal');

  const { redis, keys } = bot.running.core.store;
  await eventually(async () => (await redis.llen(keys.sealed)) === 1, 'its seal');
  // Neither needs a stackhand.yaml.
  const anybody = { REDIS_URL: env.REDIS_URL ?? '', STACKHAND_STATE: env.STACKHAND_STATE ?? '' };
  const { status, out, err } = await stackhand(anybody, ['audit', 'export', '--request', 'R-1001']);
  expect([status, err]).toEqual([0, '']);
  const [{ head }, ...lines] = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.find(({ event }) => event === 'vote')).toMatchObject({ by: 'U0ALICE00', request: 1001 });
  expect(lines.at(-1)).toMatchObject({ request: 1001, head: lines.at(-2).hash, hash: head });
  const verified = await stackhand(anybody, ['audit', 'verify', '--head', head.slice(0, 8)]);
  expect(verified.status).toBe(0);
  expect(verified.out).toContain(`It holds the head ${head}: the chain stood there on `);
});

it('an export that is long ends quietly where its reader has seen enough', async () => {
  const { bot, env } = await machine('all');
  const { redis, keys } = bot.running.core.store;
  const reads = 40;
  for (let i = 0; i < reads; i++) await bot.slack.slash('bob', '#ops', `help ${'x'.repeat(2_000)}`);
  await eventually(async () => (await redis.llen(keys.sealed)) === reads, 'all sealed', 60_000);

  const { status, out, err } = await stackhand(env, ['audit', 'export'], 'one line');

  expect([status, err]).toEqual([0, '']);
  expect(out).toMatch(/^\{"export":"stackhand audit"/);
});
