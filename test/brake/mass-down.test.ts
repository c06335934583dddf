import { describe, expect, it } from 'vitest';
import { beatsOf, massDown, type Seen } from '../../src/brake/mass-down.ts';
import type { ComputeService } from '../../src/openstack/compute.ts';
import type { NetworkAgent } from '../../src/openstack/network.ts';

const NOW = Date.parse('2026-11-23T06:40:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

type Is = Partial<ComputeService> & { silentMs?: number };

function service(binary: string, host: string, { silentMs = 5_000, ...is }: Is = {}): ComputeService {
  const updated_at = new Date(NOW - silentMs).toISOString().replace('Z', '000');
  const state = silentMs > MINUTE ? 'down' : 'up';
  return {
    ...{ id: `${binary}/${host}`, binary, host, zone: 'nova', status: 'enabled', state, disabled_reason: null, updated_at },
    ...is,
  };
}

function computes(many: number, is: Is = {}, from = 0): ComputeService[] {
  return Array.from({ length: many }, (_, n) => service('nova-compute', `cmp-${from + n}`, is));
}

function agents(many: number, is: Partial<NetworkAgent> & { silentMs?: number } = {}, from = 0): NetworkAgent[] {
  const { silentMs = 5_000, ...rest } = is;
  return Array.from({ length: many }, (_, n) => ({
    ...{ id: `${from + n}`, agent_type: 'Open vSwitch agent', binary: 'neutron-openvswitch-agent', host: `cmp-${from + n}` },
    ...{ alive: silentMs < 75_000, admin_state_up: true },
    heartbeat_timestamp: new Date(NOW - silentMs).toISOString().slice(0, 19).replace('T', ' '),
    ...rest,
  }));
}

function found(
  { services = [], agents = [] }: Partial<Seen>,
  { wasDown = [], known = [], clock = NOW }: { wasDown?: string[]; known?: string[]; clock?: number | 'tells no time' } = {},
): string | undefined {
  const told = clock === 'tells no time' ? undefined : clock;
  const beats = beatsOf({ services, agents, clock: { compute: told, network: told } });
  return massDown(beats, { wasDown: new Set(wasDown), known: new Set(known) })?.what;
}

const DEAD: Is = { silentMs: 10 * MINUTE };

describe('of compute services', () => {
  it.each([
    [300, 15, undefined],
    [300, 16, '16 of 300 compute services are down'],
    [300, 140, '140 of 300 compute services are down'],
    [90, 4, undefined],
    [90, 5, '5 of 90 compute services are down'],
    [20, 3, undefined],
    [20, 4, '4 of 20 compute services are down'],
    [3, 3, undefined],
    [4, 4, 'all of 4 compute services are down'],
  ])('of %i with %i down: %s', (all, down, what) => {
    expect(found({ services: [...computes(down, DEAD), ...computes(all - down, {}, down)] })).toBe(what);
  });

  it('the disabled ones count as the others do', () => {
    const services = [...computes(4, { ...DEAD, status: 'disabled' }), ...computes(16, {}, 4)];

    expect(found({ services })).toBe('4 of 20 compute services are down');
  });

  it('a heartbeat that is old by the answer’s own clock is down though nova says up; a young one is up though it was forced down', () => {
    expect(found({ services: [...computes(4, { ...DEAD, state: 'up' }), ...computes(16, {}, 4)] })).toContain('4 of 20');
    expect(found({ services: [...computes(4, { state: 'down', forced_down: true }), ...computes(16, {}, 4)] })).toBeUndefined();
  });

  it('our own clock is nobody’s: with the services’ clock an hour behind nothing is down', () => {
    const behind = computes(20, { silentMs: HOUR, state: 'up' });

    expect(found({ services: behind }, { clock: NOW - HOUR })).toBeUndefined();
    expect(found({ services: behind })).toBe('all of 20 compute services are down');
  });

  it('where the service tells no time its newest heartbeat is the time', () => {
    const services = [...computes(4, { silentMs: HOUR, state: 'up' }), ...computes(16, {}, 4)];

    expect(found({ services }, { clock: 'tells no time' })).toBe('4 of 20 compute services are down');
    expect(found({ services: computes(20, { silentMs: HOUR, state: 'up' }) }, { clock: 'tells no time' })).toBeUndefined();
  });

  it('those that were forced down count for an hour, since a detector may have done it, and are in repair from then on', () => {
    const forced = (silentMs: number): ComputeService[] => [
      ...computes(4, { silentMs, forced_down: true }),
      ...computes(16, {}, 4),
    ];

    expect(found({ services: forced(10 * MINUTE) })).toBe('4 of 20 compute services are down');
    expect(found({ services: forced(61 * MINUTE) })).toBeUndefined();
  });

  it('hosts that were not heard for a day went down before, not at once: they count neither way', () => {
    expect(found({ services: [...computes(10, { silentMs: 25 * HOUR }), ...computes(20, {}, 10)] })).toBeUndefined();
    expect(found({ services: [...computes(10, { silentMs: 23 * HOUR }), ...computes(20, {}, 10)] })).toContain('10 of 30');
    expect(
      found({ services: [...computes(4, DEAD), ...computes(100, { silentMs: 2 * DAY }, 4), ...computes(16, {}, 200)] }),
    ).toBe('4 of 20 compute services are down');
  });

  it('what a look of the last minutes found down still counts, as long as it is there', () => {
    const wasDown = ['nova-compute cmp-0', 'nova-compute cmp-1', 'nova-compute gone'];
    const services = [...computes(2), ...computes(2, DEAD, 2), ...computes(16, {}, 4)];

    expect(found({ services })).toBeUndefined();
    expect(found({ services }, { wasDown })).toBe('4 of 20 compute services are down');
  });

  it('what people know of counts neither way; what goes down besides does', () => {
    const known = computes(140).map(({ binary, host }) => `${binary} ${host}`);
    const down = (many: number): ComputeService[] => [...computes(many, DEAD), ...computes(300 - many, {}, many)];

    expect(found({ services: down(140) }, { known })).toBeUndefined();
    expect(found({ services: down(148) }, { known })).toBeUndefined();
    expect(found({ services: down(149) }, { known })).toBe('9 of 160 compute services are down');
  });
});

describe('of what controls a cloud', () => {
  const controllers = (binary: string, ...silentMs: number[]): ComputeService[] =>
    silentMs.map((ms, n) => service(binary, `controller${n}`, { silentMs: ms }));

  it.each(['nova-conductor', 'nova-scheduler'])('all of %s down are, one that lives is not', (binary) => {
    expect(found({ services: controllers(binary, HOUR, HOUR, HOUR) })).toBe(`all of 3 ${binary}s are down`);
    expect(found({ services: controllers(binary, HOUR, HOUR, 5_000) })).toBeUndefined();
    expect(found({ services: controllers(binary, HOUR) })).toBe(`all of 1 ${binary} is down`);
  });

  it('those that were not heard for a day are none any more', () => {
    expect(found({ services: controllers('nova-conductor', HOUR, 2 * DAY, 3 * DAY) })).toBe('all of 1 nova-conductor is down');
    expect(found({ services: controllers('nova-conductor', 5_000, 2 * DAY) })).toBeUndefined();
    expect(found({ services: controllers('nova-conductor', 2 * DAY) })).toBeUndefined();
  });
});

describe('of network agents', () => {
  it('most is more than half', () => {
    expect(found({ agents: [...agents(5, { silentMs: 10 * MINUTE }), ...agents(5, {}, 5)] })).toBeUndefined();
    expect(found({ agents: [...agents(6, { silentMs: 10 * MINUTE }), ...agents(4, {}, 6)] })).toBe(
      '6 of 10 network agents are down',
    );
  });

  it('one whose heartbeat is old is down, whatever `alive` says', () => {
    const lying = agents(6, { silentMs: 10 * MINUTE, alive: true });

    expect(found({ agents: [...lying, ...agents(4, {}, 6)] })).toBe('6 of 10 network agents are down');
  });
});

it('says all that is down at once', () => {
  const services = [...computes(140, DEAD), ...computes(160, {}, 140), service('nova-conductor', 'controller1', DEAD)];

  expect(found({ services, agents: agents(3, { silentMs: HOUR }) })).toBe(
    '140 of 300 compute services are down, and all of 1 nova-conductor is down, and all of 3 network agents are down',
  );
});

it('an empty cloud has nothing down', () => {
  expect(found({})).toBeUndefined();
  expect(found({}, { clock: 'tells no time' })).toBeUndefined();
});
