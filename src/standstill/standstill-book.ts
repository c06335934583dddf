import type { OwnStep } from '../command.ts';
import type { Standstill } from './standstill.ts';

/** A freeze as it was when its thaw was planned: the JSON that Redis has. */
export interface Thaw {
  cloud: string;
  freeze: string;
}

/** What commands may do with freezes and brakes. */
export interface StandstillBook {
  find(cloud: string): Promise<Standstill>;
  /** Freezes it at once, unless it is frozen already. @returns as it stands then. */
  freeze(cloud: string, reason: string): Promise<Standstill>;
  /** For after the votes. @throws UserError where it is no longer frozen so */
  thaw(thaw: Thaw): Promise<OwnStep>;
}
