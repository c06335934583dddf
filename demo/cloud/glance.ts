import { type Answer, type Asked, isAdmin, NO_ROUTE, nextUrl, Refusal, type ServiceApi, webObAnswer } from './router.ts';
import type { CloudState } from './state.ts';
import type { Image } from './state-image.ts';

export interface GlanceOptions {
  state: CloudState;
  pageSize: number | undefined;
  keystoneUrl(): string;
}

/** Where a call names no limit: `limit_param_default`. */
const DEFAULT_PAGE = 25;
const NOT_FILTERS = ['limit', 'marker', 'sort', 'sort_key', 'sort_dir', 'member_status', 'visibility', 'os_hidden'];
const VISIBILITIES = ['public', 'private', 'shared', 'community', 'all'];

export function glance({ state, pageSize = 1_000, keystoneUrl }: GlanceOptions): ServiceApi {
  return {
    service: 'image',
    unauthorized: () => ({
      ...webObAnswer(
        401,
        'Unauthorized',
        'This server could not verify that you are authorized to access the document you requested.',
      ),
      headers: { 'www-authenticate': `Keystone uri="${keystoneUrl()}/v3"` },
    }),
    noRoute: () => NO_ROUTE,
    routes: [
      {
        method: 'GET',
        path: '/',
        open: true,
        handle: ({ base }) => ({
          status: 300,
          body: { versions: [{ id: 'v2.15', status: 'CURRENT', links: [{ rel: 'self', href: `${base}/v2/` }] }] },
        }),
      },
      { method: 'GET', path: '/v2/images', handle: (asked) => listImages(state.images, asked, pageSize) },
    ],
  };
}

/** Source: glance/api/v2/images.py, index */
function listImages(images: readonly Image[], asked: Asked, largest: number): Answer {
  const { query } = asked;
  const found = wantedImages(images, asked);
  const marker = query.get('marker');
  const at = marker === null ? -1 : found.findIndex(({ id }) => id === marker);
  if (marker !== null && at < 0) throw badRequest(`No image found with ID ${marker}`);
  const limit = Math.min(Number(query.get('limit') ?? DEFAULT_PAGE), largest);
  const shown = found.slice(at + 1, at + 1 + limit);
  const last = shown.at(-1);
  const first = new URLSearchParams([...query].filter(([name]) => name !== 'marker'));
  return {
    status: 200,
    body: {
      images: shown.map(shownImage),
      first: `/v2/images${first.size > 0 ? `?${first}` : ''}`,
      schema: '/v2/schemas/images',
      // A full page has one even where nothing follows.
      ...(last && shown.length === limit ? { next: nextUrl(asked, '/v2/images', last.id) } : {}),
    },
  };
}

function wantedImages(images: readonly Image[], asked: Asked): Image[] {
  const { query, caller } = asked;
  const visibility = query.get('visibility');
  if (visibility !== null && !VISIBILITIES.includes(visibility)) throw badRequest(`Invalid visibility value: ${visibility}`);
  const hidden = (query.get('os_hidden') ?? 'false').toLowerCase();
  if (hidden !== 'true' && hidden !== 'false') {
    throw badRequest(`Invalid value '${hidden}' for 'os_hidden' filter. Valid values are 'true' or 'false'.`);
  }
  const isOpen = (image: Image): boolean => image.visibility === 'public' || image.visibility === 'community';
  const filters = [...query].filter(([name]) => !NOT_FILTERS.includes(name));
  const checks = filters.map(([name, value]) => check(name, value));
  return images
    .filter((image) => isAdmin(asked) || image.owner === caller.projectId || isOpen(image))
    .filter((image) =>
      visibility === null
        ? image.visibility !== 'community' || image.owner === caller.projectId
        : visibility === 'all' || image.visibility === visibility,
    )
    .filter((image) => String(image.hidden) === hidden)
    .filter((image) => checks.every((fits) => fits(image)))
    .sort((a, b) => b.created.localeCompare(a.created) || b.id.localeCompare(a.id));
}

/** With MySQL's comparison. What glance has no attribute for is a property of the image's own. Source: glance/db/sqlalchemy/api.py */
function check(name: string, value: string): (image: Image) => boolean {
  if (name === 'owner') return ({ owner }) => owner === value;
  if (name !== 'name' && name !== 'status') return ({ properties }) => properties[name] === value;
  const [operator, operand] = value.includes(':') ? [value.split(':', 1)[0], value.slice(value.indexOf(':') + 1)] : ['eq', value];
  if (operator !== 'eq' && operator !== 'in') throw badRequest(`Unable to filter by unknown operator '${operator}'.`);
  const wanted = (operator === 'in' ? operand.split(',') : [operand]).map((one) => one.toLowerCase());
  return (image) => wanted.includes(image[name].toLowerCase());
}

function shownImage(image: Image): object {
  return {
    ...image.properties,
    name: image.name,
    disk_format: image.diskFormat,
    container_format: 'bare',
    visibility: image.visibility,
    size: image.sizeBytes,
    virtual_size: image.sizeBytes,
    status: image.status,
    checksum: null,
    protected: image.protected,
    min_ram: 0,
    min_disk: 0,
    owner: image.owner,
    os_hidden: image.hidden,
    id: image.id,
    created_at: image.created,
    updated_at: image.created,
    tags: image.tags,
    self: `/v2/images/${image.id}`,
    file: `/v2/images/${image.id}/file`,
    schema: '/v2/schemas/image',
  };
}

function badRequest(words: string): Refusal {
  return new Refusal(webObAnswer(400, 'Bad Request', words));
}
