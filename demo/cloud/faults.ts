import type { CloudService } from './router.ts';

/** What goes wrong with the next calls that match. Everything besides `status` happens to calls that otherwise are answered well. */
export interface CallFault {
  /** Only of calls to this region. */
  region?: string;
  /** How many calls; default 1. */
  times?: number;
  /** So many matching calls are answered well first. */
  after?: number;
  /** Answered instead of doing anything. */
  status?: number;
  body?: unknown;
  /** Besides those of a good answer, too. */
  headers?: Record<string, string>;
  delayMs?: number;
  /** Nothing is done before this has come. */
  until?: Promise<unknown>;
  /** Never answered, nothing done. */
  hang?: true;
  /** The connection breaks before anything was done. */
  dropBefore?: true;
  /** It is done, and the connection breaks instead of the answer. */
  dropAfterEffect?: true;
  /** It is done, and the connection breaks in the middle of the answer. */
  halfBody?: true;
  /** It is done, and answered with something that is no JSON. */
  garbled?: true;
}

interface Rule {
  service: CloudService;
  method: string;
  path: RegExp;
  left: number;
  skip: number;
  fault: CallFault;
}

export interface FaultBook {
  add(service: CloudService, method: string, path: RegExp | string, fault: CallFault): void;
  /** The fault of a call, used up by one. */
  take(call: { service: CloudService; region: string; method: string; path: string }): CallFault | undefined;
  clear(): void;
}

export function openFaultBook(): FaultBook {
  const rules: Rule[] = [];
  return {
    add(service, method, path, fault) {
      const pattern = typeof path === 'string' ? new RegExp(escaped(path)) : path;
      rules.push({ service, method, path: pattern, left: fault.times ?? 1, skip: fault.after ?? 0, fault });
    },
    take({ service, region, method, path }) {
      const rule = rules.find(
        (one) =>
          one.left > 0 &&
          one.service === service &&
          one.method === method &&
          one.path.test(path) &&
          (one.fault.region ?? region) === region,
      );
      if (!rule) return undefined;
      if (rule.skip > 0) {
        rule.skip -= 1;
        return undefined;
      }
      rule.left -= 1;
      return rule.fault;
    },
    clear() {
      rules.length = 0;
    },
  };
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
