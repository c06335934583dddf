import type { Cloud } from './cloud/cloud.ts';
import type { Power } from './power.ts';
import type { Slack } from './workspace/workspace.ts';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const FOREVER = Number.POSITIVE_INFINITY;
const NOVA_500 =
  'Unexpected API Error. Please report this at http://bugs.launchpad.net/nova/ and attach the Nova API log if possible.';

/** What stays broken until it is switched back. */
export const SWITCHES = ['nova 500', 'nova hangs', 'neutron away', 'queue partition', 'slack 429', 'slack away'] as const;
export type Switch = (typeof SWITCHES)[number];

export interface Breakage {
  isOn(which: Switch): boolean;
  set(which: Switch, on: boolean): Promise<void>;
}

/** Breaks the pretend cloud and the pretend Slack in the ways that their fault books know. */
export function openBreakage(cloud: Cloud, slack: Slack, power: Power): Breakage {
  const on = new Set<Switch>();

  /** Books of faults are cleared whole, so that those that are on are written again. */
  function writeFaults(): void {
    cloud.clearFaults();
    slack.clearFaults();
    for (const method of METHODS) {
      const body = { computeFault: { code: 500, message: NOVA_500 } };
      if (on.has('nova hangs')) cloud.answer('compute', method, /./, { hang: true, times: FOREVER });
      else if (on.has('nova 500')) cloud.answer('compute', method, /./, { status: 500, body, times: FOREVER });
    }
    if (on.has('slack 429')) slack.answer('*', { status: 429, retryAfter: 2, times: FOREVER });
  }

  return {
    isOn: (which) => on.has(which),
    async set(which, wanted) {
      if (wanted === on.has(which)) return;
      if (wanted) on.add(which);
      else on.delete(which);
      writeFaults();
      if (which === 'neutron away') await (wanted ? cloud.away('network') : cloud.back('network'));
      if (which === 'queue partition') power.partition(wanted);
      if (which === 'slack away') await (wanted ? slack.outage() : slack.recover());
    },
  };
}
