import { factFields, plainly } from '../outbox/card.ts';
import type { Reply } from '../reply.ts';
import type { FrozenPlan } from '../request.ts';

/** @param at `why`: what keeps it from being done just now. */
export function dryRun(plan: FrozenPlan, at: { where: string; asksSomebody: boolean; why?: string | undefined }): Reply {
  return {
    text: `Dry run on ${at.where}: nothing was changed and nobody was asked.${at.why === undefined ? '' : ` ${at.why}`} ${plan.text}`,
    ...(plan.warnings ? { warnings: plan.warnings } : {}),
    lines: [
      ...(plan.lines ?? []),
      at.why === undefined ? whatThen(at.asksSomebody) : 'Until that is over it would be refused.',
      plan.undo.possible ? `Undo: ${plan.undo.how}` : `It cannot be undone: ${plan.undo.because}`,
    ],
    ...(plan.fields || plan.facts ? { fields: [...(plan.fields ?? []), ...factFields(plan).map(plainly)] } : {}),
    ...(plan.table ? { table: plan.table } : {}),
  };
}

function whatThen(asksSomebody: boolean): string {
  return asksSomebody ? 'It would wait for approval.' : 'It would run at once.';
}
