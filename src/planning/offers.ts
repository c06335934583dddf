import { composeLine } from '../chat/compose.ts';
import { LineError, parseLine } from '../chat/parse.ts';
import { type Choice, UserError } from '../errors.ts';
import type { Registry } from '../registry.ts';
import type { Button } from '../reply.ts';

/** More would not fit beside each other, and the message names them. */
const MOST_CHOICES = 10;

/** The buttons with which an asker mends a line: the form for what is missing, or the lines that they may have meant. */
export function offersOf(error: unknown, line: string, registry: Registry): Button[] {
  if (error instanceof LineError) return [{ label: 'Fill in', style: 'primary', act: { kind: 'fill in', line } }];
  if (!(error instanceof UserError)) return [];
  return error.choices.slice(0, MOST_CHOICES).flatMap((choice) => {
    const meant = lineWith(line, choice, registry);
    return meant === undefined ? [] : [{ label: choice.label, act: { kind: 'line' as const, line: meant } }];
  });
}

/** The same line with the choice made; undefined where the line itself is not understood, or has no such value. */
function lineWith(line: string, choice: Choice, registry: Registry): string | undefined {
  const parsed = parseLine(line, registry);
  const named = registry.findCommand(parsed.name);
  const argument = 'argument' in choice ? choice.argument : nameOf(parsed.typed, choice.given);
  if (!named || argument === undefined) return undefined;
  return composeLine(named, new Map([...parsed.typed, [argument, choice.value]]));
}

/** Which argument was typed as this. */
function nameOf(typed: ReadonlyMap<string, unknown>, given: string): string | undefined {
  return [...typed].find(([, value]) => value === given)?.[0];
}
