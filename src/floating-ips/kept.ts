import type { FloatingIp } from '../openstack/floating-ips.ts';
import { code } from '../reply.ts';

/** An address with this tag is never given back, whatever a line says. */
export const KEEP_TAG = 'keep';

/** Why an unused address is meant to stay, in words; undefined where nothing says so. A description counts unless it is not to. */
export function keepMark(
  { tags, dns_name, dns_domain, description }: Pick<FloatingIp, 'tags' | 'dns_name' | 'dns_domain' | 'description'>,
  { includeDescribed }: { includeDescribed: boolean },
): string | undefined {
  if (tags.includes(KEEP_TAG)) return `tag ${code(KEEP_TAG)}`;
  // With the address neutron would delete its record, which the outside relies on: not what whoever types `--include-described` means.
  if (dns_name !== '') return `DNS name ${code([dns_name, dns_domain].filter(Boolean).join('.'))}`;
  if (description !== '' && !includeDescribed) return `description ${code(description)}`;
  return undefined;
}

/** Marks an address of an approved plan while its owners may keep it. @param label `R-1042` */
export function quarantineTag(label: string): string {
  return `stackhand-quarantine-${label}`;
}

export function isQuarantineTag(tag: string): boolean {
  return tag.startsWith(quarantineTag(''));
}
