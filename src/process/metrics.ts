import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Effect } from '../command.ts';
import type { Service } from '../openstack/session.ts';
import type { Entry, RequestState, Vote } from '../request.ts';

/** `no answer`: it could not be stored, and was posted directly where it was not already. */
export type AlertOutcome =
  | 'taken'
  | 'unchanged'
  | 'unauthorized'
  | 'wrong type'
  | 'too large'
  | 'not json'
  | 'wrong shape'
  | 'busy'
  | 'no answer';

/** What Prometheus is told. Labels come from closed sets; names of people, servers and lines never become labels. */
export interface Metrics {
  registry: Registry;
  /** A line at the gateway's door: taken, or why not. */
  lineTaken(entry: Entry, outcome: 'taken' | 'seen' | 'late' | 'full' | 'no answer'): void;
  /** From Slack's delivery to our acknowledgement. */
  acknowledged(entry: Entry, seconds: number): void;
  requestEnded(command: string | undefined, effect: Effect | undefined, state: RequestState): void;
  vote(verdict: Vote['verdict'], counted: boolean): void;
  /** What Slack has yet to say, and how long the oldest of it has waited. */
  outbox(messages: number, oldestSeconds: number): void;
  /** A post at the entrance for alerts: what became of it. */
  alertTold(outcome: AlertOutcome): void;
  /** How many groups fire. */
  alertGroups(firing: number): void;
  /** What keeps a cloud from being changed. */
  standstill(cloud: string, is: { freeze: boolean; brake: boolean }): void;
  /** `status` is the HTTP status or an OpenStackErrorCode where there was none. */
  openstackCall(call: { cloud: string; service: Service; method: string; status: number | string; seconds: number }): void;
  redisUp(up: boolean): void;
}

/** @param options `processMetrics: false` for tests: the meters of a process cannot be taken off again. */
export function createMetrics({ processMetrics = true }: { processMetrics?: boolean } = {}): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (processMetrics) collectDefaultMetrics({ register: registry });

  const lines = new Counter({
    name: 'stackhand_lines_total',
    help: 'Lines at the door, by way in and by what became of them.',
    labelNames: ['entry', 'outcome'],
    registers,
  });
  const acknowledgements = new Histogram({
    name: 'stackhand_acknowledgement_seconds',
    help: 'From delivery by Slack to our acknowledgement. Slack gives up after 3 s.',
    labelNames: ['entry'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 3],
    registers,
  });
  const requests = new Counter({
    name: 'stackhand_requests_ended_total',
    help: 'Requests by command, effect and end state; a line that named no command has none.',
    labelNames: ['command', 'effect', 'state'],
    registers,
  });
  const votes = new Counter({
    name: 'stackhand_votes_total',
    help: 'Votes by verdict, and whether they counted.',
    labelNames: ['verdict', 'counted'],
    registers,
  });
  const outboxMessages = new Gauge({
    name: 'stackhand_outbox_messages',
    help: 'Messages that Slack has yet to say.',
    registers,
  });
  const outboxOldest = new Gauge({
    name: 'stackhand_outbox_oldest_seconds',
    help: 'How long the oldest message that Slack has yet to say has waited; 0 where there is none.',
    registers,
  });
  const alerts = new Counter({
    name: 'stackhand_alerts_total',
    help: 'Posts at the entrance for alerts, by what became of them.',
    labelNames: ['outcome'],
    registers,
  });
  const standstill = new Gauge({
    name: 'stackhand_cloud_standstill',
    help: 'Whether a cloud is kept from being changed, by a freeze or by its brake: 1 or 0.',
    labelNames: ['cloud', 'by'],
    registers,
  });
  const alertGroups = new Gauge({ name: 'stackhand_alert_groups_firing', help: 'Groups of alerts that fire.', registers });
  const calls = new Histogram({
    name: 'stackhand_openstack_call_seconds',
    help: 'Calls to OpenStack by service, method and HTTP status, or our code for what had none.',
    labelNames: ['cloud', 'service', 'method', 'status'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  });
  const redis = new Gauge({ name: 'stackhand_redis_up', help: 'Whether Redis answers: 1 or 0.', registers });

  return {
    registry,
    lineTaken: (entry, outcome) => lines.inc({ entry, outcome }),
    acknowledged: (entry, seconds) => acknowledgements.observe({ entry }, seconds),
    requestEnded: (command = '', effect, state) => requests.inc({ command, effect: effect ?? '', state }),
    vote: (verdict, counted) => votes.inc({ verdict, counted: String(counted) }),
    outbox(messages, oldestSeconds) {
      outboxMessages.set(messages);
      outboxOldest.set(oldestSeconds);
    },
    alertTold: (outcome) => alerts.inc({ outcome }),
    standstill(cloud, { freeze, brake }) {
      standstill.set({ cloud, by: 'freeze' }, freeze ? 1 : 0);
      standstill.set({ cloud, by: 'brake' }, brake ? 1 : 0);
    },
    alertGroups: (firing) => alertGroups.set(firing),
    openstackCall: ({ cloud, service, method, status, seconds }) =>
      calls.observe({ cloud, service, method, status: String(status) }, seconds),
    redisUp: (up) => redis.set(up ? 1 : 0),
  };
}
