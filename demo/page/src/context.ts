import { createContext, use } from 'react';
import type { Act } from '../../protocol.ts';
import type { Answer } from './live.ts';
import type { Place } from './place.ts';
import type { Seen } from './seen.ts';

/** What every part of the page needs: what is seen, how to act, where to go. */
export interface Desk {
  seen: Seen;
  /** Acts, and shows what went wrong. */
  act(act: Act): Promise<Answer>;
  go(change: Partial<Place>): void;
  place: Place;
}

export const DeskContext = createContext<Desk | undefined>(undefined);

export function useDesk(): Desk {
  const desk = use(DeskContext);
  if (!desk) throw new Error('useDesk outside of the app');
  return desk;
}
