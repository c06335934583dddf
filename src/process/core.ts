import type { Logger } from 'pino';
import type { Environment, StackhandYaml } from '../config-schema.ts';
import type { Delivery, Directory } from '../outbox/delivery.ts';
import type { Clouds } from '../planning/clouds.ts';
import type { Wakers } from '../queue.ts';
import type { Registry } from '../registry.ts';
import type { Store } from '../requests/store.ts';
import type { Metrics } from './metrics.ts';
import type { Pace } from './pace.ts';

/** What a worker works with. */
export interface Core {
  config: StackhandYaml & { environment: Pick<Environment, 'OS_CLOUD'> };
  registry: Registry;
  store: Store;
  wakers: Wakers;
  directory: Directory;
  /** For what must not be kept: everything else goes through the outbox. */
  delivery: Delivery;
  clouds: Clouds;
  log: Logger;
  metrics: Metrics;
  /** Where ended days of the audit are written. */
  auditFolder: string;
  /** How long a worker may be silent before another takes over. */
  leaseMs: number;
  pace: Readonly<Pace>;
  /** This process, as the audit names it. */
  worker: string;
}
