import { sameName } from '../chat/arguments.ts';
import { formatCount, formatGiB, formatMiB } from '../chat/values.ts';
import { getComputeQuota, updateComputeQuota } from './compute-quotas.ts';
import { getNetworkQuota, updateNetworkQuota } from './network.ts';
import type { Limits, QuotaUses } from './quota-set.ts';
import type { Session } from './session.ts';
import { getVolumeQuota, updateVolumeQuota } from './volume.ts';

export const QUOTA_SERVICES = ['compute', 'volume', 'network'] as const;
export type QuotaService = (typeof QUOTA_SERVICES)[number];

export interface Quota {
  /** python-openstackclient's name. */
  name: string;
  service: QuotaService;
  /** The service's own. */
  key: string;
  unit: 'count' | 'MiB' | 'GiB';
  what: string;
  /** Other names that people and guides use; hyphens, underscores and case do not matter. */
  also?: readonly string[];
  /** Counts within one user, server or group, so that the project as a whole uses none. */
  within?: string;
}

/** In the order in which they are shown. Names: python-openstackclient's `quota set`; meanings: each service's API reference. */
export const QUOTAS: readonly Quota[] = [
  { name: 'instances', service: 'compute', key: 'instances', unit: 'count', what: 'servers', also: ['servers'] },
  {
    name: 'cores',
    service: 'compute',
    key: 'cores',
    unit: 'count',
    what: 'vCPUs of all servers together',
    also: ['vcpus', 'cpus'],
  },
  { name: 'ram', service: 'compute', key: 'ram', unit: 'MiB', what: 'memory of all servers together', also: ['memory'] },
  { name: 'server-groups', service: 'compute', key: 'server_groups', unit: 'count', what: 'server groups' },
  {
    name: 'server-group-members',
    service: 'compute',
    key: 'server_group_members',
    unit: 'count',
    what: 'servers in one server group',
    within: 'group',
  },
  { name: 'key-pairs', service: 'compute', key: 'key_pairs', unit: 'count', what: 'key pairs of one user', within: 'user' },
  {
    name: 'properties',
    service: 'compute',
    key: 'metadata_items',
    unit: 'count',
    what: 'metadata items of one server',
    also: ['metadata-items'],
    within: 'server',
  },
  { name: 'volumes', service: 'volume', key: 'volumes', unit: 'count', what: 'volumes' },
  { name: 'gigabytes', service: 'volume', key: 'gigabytes', unit: 'GiB', what: 'size of all volumes and snapshots together' },
  {
    name: 'per-volume-gigabytes',
    service: 'volume',
    key: 'per_volume_gigabytes',
    unit: 'GiB',
    what: 'size of any one volume',
    within: 'volume',
  },
  { name: 'snapshots', service: 'volume', key: 'snapshots', unit: 'count', what: 'snapshots of volumes' },
  { name: 'backups', service: 'volume', key: 'backups', unit: 'count', what: 'backups of volumes' },
  { name: 'backup-gigabytes', service: 'volume', key: 'backup_gigabytes', unit: 'GiB', what: 'size of all backups together' },
  { name: 'groups', service: 'volume', key: 'groups', unit: 'count', what: 'groups of volumes', also: ['volume-groups'] },
  { name: 'networks', service: 'network', key: 'network', unit: 'count', what: 'networks', also: ['network'] },
  { name: 'subnets', service: 'network', key: 'subnet', unit: 'count', what: 'subnets', also: ['subnet'] },
  { name: 'subnetpools', service: 'network', key: 'subnetpool', unit: 'count', what: 'subnet pools', also: ['subnetpool'] },
  { name: 'ports', service: 'network', key: 'port', unit: 'count', what: 'ports', also: ['port'] },
  { name: 'routers', service: 'network', key: 'router', unit: 'count', what: 'routers', also: ['router'] },
  {
    name: 'floating-ips',
    service: 'network',
    key: 'floatingip',
    unit: 'count',
    what: 'floating IPs',
    also: ['floating-ip', 'fips', 'fip'],
  },
  {
    name: 'secgroups',
    service: 'network',
    key: 'security_group',
    unit: 'count',
    what: 'security groups',
    also: ['security-groups', 'security-group', 'secgroup'],
  },
  {
    name: 'secgroup-rules',
    service: 'network',
    key: 'security_group_rule',
    unit: 'count',
    what: 'rules of all security groups together',
    also: ['security-group-rules', 'security-group-rule', 'secgroup-rule'],
  },
  { name: 'rbac-policies', service: 'network', key: 'rbac_policy', unit: 'count', what: 'RBAC policies', also: ['rbac-policy'] },
  { name: 'trunks', service: 'network', key: 'trunk', unit: 'count', what: 'trunks', also: ['trunk'] },
];

const NO_INJECTION = 'Nova took file injection away (2.57); user data takes its place and has no quota';

/** Names of the Operations Guide that no service has any more, and what there is instead. */
const GONE: Readonly<Record<string, string>> = {
  'fixed-ips': 'Nova counts no fixed IPs any more (2.36); each is a port of Neutron, so set `ports`',
  'injected-files': NO_INJECTION,
  'injected-file-size': NO_INJECTION,
  'injected-file-content-bytes': NO_INJECTION,
  'injected-path-size': NO_INJECTION,
  'injected-file-path-bytes': NO_INJECTION,
};

/** Cinder has these three once more for each volume type: `gigabytes_ssd`. */
const PER_TYPE = /^(volumes|gigabytes|snapshots)[_-](.+)$/i;

/** Every name that is not one of QUOTAS' own, for a command's `more`. */
export const FURTHER_NAMES = new RegExp(
  `^(${[...QUOTAS.flatMap(({ key, also = [] }) => [key, ...also]), ...Object.keys(GONE)].map((name) => name.replace(/[-_]/g, '[-_]?')).join('|')}|(volumes|gigabytes|snapshots)[-_].+)$`,
  'i',
);

/** The quota that a name from chat means; `gone` says what there is instead of one of the guide's. */
export function quotaCalled(typed: string): Quota | { gone: string } | undefined {
  const wanted = sameName(typed);
  const known = QUOTAS.find(({ name, key, also = [] }) => [name, key, ...also].some((one) => sameName(one) === wanted));
  if (known) return known;
  const gone = Object.entries(GONE).find(([name]) => sameName(name) === wanted);
  if (gone) return { gone: gone[1] };
  const [, kind = '', type = ''] = PER_TYPE.exec(typed) ?? [];
  return type === '' ? undefined : perType(kind.toLowerCase(), type);
}

/** The quota that a service's key stands for; those that we have no name for keep theirs. */
export function quotaOfKey(service: QuotaService, key: string): Quota {
  const known = QUOTAS.find((quota) => quota.service === service && quota.key === key);
  if (known) return known;
  const [, kind = '', type = ''] = service === 'volume' ? (PER_TYPE.exec(key) ?? []) : [];
  return type === '' ? { name: key, service, key, unit: 'count', what: key } : perType(kind, type);
}

function perType(kind: string, type: string): Quota {
  const key = `${kind}_${type}`;
  return {
    name: key,
    service: 'volume',
    key,
    unit: kind === 'gigabytes' ? 'GiB' : 'count',
    what: `${kind} of volume type ${type}`,
  };
}

/** Sorts as QUOTAS, those of volume types behind them by name. */
export function inQuotaOrder(a: Quota, b: Quota): number {
  const place = (quota: Quota): number => (isListed(quota) ? QUOTAS.indexOf(quota) : QUOTAS.length);
  return place(a) - place(b) || a.name.localeCompare(b.name);
}

/** One of QUOTAS, and not made up of a service's own name. */
export function isListed(quota: Quota): boolean {
  return QUOTAS.includes(quota);
}

/** One value's name among all services': `compute/cores`. */
export function quotaValue(service: QuotaService, key: string): string {
  return `${service}/${key}`;
}

export function formatLimit({ unit }: Quota, value: number): string {
  if (unit === 'MiB') return formatMiB(value);
  return unit === 'GiB' ? formatGiB(value) : formatCount(value);
}

/** Names of the programs, as people say them. */
export const SERVICE_NAMES: Readonly<Record<QuotaService, string>> = { compute: 'Nova', volume: 'Cinder', network: 'Neutron' };

export function getQuotas(os: Session, service: QuotaService, projectId: string): Promise<QuotaUses> {
  switch (service) {
    case 'compute':
      return getComputeQuota(os, projectId);
    case 'volume':
      return getVolumeQuota(os, projectId);
    case 'network':
      return getNetworkQuota(os, projectId);
  }
}

export function updateQuotas(os: Session, service: QuotaService, projectId: string, limits: Limits): Promise<void> {
  switch (service) {
    case 'compute':
      return updateComputeQuota(os, projectId, limits);
    case 'volume':
      return updateVolumeQuota(os, projectId, limits);
    case 'network':
      return updateNetworkQuota(os, projectId, limits);
  }
}
