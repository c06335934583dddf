import { NO_ROUTE, type ServiceApi } from './router.ts';

/** Services that nothing asks yet but their versions. */

export function glance(): ServiceApi {
  return {
    service: 'image',
    unauthorized: () => ({
      status: 401,
      body: { error: { code: 401, message: 'The request you have made requires authentication.' } },
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
    ],
  };
}

export function placement(): ServiceApi {
  return {
    service: 'placement',
    microversions: { word: 'placement', min: '1.0', max: '1.39' },
    unauthorized: () => ({
      status: 401,
      body: { error: { code: 401, message: 'The request you have made requires authentication.' } },
    }),
    noRoute: () => ({
      status: 404,
      body: { errors: [{ status: 404, title: 'Not Found', detail: 'The resource could not be found.\n\n   ' }] },
    }),
    routes: [
      {
        method: 'GET',
        path: '/',
        open: true,
        handle: () => ({
          status: 200,
          body: {
            versions: [
              { id: 'v1.0', max_version: '1.39', min_version: '1.0', status: 'CURRENT', links: [{ rel: 'self', href: '' }] },
            ],
          },
        }),
      },
    ],
  };
}
