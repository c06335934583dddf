import { isUnansweredSinceVotes } from '../approval/unanswered.ts';
import { type Button, code, type Field } from '../reply.ts';
import { type Glass, isOver, label, type Request } from '../request.ts';
import { utc } from './times.ts';

/** Loud, in the first line of the card: ", GLASS BROKEN by bob and UNSIGNED". Empty where the votes were given. */
export function glassInHead({ glass, state }: Request): string {
  if (!glass) return '';
  const signed = glass.signed ? `, signed by ${glass.signed.name}` : state === 'unsigned' ? ' and UNSIGNED' : '';
  return `, GLASS BROKEN by ${glass.name}${signed}`;
}

/** Until it is signed. */
export function glassWarnings(request: Request): string[] {
  const { glass, state } = request;
  if (!glass || glass.signed) return [];
  const next = state === 'unsigned' ? 'It stays open until an owner of Stackhand signs it' : STOP;
  return [`${brokenInWords(glass)}. ${next}.`];
}

const STOP = 'Whoever may use a change command can stop it';

/** "bob broke the glass at 2026-11-23 06:55 UTC, as `on-call`, and went on without 1 vote of `approver`" */
export function brokenInWords({ name, at, roles, without }: Glass): string {
  return `${name} broke the glass at ${utc(at)}, as ${roles.map(code).join(', ')}, and went on without ${without}`;
}

export function glassFields({ glass }: Request): Field[] {
  if (!glass) return [];
  const { signed } = glass;
  const words = signed?.words ? `: ${signed.words}` : '';
  return [
    { name: 'Glass broken for', value: glass.reason },
    ...(signed ? [{ name: 'Signed', value: `${signed.name}, ${utc(signed.at)}${words}` }] : []),
  ];
}

/** Nobody has answered for long enough, and the policy allows it. */
export function mayBreakGlass(request: Request): boolean {
  const { state, approval } = request;
  return state === 'waiting' && approval?.breakGlass !== undefined && isUnansweredSinceVotes(request);
}

export function glassButtons(request: Request): Button[] {
  const { number, hash = '' } = request;
  if (mayBreakGlass(request))
    return [{ label: 'Break glass', style: 'danger', act: { kind: 'break glass', request: number, hash } }];
  if (isOver(request) && request.glass && !request.glass.signed)
    return [{ label: 'Sign', style: 'primary', act: { kind: 'sign', request: number } }];
  return [];
}

/** What is typed to go on alone: as for a destructive plan, else the first thing that it touches. */
export function glassTarget({ plan, number }: Request): string {
  return plan?.typed ?? plan?.touches[0]?.name ?? label(number);
}
