import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Clouds, cloudsFolders, readClouds } from '../../src/openstack/clouds-yaml.ts';
import { newFolder } from '../new-folder.ts';

let folder: string;

beforeEach(async () => {
  folder = newFolder();
});

async function reading(yaml: string, secure?: string): Promise<Clouds> {
  await writeFile(join(folder, 'clouds.yaml'), yaml);
  if (secure !== undefined) await writeFile(join(folder, 'secure.yaml'), secure);
  return readClouds({ folders: [folder] });
}

const PASSWORD = `
clouds:
  prod:
    region_name: North
    interface: internal
    auth: { auth_url: 'https://keystone:5000', username: ops, password: 12345, project_name: admin, user_domain_name: Default, project_domain_id: default }
`;

describe('clouds.yaml', () => {
  it('gives user, password and project, in keystone’s words', async () => {
    const cloud = await (await reading(PASSWORD)).cloud('prod');

    expect(cloud).toMatchObject({ regions: ['North'], interface: 'internal', verify: true, ca: undefined });
    expect(cloud.auth).toEqual({
      url: 'https://keystone:5000/v3',
      identity: { methods: ['password'], password: { user: { name: 'ops', domain: { name: 'Default' }, password: '12345' } } },
      scope: { project: { name: 'admin', domain: { id: 'default' } } },
    });
  });

  it('gives an application credential, which has no scope', async () => {
    const yaml = `
clouds:
  prod:
    auth_type: v3applicationcredential
    regions: [North, { name: South }]
    auth: { auth_url: 'http://keystone/identity/v3/', application_credential_id: ab, application_credential_secret: s3cret }`;

    const cloud = await (await reading(yaml)).cloud('prod');

    expect(cloud.regions).toEqual(['North', 'South']);
    expect(cloud.auth).toEqual({
      url: 'http://keystone/identity/v3',
      identity: { methods: ['application_credential'], application_credential: { id: 'ab', secret: 's3cret' } },
    });
  });

  it('gives a token', async () => {
    const yaml = 'clouds: { prod: { auth_type: v3token, auth: { auth_url: "http://k/v3", token: gAAA, project_id: ab } } }';

    const { auth } = await (await reading(yaml)).cloud('prod');

    expect(auth).toEqual({
      url: 'http://k/v3',
      identity: { methods: ['token'], token: { id: 'gAAA' } },
      scope: { project: { id: 'ab' } },
    });
  });

  it('takes what secure.yaml adds', async () => {
    const clouds = await reading(PASSWORD.replace(', password: 12345', ''), 'clouds: { prod: { auth: { password: hidden } } }');

    expect(JSON.stringify((await clouds.cloud('prod')).auth)).toContain('"password":"hidden"');
  });

  it('reads the authority and does without checks when told', async () => {
    await writeFile(join(folder, 'ca.pem'), 'PEM');

    const cloud = await (
      await reading(PASSWORD.replace('region_name', 'cacert: ca.pem\n    verify: false\n    region_name'))
    ).cloud('prod');

    expect(cloud).toMatchObject({ ca: 'PEM', verify: false });
  });

  it('is taken from the first folder that has one', async () => {
    await mkdir(join(folder, 'home', '.config', 'openstack'), { recursive: true });
    await writeFile(join(folder, 'home', '.config', 'openstack', 'clouds.yaml'), PASSWORD);

    const clouds = await readClouds({ folders: cloudsFolders(join(folder, 'here'), join(folder, 'home')) });

    expect(clouds.names).toEqual(['prod']);
  });

  it.each([
    ['no such cloud', PASSWORD, 'lab', '`FOLDER/clouds.yaml` has no cloud `lab`; it has `prod`.'],
    [
      'no password',
      PASSWORD.replace('password: 12345, ', ''),
      'prod',
      '`FOLDER/clouds.yaml`: `clouds.prod.auth.password` is missing.',
    ],
    [
      'no address',
      PASSWORD.replace('https://keystone:5000', 'keystone'),
      'prod',
      '`FOLDER/clouds.yaml`: `clouds.prod.auth.auth_url` is no http or https address.',
    ],
    [
      'another kind of log-in',
      PASSWORD.replace('interface', 'auth_type: v3oidc\n    interface'),
      'prod',
      '`FOLDER/clouds.yaml`: `clouds.prod.auth_type` is `v3oidc`; understood are password, v3token and v3applicationcredential.',
    ],
    [
      'a CA that is not there',
      PASSWORD.replace('interface', 'cacert: nosuch.pem\n    interface'),
      'prod',
      '`FOLDER/clouds.yaml`: `clouds.prod.cacert` is `nosuch.pem`, which cannot be read.',
    ],
    ['no clouds', 'hello: world', 'prod', '`FOLDER/clouds.yaml` has no `clouds` with entries in it.'],
  ])('names file and key: %s', async (_what, yaml, name, message) => {
    const failed = await reading(yaml)
      .then((clouds) => clouds.cloud(name))
      .catch((error: unknown) => error);

    expect(failed).toMatchObject({ name: 'UserError', message: message.replace('FOLDER', folder) });
  });

  it('says where it looked when there is none', async () => {
    await expect(readClouds({ folders: [folder] })).rejects.toThrow(
      `There is no clouds.yaml: looked for \`${folder}/clouds.yaml\`, \`${folder}/clouds.yml\`.`,
    );
  });

  it.each([
    ['no YAML', "clouds: { prod: { auth: { password: 'tell-nobody"],
    ['a password that is a list', 'clouds: { prod: { auth: { auth_url: "http://k", username: u, password: [tell-nobody] } } }'],
    ['a misspelt interface', 'clouds: { prod: { interface: tell-nobody, auth: { password: tell-nobody } } }'],
  ])('never says what is in it: %s', async (_what, yaml) => {
    const failed = await reading(yaml)
      .then((clouds) => clouds.cloud('prod'))
      .catch((error: unknown) => error);

    expect(failed).toMatchObject({ name: 'UserError', message: expect.not.stringContaining('tell-nobody') });
  });
});
