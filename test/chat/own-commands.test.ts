import { pino } from 'pino';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseLine } from '../../src/chat/parse.ts';
import { isStandIn } from '../../src/command.ts';
import type { CommandContext, Who } from '../../src/command-context.ts';
import { UserError } from '../../src/errors.ts';
import { loadRegistry, type Registry } from '../../src/registry.ts';
import type { Reply } from '../../src/reply.ts';
import { ENDED, type Request } from '../../src/request.ts';
import type { RequestBook } from '../../src/requests/request-book.ts';
import { someCommands } from './fixtures.ts';

const NOW = Date.UTC(2026, 10, 23, 10);
const HOUR = 3_600_000;

let own: Registry;
beforeAll(async () => {
  own = await loadRegistry();
});
beforeEach(() => {
  vi.setSystemTime(NOW);
  return () => vi.useRealTimers();
});

function request(number: number, more: Partial<Request>): Request {
  return {
    number,
    state: 'waiting',
    line: 'quota set demo cores=40',
    requester: { kind: 'slack', user: 'U0BOB', team: 'T1' },
    askedBy: 'bob',
    place: { kind: 'terminal' },
    entry: 'slash',
    receivedAt: NOW - 2 * HOUR,
    since: NOW - HOUR,
    attempt: 1,
    votes: [],
    locks: [],
    ...more,
  };
}

const waiting = request(1042, {
  cloud: 'lab',
  region: 'RegionOne',
  missing: '1 vote of ops',
  reason: 'more load',
  approval: { needs: [], channel: 'C1', expiresMs: HOUR, expiresAt: NOW + HOUR },
  plan: {
    text: 'Raise cores 20 → 40 of project `demo`.',
    warnings: ['The region has 12 cores left.'],
    touches: [{ type: 'project', id: 'p1', name: 'demo' }],
    jobs: [{ region: 'RegionOne', job: 'quota/set', payload: {} }],
    undo: { possible: true, how: 'quota set demo cores=20' },
  },
  votes: [{ user: 'U0ALICE', name: 'alice', verdict: 'approve', roles: ['ops'], reason: 'fine', hash: 'h', at: NOW - 60_000 }],
});
const running = request(1041, {
  state: 'running',
  progress: '2 of 5 servers moved',
  requester: { kind: 'schedule', name: 'nightly' },
  askedBy: 'schedule nightly',
});
const ended = request(7, {
  state: 'done',
  plan: { text: 'Set cores to 40.', touches: [], jobs: [], undo: { possible: true, how: 'set them again' } },
  result: { text: 'Cores are 40.' },
  requester: { kind: 'terminal', unixUser: 'carol', user: 'U0CAROL' },
  askedBy: 'carol',
});

/** Keeps requests as the real one does, without Redis. */
function book(...requests: Request[]): RequestBook {
  return {
    find: async (number) => requests.find((one) => one.number === number),
    list: async ({ open, user, only = () => true, limit }) =>
      requests
        .filter((one) => !(open && ENDED.has(one.state)) && (!user || ('user' in one.requester && one.requester.user === user)))
        .filter(only)
        .slice(0, limit),
    async cancel(number) {
      const found = requests.find((one) => one.number === number);
      if (!found || ENDED.has(found.state)) throw new UserError('It has ended.');
      if (found.state === 'running') return 'stopping';
      found.state = 'cancelled';
      return 'cancelled';
    },
    children: async (number) => requests.filter(({ parent }) => parent === number).map((one) => one.number),
    outcomes: async () => [],
    graces: async () => [],
    keep: async () => undefined,
    history: async () => [{ at: NOW - 2 * HOUR, event: 'received', by: 'U0BOB', detail: 'quota set demo cores=40' }],
  };
}

const BOB: Who = {
  requester: { kind: 'slack', user: 'U0BOB', team: 'T1' },
  name: 'bob',
  user: 'U0BOB',
  roles: ['ops'],
  mayUse: () => true,
};

async function say(line: string, { registry = own, who = BOB, requests = book(waiting, running, ended) } = {}): Promise<Reply> {
  const { command, args } = parseLine(line, own);
  if (command.effect !== 'read' || isStandIn(command)) throw new Error('these are reads');
  const context: Pick<CommandContext, 'registry' | 'request' | 'requests' | 'who' | 'mayTouch' | 'log'> = {
    registry,
    request: { number: 1043, label: 'R-1043', line },
    requests,
    who,
    mayTouch: () => true,
    log: pino({ enabled: false }),
  };
  // The rest of the context is for commands that need a cloud.
  const answer = await command.run(args, context as CommandContext);
  return 'carryOut' in answer ? answer.carryOut() : answer;
}

describe('help', () => {
  const registry = someCommands();

  it('lists by object what the asker may use, and nothing else', async () => {
    const who = { ...BOB, mayUse: (name: string) => !name.startsWith('quota') && name !== 'help' };

    const { text, lines } = await say('help', { registry, who });

    expect(text).toBe('You may use 8 commands here.');
    expect(lines).toEqual([
      'On their own: `whoami`',
      'aggregate add: `aggregate add host`',
      'console log: `console log show`',
      'floating ip: `floating ip list`',
      'host: `host evacuate`',
      'port: `port create`',
      'server: `server list` · `server show`',
    ]);
  });

  it('explains a command', async () => {
    expect(await say('help quota-set', { registry })).toMatchInlineSnapshot(`
      {
        "lines": [
          "Type \`quota set <project> [--cores <count>] [--ram <size>] [--floating-ips <count>] [--for <duration>] [--force] [--reason <reason>] [<name>=<value> …]\`",
          "A change that is undone with ease; it may wait for approval.",
          "Examples: \`quota set alice-lab cores=40 ram=80G\` · \`quota set alice-lab gigabytes_ssd=500 --reason "new disks"\`",
          "Operations Guide: Managing Projects and Users › Quotas",
        ],
        "note": "It also takes \`--dry-run\`, \`--ticket <ticket>\`, \`--cloud <cloud>\`, \`--region <region>\`. --name value, --name=value and name=value mean the same.",
        "table": {
          "columns": [
            "argument",
            "what it is",
          ],
          "rows": [
            [
              "<project>",
              "project, by name or ID; required",
            ],
            [
              "--cores <count>",
              "virtual CPUs",
            ],
            [
              "--ram <size>",
              "memory of all servers",
            ],
            [
              "--floating-ips <count>",
              "floating IPs",
            ],
            [
              "--for <duration>",
              "how long, after which it goes back",
            ],
            [
              "--force",
              "below what is in use",
            ],
            [
              "--reason <reason>",
              "",
            ],
            [
              "<name>=<value>",
              "limit of one volume type, such as gigabytes_ssd",
            ],
          ],
        },
        "text": "\`quota set\`: Set quotas of a project.",
      }
    `);
  });

  it('finds a command by alias and by old words', async () => {
    expect((await say('help console', { registry })).text).toBe('`console log show`: Show it.');
    expect((await say('help fip list', { registry })).text).toBe('`floating ip list`: Show it.');
  });

  it('lists the commands of an object', async () => {
    expect((await say('help quota', { registry })).table?.rows).toEqual([
      ['quota set', 'change', 'Set quotas of a project.'],
      ['quota show', 'read', 'Show it.'],
    ]);
    expect((await say('help instance', { registry })).table?.rows.map(([name]) => name)).toEqual(['server list', 'server show']);
  });

  it('answers the same for what does not exist and for what the asker may not use', async () => {
    const who = { ...BOB, mayUse: (name: string) => name !== 'quota set' };

    await expect(say('help quota sex', { registry, who })).rejects.toThrow(
      '`quota sex` is not a command. With `quota` there are `quota show`.',
    );
    await expect(say('help quota set', { registry, who })).rejects.toThrow(
      '`quota set` is not a command. With `quota` there are `quota show`.',
    );
  });
});

describe('whoami', () => {
  it('says who the asker is and what they may use', async () => {
    const who = { ...BOB, mayUse: (name: string) => name !== 'host evacuate' };

    const { text, lines } = await say('whoami', { registry: someCommands(), who });

    expect(text).toBe('You are bob (Slack member U0BOB), with role `ops`.');
    expect(lines?.slice(1)).toEqual([
      'Changes that are undone with ease: `quota set`',
      'Changes that users notice: none',
      'Changes that can lose data or addresses: none',
    ]);
  });

  it('knows terminals', async () => {
    const who: Who = {
      requester: { kind: 'terminal', unixUser: 'carol', user: 'U0CAROL' },
      name: 'carol',
      user: 'U0CAROL',
      roles: [],
      mayUse: () => false,
    };

    expect((await say('whoami', { who })).text).toBe(
      'You are Unix user carol, who is carol (Slack member U0CAROL), without any role.',
    );
  });
});

describe('request list', () => {
  it('shows the open ones, newest first', async () => {
    const { text, table } = await say('request list');

    expect(text).toBe('2 open requests.');
    expect(table?.rows).toEqual([
      ['R-1042', 'waits for 1 vote of ops', 'bob', 'quota set demo cores=40', '2026-11-23 09:00 UTC (1h ago)'],
      ['R-1041', 'is running', 'schedule nightly', 'quota set demo cores=40', '2026-11-23 09:00 UTC (1h ago)'],
    ]);
  });

  it('shows all, or those of one member, up to a limit', async () => {
    expect((await say('request list --all')).table?.rows.map(([label]) => label)).toEqual(['R-1042', 'R-1041', 'R-7']);
    expect((await say('request list --mine')).table?.rows.map(([label]) => label)).toEqual(['R-1042']);
    expect((await say('request list --all --user U0CAROL')).table?.rows.map(([label]) => label)).toEqual(['R-7']);
    expect((await say('request list --user U0CAROL')).text).toBe('There is no open request of U0CAROL.');
    expect((await say('request list --limit 1')).text).toBe('The newest 1 open request; there are more.');
  });

  it('leaves itself out', async () => {
    const itself = request(1043, { state: 'planning', line: 'request list' });

    expect((await say('request list', { requests: book(itself) })).text).toBe('There is no open request.');
    expect((await say('request list --limit 1', { requests: book(itself, ended, running) })).text).toBe('1 open request.');
  });
});

describe('request show', () => {
  it.each(['R-1042', 'r1042', '1042'])('shows all there is to know about %s', async (number) => {
    expect(await say(`request show ${number}`)).toMatchInlineSnapshot(`
      {
        "fields": [
          {
            "name": "Asked by",
            "value": "bob",
          },
          {
            "name": "Asked",
            "value": "2026-11-23 08:00 UTC (2h ago)",
          },
          {
            "name": "In this state since",
            "value": "2026-11-23 09:00 UTC (1h ago)",
          },
          {
            "name": "Expires",
            "value": "2026-11-23 11:00 UTC (in 1h)",
          },
          {
            "name": "Cloud",
            "value": "lab/RegionOne",
          },
          {
            "name": "Reason",
            "value": "more load",
          },
        ],
        "lines": [
          "\`quota set demo cores=40\`",
          "Plan: Raise cores 20 → 40 of project \`demo\`.",
          "Undo: quota set demo cores=20",
          "Approved by alice (ops), 2026-11-23 09:59 UTC (1m ago): fine",
        ],
        "table": {
          "columns": [
            "when",
            "what",
            "who",
            "detail",
          ],
          "rows": [
            [
              "2026-11-23 08:00 UTC (2h ago)",
              "received",
              "U0BOB",
              "quota set demo cores=40",
            ],
          ],
        },
        "text": "R-1042: waits for 1 vote of ops.",
        "touches": [
          {
            "id": "p1",
            "name": "demo",
            "type": "project",
          },
        ],
        "warnings": [
          "The region has 12 cores left.",
        ],
      }
    `);
  });

  it('shows progress while it runs, and the result once it has ended', async () => {
    expect((await say('request show 1041')).lines).toContain('So far: 2 of 5 servers moved');
    expect((await say('request show 7')).lines).toContain('Result: Cores are 40.');
  });

  it('knows what there is not', async () => {
    await expect(say('request show 9')).rejects.toThrow(
      'There is no R-9; ended requests are kept for 90 days. Type `request list`',
    );
    expect(() => parseLine('request show nine', own)).toThrow(
      '`number`: `nine` is not a request; type its number, such as R-1042.',
    );
  });
});

describe('request cancel', () => {
  it('says what was not done', async () => {
    const open = { ...waiting };

    expect(await say('request cancel R-1042', { requests: book(open) })).toEqual({
      text: 'R-1042 is cancelled, and nothing of it was done.',
      lines: ['Not done: Raise cores 20 → 40 of project `demo`.'],
    });
    expect(open.state).toBe('cancelled');
  });

  it('does not say that nothing was done where a part was', async () => {
    const handedBack = { ...running, state: 'queued' as const };

    const { text, lines } = await say('request cancel 1041', { requests: book(handedBack) });

    expect(text).toBe('R-1041 is cancelled, and does nothing further.');
    expect(lines).toContain('Done before it was cancelled: 2 of 5 servers moved');
  });

  it('stops what runs before its next item', async () => {
    expect((await say('request stop R-1041')).text).toBe(
      'R-1041 is told to stop, and stops before its next item. Its card will say what was done and what was not.',
    );
  });

  it('hands on why it cannot be cancelled', async () => {
    await expect(say('request cancel 7')).rejects.toThrow('It has ended.');
    await expect(say('request cancel 8')).rejects.toThrow('There is no R-8');
  });
});
