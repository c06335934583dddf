import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { type CloudOptions, startCloud } from '../../demo/cloud/cloud.ts';
import { DEMO_OF_RESEARCH, DEMO_PROJECT } from '../../demo/cloud/seed.ts';
import { type Options, type Slack, startWorkspace } from '../../demo/workspace/workspace.ts';
import { NEEDED } from '../../src/cli/doctor/clouds.ts';
import { type Check, examine, ok, wrong } from '../../src/cli/doctor.ts';
import { runCli } from '../../src/cli/main.ts';
import { compareVersions } from '../../src/openstack/microversions.ts';
import { newFolder } from '../new-folder.ts';
import { testRedis } from '../setup/redis-client.ts';
import { terminal } from './system.ts';

const OPERATIONS = fileURLToPath(new URL('../fixtures/operations', import.meta.url));

interface Machine {
  slack?: Options;
  cloud?: CloudOptions;
  /** Laid over a configuration that is right. */
  yaml?: (slack: Slack) => Record<string, unknown>;
  env?: Record<string, string>;
}

/** Runs `stackhand doctor` beside a pretend Slack, a pretend cloud and a real Redis. */
async function doctor({ slack: slackOptions, cloud: cloudOptions, yaml = () => ({}), env = {} }: Machine = {}) {
  const slack = await startWorkspace(slackOptions);
  const cloud = await startCloud(cloudOptions);
  const folder = newFolder();
  onTestFinished(async () => {
    await slack.stop();
    await cloud.stop();
  });
  const { ids } = slack;
  await writeFile(join(folder, 'clouds.yaml'), cloud.cloudsYaml);
  await writeFile(
    join(folder, 'stackhand.yaml'),
    stringify({
      clouds: [{ name: 'pretend-admin' }],
      roles: { operator: { users: [ids.bob] }, approver: { groups: [ids['@approvers']] } },
      rules: [{ roles: ['operator'], effects: ['read', 'change'] }],
      channels: { approvals: ids['#ops'], audit: ids['#audit'] },
      ...yaml(slack),
    }),
  );
  const system = terminal();
  const status = await runCli(['doctor', '--config', join(folder, 'stackhand.yaml')], {
    system,
    env: {
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
      SLACK_API_URL: slack.apiUrl,
      REDIS_URL: `unix://${testRedis().target.socket}`,
      OS_CLIENT_CONFIG_FILE: join(folder, 'clouds.yaml'),
      ...env,
    },
    registryRoot: OPERATIONS,
    openCore: () => Promise.reject(new Error('nobody asked for the core')),
    verifyAudit: () => Promise.reject(new Error('nobody asked for the audit')),
    async *exportAudit() {},
  });
  return { status, out: system.stdout().replaceAll(folder, '/etc/stackhand'), slack };
}

/** What it says under a heading. */
function under(out: string, heading: string): string {
  return new RegExp(`^${heading}\\n((?: .*\\n)*)`, 'm').exec(out)?.[1] ?? `no ${heading} in:\n${out}`;
}

describe('the doctor', () => {
  it('finds nothing wrong where nothing is, and looks at everything', async () => {
    const { status, out } = await doctor();

    expect(out.replace(/Node [\d.]+/, 'Node 20').replace(/Redis \d[\d.]*/, 'Redis 7')).toMatchInlineSnapshot(`
      "Node
        ok       Node 20
      Configuration
        ok       /etc/stackhand/stackhand.yaml has 2 roles, 1 rule, 1 cloud
      Slack bot token
        ok       SLACK_BOT_TOKEN is @stackhand of Home
        ok       it has every scope that is needed
      Slack transport
        ok       Socket Mode: SLACK_APP_TOKEN may open connections
      Clock
        ok       this machine's clock is Slack's
      Slack channels
        ok       2 of 2 are there
      Slack user groups
        ok       1 of 1 are there
      Slack users
        ok       1 of 1 are there
      Alerts
        ok       not taken: stackhand.yaml has no alerts
      Redis
        ok       Redis 7 answers
      State folder
        ok       not needed: REDIS_URL names a Redis
      Cloud pretend-admin
        ok       pretend-admin is user admin in project admin, with member, admin, reader
        ok       identity in RegionOne answers: v3.14
        ok       compute in RegionOne answers: v2.1, microversions 2.1 to 2.93
        ok       volume in RegionOne answers: v3.0, microversions 3.0 to 3.70
        ok       network in RegionOne answers: v2.0
        ok       image in RegionOne answers: v2.15
        ok       placement in RegionOne answers: v1.0, microversions 1.0 to 1.39
        ok       it sees 4 projects
        ok       it sees 6 compute services

      Nothing is wrong.
      "
    `);
    expect(status).toBe(0);
  });

  it('never shows a token or a password', async () => {
    const { out, slack } = await doctor({ env: { REDIS_URL: 'redis://me:hunter2@127.0.0.1:1/0' } });

    expect(under(out, 'Redis')).toContain('wrong    It cannot be used: connect ECONNREFUSED 127.0.0.1:1.\n');
    for (const secret of [slack.botToken, slack.appToken, 'hunter2']) expect(out).not.toContain(secret);
  });

  it('says how to mend tokens that are missing or refused', async () => {
    const { status, out } = await doctor({ env: { SLACK_BOT_TOKEN: 'xoxb-wrong', SLACK_APP_TOKEN: '' } });

    expect(status).toBe(1);
    expect(under(out, 'Slack bot token')).toMatchInlineSnapshot(`
      "  wrong    SLACK_BOT_TOKEN: Slack says invalid_auth
                 Take the Bot User OAuth Token under OAuth & Permissions of the app.
      "
    `);
    expect(under(out, 'Slack transport')).toMatchInlineSnapshot(`
      "  wrong    neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set
                 .env.example says where to get them.
      "
    `);
  });

  it('says where Slack posts to over signed HTTP, asks for no app token then, and shows no secret', async () => {
    const secret = { SLACK_SIGNING_SECRET: '0123456789abcdef0123456789abcdef' };

    const { status, out } = await doctor({ env: { ...secret, SLACK_APP_TOKEN: '' } });
    const both = await doctor({ env: secret });
    const misshapen = await doctor({ env: { SLACK_SIGNING_SECRET: 'hunter2', SLACK_APP_TOKEN: '' } });

    expect(status).toBe(0);
    expect(out).not.toContain(secret.SLACK_SIGNING_SECRET);
    expect(under(out, 'Slack transport')).toMatchInlineSnapshot(`
      "  ok       signed HTTP: Slack posts to /slack/events, which is served on 127.0.0.1:9464
        ok       SLACK_SIGNING_SECRET has the shape of one; Slack tells nobody whether it is right
      "
    `);
    expect(both.status).toBe(1);
    expect(under(both.out, 'Slack transport')).toMatchInlineSnapshot(`
      "  wrong    SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are both set
                 Remove the secret to listen by Socket Mode, or the token to have Slack post here.
      "
    `);
    expect(misshapen.status).toBe(1);
    expect(misshapen.out).toContain('SLACK_SIGNING_SECRET should be the signing secret, which has 32 digits');
    expect(misshapen.out).not.toContain('hunter2');
  });

  it('names the scopes that the app lacks', async () => {
    const { status, out } = await doctor({ slack: { scopes: ['chat:write', 'commands', 'channels:read', 'users:read'] } });

    expect(status).toBe(1);
    expect(under(out, 'Slack bot token')).toMatchInlineSnapshot(`
      "  ok       SLACK_BOT_TOKEN is @stackhand of Home
        wrong    it lacks app_mentions:read, files:write, groups:read, im:history, im:write, usergroups:read
                 Add them under OAuth & Permissions (or take manifest.yaml anew), and reinstall the app.
      "
    `);
    expect(under(out, 'Slack user groups')).toMatchInlineSnapshot(`
      "  wrong    roles.approver: Slack did not say what S0APPROVERS is (missing_scope)
                 Give the app the scopes of manifest.yaml.
      "
    `);
  });

  it('names channels, groups and users that Slack does not know, or where the bot is not', async () => {
    const { status, out } = await doctor({
      yaml: ({ ids }) => ({
        roles: { operator: { users: [ids.bob, 'U0NOBODY1'] }, approver: { groups: ['S0NOBODY1'], users: [ids.stranger] } },
        channels: { approvals: ids['#random'], audit: 'C0NOWHERE', clouds: { [ids['#secret'] ?? '']: 'pretend-admin' } },
      }),
    });

    expect(status).toBe(1);
    expect(under(out, 'Slack channels')).toMatchInlineSnapshot(`
      "  wrong    channels.clouds.C0SECRET0: there is no channel C0SECRET0, or it is private and the bot is not in it
                 Mend the ID, or type /invite @stackhand there.
        wrong    channels.audit: there is no channel C0NOWHERE, or it is private and the bot is not in it
                 Mend the ID, or type /invite @stackhand there.
        wrong    channels.approvals: the bot is not in #random (C0RANDOM0)
                 Type /invite @stackhand there.
      "
    `);
    expect(under(out, 'Slack user groups')).toMatchInlineSnapshot(`
      "  wrong    roles.approver: Slack knows no user group S0NOBODY1, so it grants nothing
                 Mend the ID (it begins with S).
      "
    `);
    expect(under(out, 'Slack users')).toMatchInlineSnapshot(`
      "  ok       1 of 3 are there
        wrong    roles.operator: Slack knows no user U0NOBODY1
                 Mend the ID (profile › ⋮ › Copy member ID).
        warning  roles.approver: U0STRANGER is of another workspace, and may do nothing
                 Take them out.
      "
    `);
  });

  it('looks at where alerts go and whom they wake, and says whether they can come in', async () => {
    const yaml = ({ ids }: Slack): Record<string, unknown> => ({
      alerts: {
        channel: ids['#ops'],
        routes: [{ match: { team: 'a' }, channel: ids['#random'], mention: { critical: ['U0NOBODY1'] } }],
        mention: { critical: [ids['@approvers'], 'S0NOBODY1'] },
      },
    });

    const without = await doctor({ yaml });
    const { out } = await doctor({ yaml, env: { ALERTS_TOKEN: 'a-token-that-is-long-enough' } });

    expect(under(without.out, 'Alerts')).toMatchInlineSnapshot(`
      "  warning  not taken: ALERTS_TOKEN is not set
                 Set it (.env.example says how), or take alerts out.
      "
    `);
    expect(
      ['Alerts', 'Slack channels', 'Slack user groups', 'Slack users'].map((heading) => under(out, heading)).join(''),
    ).toMatchInlineSnapshot(`
      "  ok       taken on 127.0.0.1:9464, and sent by 1 route or to C0OPS0000
        ok       2 of 3 are there
        wrong    alerts.routes[0].channel: the bot is not in #random (C0RANDOM0)
                 Type /invite @stackhand there.
        ok       1 of 2 are there
        wrong    alerts.mention.critical: Slack knows no user group S0NOBODY1, so it wakes nobody
                 Mend the ID (it begins with S).
        ok       1 of 2 are there
        wrong    alerts.routes[0].mention.critical: Slack knows no user U0NOBODY1
                 Mend the ID (profile › ⋮ › Copy member ID).
      "
    `);
  });

  it('goes on with the rest where the configuration is wrong', async () => {
    const { status, out } = await doctor({ yaml: () => ({ rules: [{ roles: ['operater'], effects: ['read'] }] }) });

    expect(status).toBe(1);
    expect(under(out, 'Configuration')).toContain('rules[0].roles[0]: there is no role "operater"; did you mean "operator"?');
    expect(under(out, 'Slack bot token')).toContain('ok');
    expect(under(out, 'Redis')).toContain('ok');
  });

  it('holds the rules to the commands that there are', async () => {
    const { status, out } = await doctor({ yaml: () => ({ rules: [{ roles: ['operator'], commands: ['cores shw'] }] }) });

    expect(status).toBe(1);
    expect(under(out, 'Configuration')).toContain('there is no command "cores shw"; did you mean "cores show"?');
  });

  it('says what is amiss with a cloud: its entry, its log-in, its services, its age', async () => {
    const { status, out } = await doctor({
      cloud: { without: ['volume'], microversions: { compute: ['2.1', '2.25'] } },
      yaml: () => ({ clouds: [{ name: 'pretend-admin', writer: 'pretend-demo' }, { name: 'elsewhere' }] }),
    });

    expect(status).toBe(1);
    expect(under(out, 'Cloud pretend-admin')).toMatchInlineSnapshot(`
      "  ok       pretend-admin is user admin in project admin, with member, admin, reader; Stackhand only looks with it
        ok       identity in RegionOne answers: v3.14
        warning  compute in RegionOne answers: v2.1, microversions 2.1 to 2.25; some commands need 2.73
                 Those will say so. Upgrade the cloud to have them.
        warning  volume in RegionOne: the catalogue has no public endpoint of type block-storage in region RegionOne; it has compute, identity, image, network, placement
                 Commands on it will say so; mend the catalogue if it is there.
        ok       network in RegionOne answers: v2.0
        ok       image in RegionOne answers: v2.15
        ok       placement in RegionOne answers: v1.0, microversions 1.0 to 1.39
        ok       it sees 4 projects
        ok       it sees 6 compute services
        warning  pretend-demo is user demo in project demo, with member, reader: what needs an administrator will be refused
                 Give it the role admin.
      "
    `);
    expect(under(out, 'Cloud elsewhere')).toContain('has no cloud elsewhere');
  });

  it('warns where the entry that looks does not see all of the cloud', async () => {
    const { status, out } = await doctor({ yaml: () => ({ clouds: [{ name: 'pretend-reader', writer: 'pretend-admin' }] }) });

    expect(status).toBe(0);
    const cloud = under(out, 'Cloud pretend-reader');
    expect(cloud).toContain('ok       pretend-reader is user rita in project demo, with reader; Stackhand only looks with it');
    expect(cloud).toContain(
      'warning  it may not list projects, so commands that name a project will be refused: GET identity /projects answered 403',
    );
    expect(cloud).toContain("OpenStack's own policies let only an admin look into all of the cloud");
    expect(cloud).toContain(
      'warning  it may not list compute services, so commands on hosts will be refused, and no mass of hosts that are down stops anything',
    );
    expect(cloud).toContain('ok       pretend-admin is user admin in project admin');
  });

  it('warns of a project by name in a rule or as owned, where several domains have one', async () => {
    const { status, out } = await doctor({
      cloud: { seed: { twoDomains: true } },
      yaml: ({ ids }) => ({
        rules: [{ roles: ['operator'], effects: ['read'], targets: ['project:demo', 'project:alice-*'] }],
        projects: { 'alice-lab': { owners: [ids.carol] } },
      }),
    });

    expect(status).toBe(0);
    const cloud = under(out, 'Cloud pretend-admin');
    expect(cloud).toContain('warning  demo is a project in 2 domains, and what stackhand.yaml says of it holds for each');
    expect(cloud).toContain(`Name the one that is meant by its ID: ${DEMO_PROJECT} (Default), ${DEMO_OF_RESEARCH} (research).`);
    expect(cloud).not.toContain('alice-lab');
  });

  it('warns where no private Redis runs yet', async () => {
    const { out } = await doctor({ env: { REDIS_URL: '', STACKHAND_STATE: '/nowhere/stackhand' } });

    expect(under(out, 'Redis')).toContain('warning  no private Redis runs');
    expect(under(out, 'Redis')).toContain('Run npm start first, or set REDIS_URL.');
  });
});

it('the doctor knows the newest microversion that a call of ours asks for', async () => {
  const folder = new URL('../../src/openstack/', import.meta.url);
  const newest: Record<string, string> = {};
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.ts'))) {
    const source = await readFile(new URL(file, folder), 'utf8');
    for (const [, version = ''] of source.matchAll(/'([123]\.\d+)'/g)) {
      const service = { '1': 'placement', '2': 'compute', '3': 'volume' }[version.charAt(0)] ?? '';
      if (compareVersions(version, newest[service] ?? '0.0') > 0) newest[service] = version;
    }
  }

  expect(NEEDED).toEqual(newest);
});

describe('a check', () => {
  it('that never ends or that breaks does not keep the others from being seen', async () => {
    const system = terminal();
    const checks: Check[] = [
      { name: 'Stuck', look: () => new Promise(() => {}) },
      { name: 'Broken', look: () => Promise.reject(new Error('ECONNRESET')) },
      { name: 'Fine', look: async () => [ok('here')] },
      { name: 'Evil', look: async () => [wrong('\u001b[2J', 'Mend it.')] },
    ];

    expect(await examine(checks, system.out, 50)).toBe(1);
    expect(system.stdout()).toMatchInlineSnapshot(`
      "Stuck
        wrong    no answer within 0.05 s
                 See that it runs, and that no firewall or proxy is between.
      Broken
        wrong    ECONNRESET
                 Mend what it says, and look again.
      Fine
        ok       here
      Evil
        wrong     [2J
                 Mend it.

      3 things are wrong.
      "
    `);
  });
});
