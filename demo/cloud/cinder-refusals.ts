import { fault, type Refusal } from './router.ts';

export function demand(allowed: boolean, rule: string): void {
  if (!allowed) throw fault(403, 'forbidden', `Policy doesn't allow ${rule} to be performed.`);
}

export function badRequest(message: string): Refusal {
  return fault(400, 'badRequest', message);
}
