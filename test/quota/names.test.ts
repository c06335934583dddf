import { describe, expect, it } from 'vitest';
import { FURTHER_NAMES, QUOTAS, quotaCalled, quotaOfKey } from '../../src/openstack/quotas.ts';

const found = (typed: string): unknown => {
  const quota = quotaCalled(typed);
  return quota && !('gone' in quota) ? `${quota.service} ${quota.key}` : quota;
};

describe('quota names', () => {
  it.each([
    ['cores', 'compute cores'],
    ['vcpus', 'compute cores'],
    ['Key_Pairs', 'compute key_pairs'],
    ['keypairs', 'compute key_pairs'],
    ['metadata-items', 'compute metadata_items'],
    ['server-group-members', 'compute server_group_members'],
    ['backup_gigabytes', 'volume backup_gigabytes'],
    ['per-volume-gigabytes', 'volume per_volume_gigabytes'],
    ['floatingips', 'network floatingip'],
    ['floating-ip', 'network floatingip'],
    ['security_group_rules', 'network security_group_rule'],
    ['secgroup-rules', 'network security_group_rule'],
    ['rbac_policies', 'network rbac_policy'],
    ['gigabytes_ssd', 'volume gigabytes_ssd'],
    ['gigabytes-Fast_NVMe', 'volume gigabytes_Fast_NVMe'],
    ['volumes___DEFAULT__', 'volume volumes___DEFAULT__'],
    ['corse', undefined],
  ])('%s is %s', (typed, expected) => {
    expect(found(typed)).toBe(expected);
  });

  it.each(['fixed-ips', 'injected_files', 'injected-file-content-bytes', 'injected-path-size'])(
    '%s is gone, and it says what there is instead',
    (typed) => {
      expect(found(typed)).toEqual({ gone: expect.stringMatching(/^Nova .+/) });
    },
  );

  it('are understood each by itself: no two quotas share one', () => {
    const names = QUOTAS.flatMap(({ name, key, also = [] }) => [
      ...new Set([name, key, ...also].map((one) => one.replace(/[-_]/g, ''))),
    ]);

    expect(new Set(names).size).toBe(names.length);
  });

  it('beyond the arguments are all let through by the command', () => {
    for (const { key, also = [] } of QUOTAS) for (const name of [key, ...also]) expect(name).toMatch(FURTHER_NAMES);
    for (const name of ['fixed_ips', 'gigabytes_ssd', 'injected-files']) expect(name).toMatch(FURTHER_NAMES);
    for (const name of ['corse', 'reason', 'gigabytes_', 'xcores']) expect(name).not.toMatch(FURTHER_NAMES);
  });

  it('of volume types have the unit of what they limit', () => {
    expect(quotaOfKey('volume', 'gigabytes_ssd').unit).toBe('GiB');
    expect(quotaOfKey('volume', 'snapshots_ssd').unit).toBe('count');
  });

  it('that we do not know keep the name that the service gives them', () => {
    expect(quotaOfKey('network', 'bgpvpn')).toMatchObject({ name: 'bgpvpn', unit: 'count' });
  });
});
