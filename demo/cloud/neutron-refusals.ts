import { Refusal } from './router.ts';

export function neutronError(type: string, message: string): unknown {
  return { NeutronError: { type, message, detail: '' } };
}

export function fault(status: number, type: string, message: string): Refusal {
  return new Refusal({ status, body: neutronError(type, message) });
}

export function demand(allowed: boolean, rule: string): void {
  if (!allowed) throw fault(403, 'PolicyNotAuthorized', `rule:${rule} is disallowed by policy`);
}
