import type { Catalog, Token } from './auth.ts';
import type { CloudSettings } from './clouds-yaml.ts';
import type { Service } from './session.ts';

/** Catalogue types, best first. https://service-types.openstack.org */
const TYPES: Record<Service, readonly string[]> = {
  identity: ['identity'],
  compute: ['compute'],
  volume: ['block-storage', 'volumev3', 'block-store', 'volume'],
  network: ['network'],
  image: ['image'],
  placement: ['placement'],
};

/** Which major version of each API we speak. */
const VERSIONS: Record<Service, string | undefined> = {
  identity: 'v3',
  compute: 'v2.1',
  volume: 'v3',
  network: 'v2.0',
  image: 'v2',
  placement: undefined,
};

export type Endpoint = { url: string } | { missing: string };

/** The catalogue's endpoint of a service, or a sentence on what it has instead. */
export function endpointOf(cloud: CloudSettings, region: string, service: Service, catalog: Catalog): Endpoint {
  const own = TYPES[service].map((type) => cloud.endpoints[type.replaceAll('-', '_')]).find(Boolean);
  if (own) return { url: own };
  for (const type of TYPES[service]) {
    for (const entry of catalog) {
      if (entry.type !== type) continue;
      const endpoints = entry.endpoints
        .filter((one) => one.interface === cloud.interface)
        .map(({ url, region_id, region: name }) => ({ url, region: region_id ?? name ?? '' }))
        .filter((one) => region === '' || one.region === region);
      const [first] = endpoints;
      const others = endpoints.filter((one) => one.region !== first?.region && one.url !== first?.url);
      if (first && others.length > 0) return { missing: inSeveral(cloud, service, [first, ...others]) };
      if (first) return { url: first.url };
    }
  }
  const types = [...new Set(catalog.map(({ type }) => type))].sort().join(', ') || 'nothing';
  return {
    missing: `the catalogue has no ${cloud.interface} endpoint of type ${TYPES[service][0]} in region ${region || '(none)'}; it has ${types}`,
  };
}

/** openstacksdk takes the first one then; we would not know whose things we change. */
function inSeveral(cloud: CloudSettings, service: Service, endpoints: readonly { region: string }[]): string {
  const names = [...new Set(endpoints.map(({ region }) => region))].sort().join(', ');
  return `clouds.yaml names no region of ${cloud.name}, and the catalogue has ${TYPES[service][0]} in ${names}; name those that are meant as its regions`;
}

/** The endpoint without its version: where the version document is. Keeps a prefix such as `/compute`. */
export function unversioned(url: string): string {
  return url.replace(/\/+$/, '').replace(/\/v\d+(\.\d+)?(\/.*)?$/, '');
}

/**
 * The root below which our paths are. Catalogues name it with a version (nova), without (neutron, glance), with the project
 * (cinder) or with the project as a template that keystone has filled in.
 */
export function versionedRoot(service: Service, url: string, token: Token): string {
  const version = VERSIONS[service];
  if (!version) return url.replace(/\/+$/, '');
  const root = `${unversioned(url)}/${version}`;
  // Cinder demands its project in the path up to 3.66, and takes it ever since.
  return service === 'volume' && token.login.project ? `${root}/${token.login.project.id}` : root;
}
