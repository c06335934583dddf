import { expect, it } from 'vitest';
import { endedEntry, waitingEntry } from '../../src/home/entries.ts';
import type { Request } from '../../src/request.ts';

const NOW = 1_000_000_000_000;

function waiting(more: Partial<Request> = {}): Request {
  return {
    number: 1042,
    state: 'waiting',
    line: 'host drain cmp-03',
    requester: { kind: 'slack', user: 'U0BOB0000', team: 'T0HOME000' },
    askedBy: 'bob',
    place: { kind: 'terminal' },
    entry: 'slash',
    receivedAt: NOW,
    since: NOW,
    attempt: 1,
    cloud: 'prod',
    region: 'RegionOne',
    effect: 'disruptive',
    votes: [],
    locks: [],
    hash: 'abc',
    missing: '1 vote of `approver`',
    approval: { needs: [{ count: 1, roles: ['approver'] }], channel: 'C0OPS0000', expiresMs: 90_000, expiresAt: NOW + 90_000 },
    plan: {
      text: 'Drain `cmp-03`',
      warnings: ['`web-1` has a local disk', 'two are of one group', 'it is the last of its zone'],
      touches: [{ type: 'host', id: 'cmp-03', name: 'cmp-03' }],
      jobs: [{ region: 'RegionOne', job: 'host/drain', payload: {} }],
      undo: { possible: true, how: '`service enable cmp-03`' },
    },
    ...more,
  };
}

it('all warnings are shown, and whoever voted so far: nobody decides without knowing of them', () => {
  const vote = { user: 'U0CAROL00', name: 'carol', verdict: 'approve' as const, roles: ['approver'], hash: 'abc', at: NOW };

  const entry = waitingEntry(waiting({ votes: [vote], alsoAskedBy: ['eve'] }), { now: NOW, links: [], stops: true });

  expect(entry.warnings).toEqual(['`web-1` has a local disk', 'two are of one group', 'it is the last of its zone']);
  expect(entry.lines).toEqual(
    expect.arrayContaining(['Votes: carol approved', 'Also asked for by: eve', 'Undo: `service enable cmp-03`']),
  );
});

it('what is not all here is not approved here, and it says where: of one without a link too', () => {
  const table = { columns: ['server'], rows: Array.from({ length: 6 }, (_, i) => [`web-${i}`]) };
  const plan = { ...(waiting().plan ?? expect.fail('no plan')), table };
  const links = [{ label: 'Open the card', url: 'https://home.slack.example/archives/C0OPS0000/p1' }];

  const linked = waitingEntry(waiting({ plan }), { now: NOW, links, stops: true });
  const unlinked = waitingEntry(waiting({ plan }), { now: NOW, links: [], stops: true });

  expect(linked.deciding).toBeUndefined();
  expect(linked.buttons?.map(({ label }) => label)).toEqual(['Deny', 'Check for me', 'Change', 'Cancel']);
  expect(linked.lines?.at(-1)).toBe('There is more to it than fits here: open its card and approve there.');
  expect(unlinked.lines?.at(-1)).toBe(
    'There is more to it than fits here: read its card, in its channel or in my messages to you, and approve there.',
  );
});

it('time is told by the minute, so that the page is not another one each second', () => {
  const at = (now: number): string | undefined => waitingEntry(waiting(), { now, links: [], stops: false }).lines?.at(-1);

  expect(at(NOW)).toContain('less than 2 minutes left (until 2001-09-09 01:48 UTC)');
  expect(at(NOW + 60_000)).toBe(at(NOW));
  expect(at(NOW - 600_000)).toContain('12 minutes left');
});

it('the buttons carry the hash of the plan', () => {
  const { deciding, buttons = [] } = waitingEntry(waiting(), { now: NOW, links: [], stops: true });
  expect([...(deciding?.buttons ?? []), ...buttons].map(({ act }) => act)).toEqual([
    { kind: 'approve', request: 1042, hash: 'abc' },
    { kind: 'deny', request: 1042, hash: 'abc' },
    { kind: 'line', line: 'request check R-1042' },
    { kind: 'change', request: 1042 },
    { kind: 'cancel', request: 1042 },
  ]);
});

it.each(['expired', 'void'] as const)('what is %s can be planned again by whoever asked for it', (state) => {
  expect(endedEntry(waiting({ state }), { now: NOW, links: [], isMine: true }).buttons).toMatchObject([{ label: 'Plan again' }]);
  expect(endedEntry(waiting({ state }), { now: NOW, links: [], isMine: false }).buttons).toEqual([]);
});

it('what is done can be taken back', () => {
  expect(endedEntry(waiting({ state: 'done' }), { now: NOW, links: [], isMine: true }).buttons).toMatchObject([
    { label: 'Undo' },
  ]);
});

it.each(['failed', 'rejected', 'cancelled'] as const)('what is %s has no buttons', (state) => {
  expect(endedEntry(waiting({ state }), { now: NOW, links: [], isMine: true }).buttons).toEqual([]);
});
