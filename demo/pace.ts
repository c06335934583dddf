import type { CloudState } from './cloud/state.ts';

const LOOK_MS = 100;
/** The pretend cloud moves a server on each time that its migration is looked at: so often at least, and once more for each before it. */
const LOOKS = 2;

/** Lets evacuations end one after the other, as those of a real cloud do, so that one can watch them. */
export function paceEvacuations({ migrations }: CloudState): { stop(): void } {
  const known = new Set(migrations.map(({ uuid }) => uuid));
  const timer = setInterval(() => {
    const open = migrations.filter(({ status }) => status === 'accepted' || status === 'pre-migrating');
    for (const [n, migration] of open.entries()) {
      if (!known.has(migration.uuid)) migration.looks = LOOKS + n;
      known.add(migration.uuid);
    }
  }, LOOK_MS);
  return { stop: () => clearInterval(timer) };
}
