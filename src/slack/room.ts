import { literal, shortened } from './literal.ts';

/** Characters that are left, and whether something did not fit. */
export interface Room {
  left: number;
  cut: boolean;
}

/** As much of a text as its share and the room allow, taken from the room; nothing where only white space would stand there. */
export function within(text: string, share: number, room: Room): string {
  const clean = literal(text);
  const max = Math.min(share, room.left);
  if (clean.length > max) room.cut = true;
  const kept = max < 1 ? '' : shortened(clean, max);
  room.left -= kept.length;
  return kept.trim() === '' ? '' : kept;
}
