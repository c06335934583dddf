import { isSilent, lastHeard } from './heartbeats.ts';
import type { NovaOptions } from './nova.ts';
import { atLeast, badRequest, demand, notFound } from './nova-refusals.ts';
import { type Answer, type Asked, isAdmin, isRecord, type Route } from './router.ts';
import type { CloudState } from './state.ts';
import type { Controller, Host } from './state-compute.ts';

/** Nova's services. */
export function serviceRoutes({ state }: NovaOptions): Route[] {
  return [
    {
      method: 'GET',
      path: '/v2.1/os-services',
      handle(asked) {
        demand(isAdmin(asked), 'os-services:list');
        const wanted = (key: string, value: string): boolean => (asked.query.get(key) ?? value) === value;
        const services = [...state.controllers.map(shownController), ...state.hosts.map((host) => shownService(host, asked))];
        return {
          status: 200,
          body: { services: services.filter(({ host, binary }) => wanted('host', host) && wanted('binary', binary)) },
        };
      },
    },
    {
      method: 'PUT',
      path: '/v2.1/os-services/:id',
      handle: (asked) => update(state, asked),
    },
  ];
}

export function isDown(host: Host): boolean {
  return host.forcedDown || host.state === 'down' || isSilent(host);
}

/** By UUID, as from 2.53 on; what came before is not known here. Source: nova/api/openstack/compute/services.py, update */
function update(state: CloudState, asked: Asked): Answer {
  const id = asked.params.id ?? '';
  if (!atLeast(asked, '2.53')) throw notFound('Unknown action');
  const body = isRecord(asked.body) ? asked.body : {};
  const unknown = Object.keys(body).find((key) => !['status', 'disabled_reason', 'forced_down'].includes(key));
  if (unknown) throw badRequest(`Additional properties are not allowed ('${unknown}' was unexpected)`);
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) throw badRequest(`Invalid uuid ${id}`);
  demand(isAdmin(asked), 'os-services:update');
  const controller = state.controllers.find((service) => service.id === id);
  if (controller) {
    throw badRequest(`Updating a ${controller.binary} service is not supported. Only nova-compute services can be updated.`);
  }
  const host = state.hosts.find(({ serviceId }) => serviceId === id);
  if (!host) throw notFound(`Service ${id} could not be found.`);
  if (body.status === 'enabled' && body.disabled_reason)
    throw badRequest("Specifying 'disabled_reason' with status 'enabled' is invalid.");
  if (body.forced_down === false) mustBeCleanedUp(state, host);
  if (body.status === undefined && body.forced_down === undefined)
    throw badRequest("No updates were requested. Fields 'status' or 'forced_down' should be specified.");
  if (body.status === 'enabled') Object.assign(host, { status: 'enabled', disabledReason: null });
  if (body.status === 'disabled')
    Object.assign(host, {
      status: 'disabled',
      disabledReason: typeof body.disabled_reason === 'string' ? body.disabled_reason : null,
    });
  if (typeof body.forced_down === 'boolean') host.forcedDown = body.forced_down;
  host.written = Date.now();
  return { status: 200, body: { service: shownService(host, asked) } };
}

function mustBeCleanedUp({ migrations }: CloudState, { name }: Host): void {
  const open = migrations.some(({ type, source, status }) => type === 'evacuation' && source === name && status === 'done');
  if (!open) return;
  throw badRequest(
    `Unable to force up host ${name} as \`done\` evacuation migration records remain associated with the host. Ensure the compute service has been restarted, allowing these records to move to \`completed\` before retrying this request.`,
  );
}

function shownController(controller: Controller): { binary: string; host: string } {
  const { binary, host, id } = controller;
  const shown = {
    binary,
    host,
    id,
    zone: 'internal',
    status: 'enabled',
    state: isSilent(controller) ? 'down' : 'up',
    updated_at: lastHeard(controller),
    disabled_reason: null,
    forced_down: false,
  };
  return shown;
}

/** Nova moves this with every write of the record, not only with heartbeats. */
function updatedAt({ silentSince = Date.now(), written = 0 }: Host): string {
  return lastHeard({ silentSince: Math.max(silentSince, written) });
}

function shownService(host: Host, asked: Asked): { binary: string; host: string } {
  const shown = {
    binary: 'nova-compute',
    host: host.name,
    id: atLeast(asked, '2.53') ? host.serviceId : host.serviceNumber,
    zone: host.zone,
    status: host.status,
    state: isDown(host) ? 'down' : 'up',
    updated_at: updatedAt(host),
    disabled_reason: host.disabledReason,
  };
  return { ...shown, ...(atLeast(asked, '2.11') ? { forced_down: host.forcedDown } : {}) };
}
