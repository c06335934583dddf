import { script } from '../redis/script.ts';
import { ENDED, type Request } from '../request.ts';
import type { Store } from '../requests/store.ts';

/** More open requests than this are not looked at. */
const LOOKED_AT = 5_000;
/** Lines that are just being read or planned: of these the newest will do, there may be thousands while OpenStack hangs. */
const LINES = 100;
/** More records are not kept in memory between two looks. */
const KEPT = 2_000;

export interface RequestReader {
  /** Open requests, the newest in their state first. */
  open(): Promise<Request[]>;
  /** Those of these that are still there, in the same order. */
  read(numbers: readonly number[]): Promise<Request[]>;
  forget(): void;
}

/**
 * Records as they are at one moment, each whole only where it is not known by the head of its audit: plans of many servers are large. How
 * far a run is leaves no mark in the audit, so what runs is always given whole.
 */
const readChanged = script(`
local known = cjson.decode(ARGV[1])
local found, lines = {}, 0
for i = 3, #ARGV do
  local key = ARGV[2] .. ARGV[i]
  local head, state = unpack(redis.call('HMGET', key, 'head', 'state'))
  local isLine = state == 'received' or state == 'planning'
  if isLine then lines = lines + 1 end
  if head and not (isLine and lines > ${LINES}) then
    local doc = ''
    if known[ARGV[i]] ~= head or state == 'running' then doc = redis.call('HGET', key, 'doc') end
    table.insert(found, {ARGV[i], head, doc})
  end
end
return found`);

/** Reads the same records again and again. */
export function createReader({ redis, keys }: Store): RequestReader {
  const known = new Map<string, { head: string; request: Request }>();

  async function read(numbers: readonly string[]): Promise<Request[]> {
    if (numbers.length === 0) return [];
    if (known.size > KEPT) known.clear();
    // As it is now: another look may forget it while Redis answers this one.
    const before = new Map(numbers.map((number) => [number, known.get(number)]));
    const heads = Object.fromEntries([...before].map(([number, one]) => [number, one?.head ?? '']));
    const answer = await readChanged(redis, [JSON.stringify(heads), keys.request(0).slice(0, -1), ...numbers]);
    // The script's own rows.
    const rows = answer as [number: string, head: string, doc: string][];
    return rows.flatMap(([number, head, doc]) => {
      // Our own writing, checked when it was written.
      const request = doc === '' ? before.get(number)?.request : (JSON.parse(doc) as Request);
      if (!request) return [];
      known.set(number, { head, request });
      return [request];
    });
  }

  return {
    async open() {
      const found = await read(await redis.zrevrange(keys.open, 0, LOOKED_AT - 1));
      // Between the two questions some may have ended.
      return found.filter(({ state }) => !ENDED.has(state));
    },
    read: (numbers) => read(numbers.map(String)),
    forget: () => known.clear(),
  };
}
