import type { OwnStep } from '../command.ts';
import type { Standstill } from './standstill.ts';

/** A freeze as it was when its thaw was planned: the JSON that Redis has. */
export interface Thaw {
  cloud: string;
  freeze: string;
}

/** A brake as it was when its lift was planned, with what was down then, by region. */
export interface Lift {
  cloud: string;
  brake: string;
  down: Record<string, string[]>;
}

/** What commands may do with freezes and brakes. */
export interface StandstillBook {
  find(cloud: string): Promise<Standstill>;
  /** Freezes it at once, unless it is frozen already. @returns as it stands then. */
  freeze(cloud: string, reason: string): Promise<Standstill>;
  /** For after the votes. @throws UserError where it is no longer frozen so */
  thaw(thaw: Thaw): Promise<OwnStep>;
  /** What counts as down by the last looks, by region. */
  down(cloud: string): Promise<Record<string, string[]>>;
  /** For after the votes. @throws UserError where it is no longer that brake */
  lift(lift: Lift): Promise<OwnStep>;
}
