import { formatDuration } from '../chat/values.ts';
import { timeOf } from '../openstack/times.ts';
import { code, count } from '../reply.ts';
import { hasLeft, type Seen } from './look.ts';
import type { EvacuatePayload } from './payload.ts';

/** A move that takes longer than this is named: it may hang, and it may still end well. */
const LONG_MS = 10 * 60_000;
const MOST_NAMED = 5;

/** "3 of 5 servers have left `compute3`, 2 are under way." */
export function progressInWords({ host, servers }: EvacuatePayload, seen: Seen, settled: ReadonlySet<string>): string {
  const open = servers.filter(({ id }) => !settled.has(id));
  const gone = servers.filter(({ id }) => hasLeft(seen.servers.get(id), host));
  const underWay = open.filter(({ id }) => seen.evacuations.has(id));
  const long = underWay.flatMap(({ id, name }) => {
    const began = seen.evacuations.get(id)?.created_at;
    const ms = began === undefined ? 0 : seen.now - timeOf(began);
    return ms > LONG_MS ? [`${code(name)} for ${formatDuration(ms)}`] : [];
  });
  return [
    `${gone.length} of ${count(servers, 'server')} left ${code(host)}, ${underWay.length} under way.`,
    ...(long.length > 0 ? [`Nova may still finish what takes long: ${long.slice(0, MOST_NAMED).join(', ')}.`] : []),
    ...(seen.verdict.is === 'dead' || underWay.length === open.length ? [] : [seen.verdict.because]),
  ].join(' ');
}
