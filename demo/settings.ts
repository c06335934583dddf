import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { stringify } from 'yaml';
import type { Cloud } from './cloud/cloud.ts';
import { CAST } from './people.ts';

const OWNERS = { webshop: 'carol', payments: 'carol', physics: 'alice', genomics: 'alice', teaching: 'eve', sandbox: 'eve' };
const SHARED = ['c01', 'c02', 'c03', 'c04'];

/** A stackhand.yaml for the demo's people. `ids` are the pretend workspace's, by `bob`, `#ops` and `@approvers`. */
export function stackhandYaml(id: (name: string) => string): string {
  const of = (role: string): string[] => CAST.filter((one) => one.role === role).map(({ name }) => id(name));
  return stringify({
    // Those of the first rack have their disks on storage that others reach; the others' disks are lost with their hosts.
    clouds: [{ name: 'demo', hosts: { shared: SHARED } }],
    roles: {
      operator: { users: of('operator') },
      approver: { users: of('approver') },
      viewer: { users: of('viewer') },
    },
    rules: [
      {
        roles: ['operator'],
        effects: ['read', 'change', 'disruptive', 'destructive'],
        // Short, so that one can see what happens when nobody answers.
        ...{ escalateAfter: '2m', breakGlass: ['operator'] },
      },
      { roles: ['approver', 'viewer'], effects: ['read'], except: ['console log show'] },
    ],
    breakGlass: { owners: [id('carol')] },
    projects: Object.fromEntries(Object.entries(OWNERS).map(([project, owner]) => [project, { owners: [id(owner)] }])),
    channels: { approvals: id('#ops'), audit: id('#audit') },
    alerts: { channel: id('#alerts'), mention: { critical: [id('@operators')] } },
    terminal: { [userInfo().username]: id('bob') },
    // Short, so that a killed worker's change goes on while one looks.
    limits: { leaseSeconds: 5 },
    http: { port: 0 },
  });
}

/** A clouds.yaml with the pretend cloud's administrator as `demo`, the name that answers show. */
export function cloudsYaml({ entries }: Cloud): string {
  return stringify({ clouds: { demo: entries['pretend-admin'] } });
}

export function newToken(): string {
  return randomBytes(24).toString('hex');
}
