import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { type Bot, eventually } from '../bot.ts';
import { approvedAndRun, cleanedUp, planned } from '../floating-ip/stage.ts';
import { approved, reverted, timeIsUp } from '../quota/temporary-stage.ts';
import type { RawCloud } from './raw-cloud.ts';
import { realBot } from './real-bot.ts';

const HOUR_MS = 3_600_000;
/** Two cores serve a whole cloud here. */
const WITHIN_MS = 90_000;
const LINE = 'floating ip cleanup --unused-for 1h --project demo --reason "pool is full"';

const Ip = z.object({
  id: z.string(),
  floating_ip_address: z.string(),
  port_id: z.string().nullable(),
  description: z.string(),
  tags: z.array(z.string()),
  updated_at: z.string(),
});
type Ip = z.infer<typeof Ip>;

interface Scene {
  bot: Bot;
  cloud: RawCloud;
  /** New ones of demo's that lead nowhere. */
  ips: Ip[];
}

/** Addresses that are new, and by our clock idle for two hours. Whatever of them is there at the end is deleted. */
async function scene(descriptions: readonly string[]): Promise<Scene> {
  const { bot, cloud } = await realBot();
  const ips: Ip[] = [];
  for (const description of descriptions) ips.push(await createIp(cloud, description));
  onTestFinished(async () => {
    for (const { floating_ip_address: address } of ips) {
      const left = await find(cloud, address);
      if (left) await cloud.call('network', 'DELETE', `/floatingips/${left.id}`);
    }
  });
  bot.later(2 * HOUR_MS);
  return { bot, cloud, ips };
}

async function createIp(cloud: RawCloud, description: string): Promise<Ip> {
  const body = {
    floatingip: { floating_network_id: await networkId(cloud, 'public'), project_id: await cloud.projectId('demo'), description },
  };
  return z.object({ floatingip: Ip }).parse(await cloud.call('network', 'POST', '/floatingips', body)).floatingip;
}

async function find(cloud: RawCloud, address: string): Promise<Ip | undefined> {
  return z.array(Ip).parse(await cloud.listed('network', `/floatingips?floating_ip_address=${address}`, 'floatingips'))[0];
}

async function networkId(cloud: RawCloud, name: string): Promise<string> {
  return (await cloud.listed('network', `/networks?name=${name}`, 'networks'))[0]?.id ?? '';
}

async function lead(cloud: RawCloud, { id }: Ip, port: string | null): Promise<void> {
  await cloud.call('network', 'PUT', `/floatingips/${id}`, { floatingip: { port_id: port } });
}

/** A port in demo's network that nothing uses; gone after the test. */
async function createPort(cloud: RawCloud): Promise<string> {
  const body = { port: { network_id: await networkId(cloud, 'demo-net'), project_id: await cloud.projectId('demo') } };
  const { port } = z.object({ port: z.object({ id: z.string() }) }).parse(await cloud.call('network', 'POST', '/ports', body));
  onTestFinished(async () => void (await cloud.call('network', 'DELETE', `/ports/${port.id}`)));
  return port.id;
}

it('floating ip cleanup deletes what is idle, and leaves alone what was attached after its plan; its undo asks for the same again', async () => {
  const { bot, cloud, ips } = await scene(['', '', 'VPN of the branch']);
  const [first, second, described] = ips;
  if (!first || !second || !described) throw new Error('three were created');
  const port = await createPort(cloud);
  const request = await planned(bot, LINE, '2 addresses');
  expect(request.plan?.lines?.join()).toContain(`\`${described.floating_ip_address}\` (description \`VPN of the branch\`)`);

  await lead(cloud, second, port);
  const ended = await approvedAndRun(bot, request);

  expect(ended.state).toBe('partly done');
  expect(await find(cloud, first.floating_ip_address)).toBeUndefined();
  expect((await find(cloud, second.floating_ip_address))?.port_id).toBe(port);
  expect(await find(cloud, described.floating_ip_address)).toMatchObject({ id: described.id });

  const { state } = await approved(bot, 'request undo R-1001', 1002);

  expect(state).toBe('done');
  expect((await bot.request(1002)).means).toContain(`floating ip restore ${first.floating_ip_address} --of R-1001`);
  expect((await find(cloud, first.floating_ip_address))?.id).not.toBe(first.id);
});

it('floating ip restore says which address the network no longer gives', async () => {
  const { bot, cloud, ips } = await scene(['']);
  const [first] = ips;
  if (!first) throw new Error('one was created');
  await cleanedUp(bot, LINE, '1 address');
  const body = {
    floatingip: { floating_network_id: await networkId(cloud, 'public'), floating_ip_address: first.floating_ip_address },
  };
  await cloud.call('network', 'POST', '/floatingips', body);

  await bot.slack.slash('bob', '#ops', 'floating ip restore --of R-1001 --reason "still needed"');

  expect(await bot.hears('bob', 'can be asked for')).toContain('another project has it by now');
});

it('floating ip cleanup --grace tags first, and deletes when the time is up what floating ip keep did not keep', async () => {
  const { bot, cloud, ips } = await scene(['', '']);
  const [first, second] = ips;
  if (!first || !second) throw new Error('two were created');

  await cleanedUp(bot, `${LINE} --grace 3d`, '2 addresses');

  for (const ip of ips) expect((await find(cloud, ip.floating_ip_address))?.tags).toEqual(['stackhand-quarantine-R-1001']);
  await bot.slack.slash('bob', '#ops', `floating ip keep ${second.floating_ip_address} --of R-1001`);
  await bot.hears('bob', '1 floating IP is kept');
  await timeIsUp(bot, 1001);
  expect((await reverted(bot, 1003)).state).toBe('done');
  expect(await find(cloud, first.floating_ip_address)).toBeUndefined();
  expect(await find(cloud, second.floating_ip_address)).toMatchObject({ id: second.id, tags: ['keep'] });
});

it('neutron moves the time of an address when its server is deleted', async () => {
  const { cloud, ips } = await scene(['']);
  const [ip] = ips;
  if (!ip) throw new Error('one was created');
  const server = await createServer(cloud);
  const [port] = await cloud.listed('network', `/ports?device_id=${server}`, 'ports');
  await lead(cloud, ip, port?.id ?? '');
  // The agent tells neutron of it a little later, which moves the time as well.
  await eventually(async () => (await status(cloud, ip)) === 'ACTIVE', 'the address to work', WITHIN_MS);
  const before = await find(cloud, ip.floating_ip_address);
  await eventually(() => wholeSeconds(Date.now()) > (before?.updated_at ?? ''), 'another second', WITHIN_MS);

  await cloud.call('compute', 'DELETE', `/servers/${server}`);
  await eventually(async () => (await find(cloud, ip.floating_ip_address))?.port_id === null, 'its end', WITHIN_MS);

  const after = await find(cloud, ip.floating_ip_address);
  expect((after?.updated_at ?? '') > (before?.updated_at ?? '')).toBe(true);
});

function wholeSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

async function status(cloud: RawCloud, { floating_ip_address: address }: Ip): Promise<unknown> {
  return (await cloud.listed('network', `/floatingips?floating_ip_address=${address}`, 'floatingips'))[0]?.status;
}

/** In demo's network, and running. */
async function createServer(cloud: RawCloud): Promise<string> {
  const [flavor] = await cloud.listed('compute', '/flavors', 'flavors');
  const [image] = await cloud.listed('image', '/images?status=active', 'images');
  const body = {
    server: {
      name: 'to-be-deleted',
      flavorRef: flavor?.id,
      imageRef: image?.id,
      networks: [{ uuid: await networkId(cloud, 'demo-net') }],
    },
  };
  const made = z.object({ server: z.object({ id: z.string() }) }).parse(await cloud.call('compute', 'POST', '/servers', body));
  const { id } = made.server;
  onTestFinished(async () => {
    // It may be going by itself.
    await cloud.call('compute', 'DELETE', `/servers/${id}`).catch((error: Error) => {
      if (!error.message.includes(' answered 404: ')) throw error;
    });
  });
  await eventually(
    async () => (await cloud.servers()).some((one) => one.id === id && one.status === 'ACTIVE'),
    'the server',
    WITHIN_MS,
  );
  return id;
}
