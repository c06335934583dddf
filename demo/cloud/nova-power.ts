import { remove } from './builds.ts';
import { additionalProperty } from './nova-moves.ts';
import { badRequest } from './nova-refusals.ts';
import { isDown } from './nova-services.ts';
import { type Answer, type Asked, isRecord } from './router.ts';
import { begin, mustBeFit, recordAction } from './server-states.ts';
import type { CloudState } from './state.ts';
import type { Server } from './state-compute.ts';

/* Start, stop, reboot and delete: nova/compute/api.py has them under these names. */

export function start(server: Server, asked: Asked): Answer {
  mustBeFit(server, 'start', asked, { vmStates: ['stopped'], host: 'first' });
  begin(server, { kind: 'start', states: [] }, 'powering-on');
  recordAction(server, 'start', asked);
  return { status: 202 };
}

export function stop(server: Server, asked: Asked): Answer {
  mustBeFit(server, 'stop', asked, { vmStates: ['active', 'error'], host: 'first' });
  begin(server, { kind: 'stop', states: [] }, 'powering-off');
  recordAction(server, 'stop', asked);
  return { status: 202 };
}

const HARD = ['_hard', ['active', 'stopped', 'paused', 'suspended', 'error']] as const;
const SOFT = ['', ['active']] as const;
/** What a hard reboot may come on top of. */
const REBOOTING = [
  'rebooting',
  'reboot_pending',
  'reboot_started',
  'rebooting_hard',
  'reboot_pending_hard',
  'reboot_started_hard',
];

export function reboot(server: Server, asked: Asked): Answer {
  const given = isRecord(asked.body) && isRecord(asked.body.reboot) ? asked.body.reboot : {};
  additionalProperty('reboot', given, { known: ['type'], required: ['type'] });
  const type = String(given.type);
  if (!['HARD', 'Hard', 'hard', 'SOFT', 'Soft', 'soft'].includes(type)) {
    const allowed = "['HARD', 'Hard', 'hard', 'SOFT', 'Soft', 'soft']";
    throw badRequest(`Invalid input for field/attribute type. Value: ${type}. '${type}' is not one of ${allowed}`);
  }
  const isHard = type.toUpperCase() === 'HARD';
  const [suffix, vmStates] = isHard ? HARD : SOFT;
  mustBeFit(server, 'reboot', asked, { vmStates, taskStates: isHard ? [null, ...REBOOTING] : [null] });
  const states = [`reboot_pending${suffix}`, `reboot_started${suffix}`];
  begin(server, { kind: 'reboot', states }, `rebooting${suffix}`);
  recordAction(server, 'reboot', asked);
  return { status: 202 };
}

/** Whatever else goes on with it. Without a host, or with one that is down, nova-api does it alone, and at once. */
export function deleteServer(state: CloudState, server: Server, asked: Asked): Answer {
  mustBeFit(server, 'delete', asked, { taskStates: [server.taskState] });
  const host = state.hosts.find(({ name }) => name === server.host);
  for (const migration of state.migrations) {
    if (migration.serverId === server.id && migration.status === 'finished') migration.status = 'confirmed';
  }
  if (!host || isDown(host)) remove(state, server);
  else begin(server, { kind: 'delete', states: [] }, 'deleting');
  recordAction(server, 'delete', asked);
  return { status: 204 };
}
