import type { Limits, QuotaUses } from '../../src/openstack/quota-set.ts';
import type { Session } from '../../src/openstack/session.ts';

/** The same things in the pretend and in the real cloud. */
export interface World {
  /** Project `demo`, the member's and the reader's. */
  demo: string;
  /** Project `alice-lab`, somebody else's; admin changes its quotas and sets them back. */
  aliceLab: string;
  /** Server `web-1` of demo. */
  web1: string;
  /** Server `broken-1` of demo, which never got a host. */
  broken1: string;
  /** A server of alice-lab. */
  aliceServer: string;
  /** User `bob`. */
  bob: string;
  /** The hypervisor of compute1, which is its resource provider too. */
  compute1: string;
  /** The external network. */
  publicNetwork: string;
  /** Between two looks at what takes its time: the real cloud needs some, the pretend one none. */
  betweenLooks(): Promise<void>;
  /** Neutron's times have whole seconds: what is done in another one can be told apart. */
  nextSecond(): Promise<void>;
}

/** Member and reader are of demo, the other member of alice-lab. The stranger has the wrong password. */
export type Who = 'admin' | 'member' | 'reader' | 'other member' | 'stranger';

export interface Case {
  /** What is asked, as a sentence; it names the case in both clouds. */
  name: string;
  as: Who;
  /** The functions of src/openstack that it calls; a test demands that each exported one is here. */
  calls: readonly ((...args: never[]) => unknown)[];
  run(os: Session, world: World): Promise<unknown>;
}

export type AnyFunction = Case['calls'][number];

/** One case each for who may, and who may not. */
export function forAll(name: string, calls: AnyFunction[], run: Case['run']): Case[] {
  return (['admin', 'member', 'reader'] as const).map((as) => ({ name: `${name} (${as})`, as, calls, run }));
}

export function forAdmin(name: string, calls: AnyFunction[], run: Case['run']): Case[] {
  return [{ name, as: 'admin', calls, run }];
}

/** The same session, whose lists come in pages of so many: a second page is where a list goes wrong. */
export function inPagesOf(os: Session, size: number): Session {
  return { ...os, list: (call) => os.list({ ...call, query: { ...call.query, limit: size } }) };
}

/** What a list came to, and whether each of its items is in it just once. */
export function once(items: readonly { id: string }[]): unknown {
  return { [new Set(items.map(({ id }) => id)).size === items.length ? 'all different' : 'some twice']: items };
}

/** Which ones a list came to: both clouds have the same names, so that their order and number count too. */
export function called(items: readonly { name: string }[]): unknown {
  return {
    [items
      .map(({ name }) => name)
      .sort()
      .join(' ')]: items,
  };
}

/** Raises one limit by one, reads it back, and sets the old value again. */
export async function raised(
  name: string,
  read: () => Promise<QuotaUses>,
  put: (limits: Limits) => Promise<void>,
): Promise<unknown> {
  const before = (await read())[name];
  if (before === undefined) throw new Error(`there is no quota ${name}`);
  const wanted = before.limit < 0 ? 9_999 : before.limit + 1;
  try {
    await put({ [name]: wanted });
    const after = (await read())[name];
    return { [after?.limit === wanted ? 'stored' : 'not stored']: after };
  } finally {
    await put({ [name]: before.limit });
  }
}

/** Raises one limit of a quota class, reads it back, and sets the old value again. */
export async function raisedClass(
  name: string,
  read: () => Promise<Limits>,
  put: (limits: Limits) => Promise<void>,
): Promise<unknown> {
  const before = (await read())[name];
  if (before === undefined) throw new Error(`there is no quota ${name}`);
  const wanted = before < 0 ? 9_999 : before + 1;
  try {
    await put({ [name]: wanted });
    const after = await read();
    return { [after[name] === wanted ? 'stored' : 'not stored']: after };
  } finally {
    await put({ [name]: before });
  }
}

/** An ID, and a name, of nothing. */
export const NOSUCH = 'ffffffffffffffffffffffffffffffff';
export const NO_UUID = 'ffffffff-ffff-4fff-8fff-ffffffffffff';
