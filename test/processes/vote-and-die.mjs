// The last approver's vote in a process of its own, which dies in the very moment in which it would wake a worker.
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { castVote } from '../../dist/src/approval/vote.js';
import { openQueues } from '../../dist/src/queue.js';
import { startClock } from '../../dist/src/redis/clock.js';
import { keysOf } from '../../dist/src/redis/keys.js';
import { findRequest } from '../../dist/src/requests/store.js';

const [socket, prefix, number, user] = process.argv.slice(2);
const redis = new Redis({ path: socket, maxRetriesPerRequest: null });
const store = { redis, keys: keysOf(prefix), clock: await startClock(redis) };
const wakers = openQueues(redis, prefix, pino({ level: 'silent' }));
wakers.changes.add = () => process.kill(process.pid, 'SIGKILL');
const { request } = await findRequest(store, Number(number));
await castVote(
  { store, metrics: { vote() {} }, wakers },
  { number: Number(number), user, name: 'alice', roles: ['approver'], verdict: 'approve', hash: request.hash },
  { guard: { key: 'nobody-answered', is: null }, tell: () => [] },
);
process.exit(1);
