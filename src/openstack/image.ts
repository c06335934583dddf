import { z } from 'zod';
import type { Session } from './session.ts';

export const Image = z
  .object({
    id: z.string(),
    // Null where nobody gave one.
    name: z.string().nullish(),
    /** `active`, `queued`, `saving`, `deactivated`, `killed`, … */
    status: z.string(),
    visibility: z.enum(['public', 'private', 'shared', 'community']),
    owner: z.string().nullish(),
    // Bytes; null until it is uploaded.
    size: z.number().nullish(),
    virtual_size: z.number().nullish(),
    disk_format: z.string().nullish(),
    container_format: z.string().nullish(),
    min_disk: z.number(),
    min_ram: z.number(),
    protected: z.boolean(),
    os_hidden: z.boolean().nullish(),
    tags: z.array(z.string()),
    created_at: z.string(),
    updated_at: z.string(),
    os_distro: z.string().nullish(),
    image_type: z.string().nullish(),
  })
  .transform(({ name, owner, size, virtual_size, disk_format, container_format, os_distro, image_type, ...image }) => ({
    id: image.id,
    name: name ?? '',
    status: image.status,
    visibility: image.visibility,
    /** A project's ID; null where it has none. */
    owner: owner ?? null,
    /** Bytes; null until it is uploaded. */
    size: size ?? null,
    virtual_size: virtual_size ?? null,
    disk_format: disk_format ?? null,
    container_format: container_format ?? null,
    /** GiB. */
    min_disk: image.min_disk,
    /** MiB. */
    min_ram: image.min_ram,
    protected: image.protected,
    hidden: image.os_hidden ?? false,
    tags: image.tags,
    created_at: image.created_at,
    updated_at: image.updated_at,
    os_distro: os_distro ?? null,
    /** `snapshot` where it was made of a server. */
    image_type: image_type ?? null,
  }));
export type Image = z.infer<typeof Image>;

export interface ImageFilter {
  /** A project's ID. */
  owner?: string | undefined;
  /** `public`, `private`, `shared`, `community`; `all` for those of all projects that one may see, community ones too. */
  visibility?: string | undefined;
  /** The whole name; case is ignored where glance's database does (MySQL): compare again. */
  name?: string | undefined;
  status?: string | undefined;
  /** Only hidden ones; without it only those that are not: it takes two lists to see all. */
  hidden?: boolean | undefined;
}

/** Glance's largest (`api_limit_max`). Where none is named it gives 25 a page, 40 calls for 1,000 images. */
const PAGE = 1_000;

/**
 * All images that the user may see, newest first, or those that the filters leave: for admins all projects' but other projects'
 * community ones. GET /v2/images; 1 call per 1,000 images. `bad_request` for an unknown visibility; an unknown status or owner leaves
 * nothing. Source: glance/api/v2/images.py
 */
export async function listImages(os: Session, filter: ImageFilter = {}): Promise<Image[]> {
  const { owner, visibility, name, status, hidden } = filter;
  return os.list({
    service: 'image',
    path: '/images',
    query: {
      limit: PAGE,
      owner,
      visibility,
      name: name === undefined ? undefined : literal(name),
      status,
      os_hidden: hidden,
    },
    key: 'images',
    response: Image,
  });
}

/** Up to its first colon glance takes a name for an operator, and refuses `debian:12`. Source: glance/common/utils.py, split_filter_op */
function literal(name: string): string {
  return name.includes(':') ? `eq:${name}` : name;
}
