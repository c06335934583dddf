import { floatingIpRoutes } from './neutron-floating-ips.ts';
import { networkRoutes } from './neutron-networks.ts';
import { portRoutes } from './neutron-ports.ts';
import { quotaRoutes } from './neutron-quotas.ts';
import { neutronError } from './neutron-refusals.ts';
import { type ServiceApi, unauthorized } from './router.ts';
import type { CloudState } from './state.ts';

export interface NeutronOptions {
  state: CloudState;
  pageSize: number | undefined;
  keystoneUrl(): string;
}

export function neutron(options: NeutronOptions): ServiceApi {
  return {
    service: 'network',
    unauthorized: () => unauthorized(options.keystoneUrl()),
    noRoute: () => ({ status: 404, body: neutronError('HTTPNotFound', 'The resource could not be found.') }),
    routes: [
      {
        method: 'GET',
        path: '/',
        open: true,
        handle: ({ base }) => ({
          status: 200,
          body: { versions: [{ id: 'v2.0', status: 'CURRENT', links: [{ rel: 'self', href: `${base}/v2.0/` }] }] },
        }),
      },
      ...quotaRoutes(options),
      ...networkRoutes(options),
      ...portRoutes(options),
      ...floatingIpRoutes(options),
    ],
  };
}
