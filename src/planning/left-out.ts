import { sayLeftOut } from '../policy/refusal.ts';
import type { PlanAllowed, Refusal } from '../policy.ts';
import { count } from '../reply.ts';
import type { Target } from '../target.ts';

type Unknown = Exclude<NonNullable<Refusal['couldNotTell']>, 'roles'>;

/**
 * What a command asks about while it makes its list, and leaves out since the cloud did not tell what a rule goes by: it is counted, so
 * that nobody takes a list for all there is. What a rule hides for certain is its author's business, and not told.
 */
export interface LeftOut {
  /** @returns whether it may be seen. */
  sees(touches: readonly Target[], decision: PlanAllowed | Refusal): boolean;
  notes(): string[];
}

export function watchLeftOut(): LeftOut {
  // A command may ask about one thing several times.
  const unknown = new Map<string, { type: string; why: Unknown }>();
  return {
    sees(touches, decision) {
      const why = decision.allowed ? undefined : decision.couldNotTell;
      if (why !== undefined && why !== 'roles') {
        const types = new Set(touches.map(({ type }) => type));
        const [type = 'thing'] = types.size === 1 ? types : [];
        unknown.set(JSON.stringify(touches.map((target) => [target.type, target.id])), { type, why });
      }
      return decision.allowed;
    },
    notes() {
      const all = [...unknown.values()];
      return (['project unknown', 'host unknown'] as const).flatMap((why) => {
        const types = all.filter((one) => one.why === why).map(({ type }) => type);
        if (types.length === 0) return [];
        const things = [...new Set(types)].map((type) =>
          count(
            types.filter((one) => one === type),
            type,
          ),
        );
        return [sayLeftOut(things.join(', '), why)];
      });
    },
  };
}
