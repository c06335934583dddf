import { afterAll, beforeAll, inject } from 'vitest';
import { type HostLab, openLab } from './dead-host.ts';

/** The host that the tests lose. */
export const HOST = 'compute3';
/** In place of the five minutes of a cloud that people use. */
export const HOSTS = { shared: [HOST], heartbeat: '30s' };
const SILENT_MS = 30_000;
/** The clock of an agent's heartbeat, and how seldom it beats. */
const LAST_BEAT_MS = 16_000;

export interface HostStage {
  readonly lab: HostLab;
  /** Gone again at the end, whatever comes of the others. */
  boot(...given: Parameters<HostLab['boot']>): Promise<string>;
  /** Waits until it has been silent for as long as an evacuation asks for. `at` is when it was lost. */
  silentSince(at: number): Promise<void>;
}

/** A host of the real cloud for all tests of a file, that lives and takes servers afterwards. */
export function hostStage(): HostStage {
  let lab: HostLab;
  const made: string[] = [];
  beforeAll(async () => {
    lab = await openLab(inject('realCloudsYaml'), HOST);
  });
  afterAll(async () => {
    await lab.repair();
    await lab.enable();
    for (const id of made) await lab.delete(id);
  });
  return {
    get lab() {
      return lab;
    },
    async boot(...given) {
      const id = await lab.boot(...given);
      made.push(id);
      return id;
    },
    silentSince: (at) => new Promise((resolve) => setTimeout(resolve, at + SILENT_MS + LAST_BEAT_MS - Date.now())),
  };
}
