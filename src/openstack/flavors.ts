import { z } from 'zod';
import type { Session } from './session.ts';

export const Flavor = z
  .object({
    /** Any text, not always a UUID. */
    id: z.string(),
    name: z.string(),
    vcpus: z.number(),
    /** MiB. */
    ram: z.number(),
    /** GiB; 0: as large as the image. */
    disk: z.number(),
    'OS-FLV-EXT-DATA:ephemeral': z.number().nullish(),
    // MiB. An empty text instead of 0 up to 2.74.
    swap: z.union([z.number(), z.literal('')]),
    'os-flavor-access:is_public': z.boolean().nullish(),
    'OS-FLV-DISABLED:disabled': z.boolean().nullish(),
    description: z.string().nullish(),
    extra_specs: z.record(z.string(), z.string()).nullish(),
  })
  .transform(({ id, name, vcpus, ram, disk, swap, description, extra_specs, ...flavor }) => ({
    id,
    name,
    vcpus,
    ram,
    disk,
    /** GiB. */
    ephemeral: flavor['OS-FLV-EXT-DATA:ephemeral'] ?? 0,
    /** MiB. */
    swap: swap || 0,
    is_public: flavor['os-flavor-access:is_public'] ?? true,
    disabled: flavor['OS-FLV-DISABLED:disabled'] ?? false,
    description: description ?? null,
    extra_specs: extra_specs ?? {},
  }));
export type Flavor = z.infer<typeof Flavor>;

/**
 * All flavors, the private ones too for admins; others get the public ones and those their project may use. GET
 * /flavors/detail?is_public=None, 2.61 (extra specs in the list; 2.55 has the description); 1 call per 1,000 flavors.
 * Source: nova/api/openstack/compute/flavors.py
 */
export async function listFlavors(os: Session): Promise<Flavor[]> {
  return os.list({
    service: 'compute',
    path: '/flavors/detail',
    query: { is_public: 'None' },
    microversion: '2.61',
    older: 'extra specs and descriptions of flavors are not shown.',
    key: 'flavors',
    response: Flavor,
  });
}
