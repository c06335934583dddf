import { ALICE_LAB, DEMO_PROJECT } from './ids.ts';
import type { Account, Container, ObjectStoreState } from './state-object-store.ts';

const GIB = 1_073_741_824;
const CREATED = Date.parse('2026-11-23T06:30:00Z');

export function seededObjectStore(): ObjectStoreState {
  return objectStore({
    [DEMO_PROJECT]: account([container('backups', 3, 12 * GIB), container('www', 41, 5_242_880), container('logs', 0, 0)]),
    [ALICE_LAB]: account([container('results', 12, 4 * GIB)], 10 * GIB),
  });
}

/** With the roles that most clouds have for it: members work in their project's account, admins in all of them. */
export function objectStore(accounts: Record<string, Account>): ObjectStoreState {
  return {
    accounts: new Map(Object.entries(accounts)),
    operatorRoles: ['member', 'swiftoperator'],
    readerRoles: ['reader'],
    resellerRoles: ['admin', 'ResellerAdmin'],
  };
}

export function account(containers: Container[], quotaBytes?: number): Account {
  return {
    containers,
    metadata: quotaBytes === undefined ? {} : { 'quota-bytes': String(quotaBytes) },
    created: CREATED,
  };
}

export function container(name: string, count: number, bytes: number): Container {
  return { name, count, bytes, lastModified: '2026-11-23T06:41:00.123450' };
}
