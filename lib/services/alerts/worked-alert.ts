import type { AffectingAlert } from './affected-lots';
import type { ClockRow } from './policy';

/** An alert as an act on it reads it. */
export type WorkedAlert = ClockRow &
  AffectingAlert & { readonly version: number; readonly dedupe_key: string; readonly check_state: string | null };

/** What an act did: for the audit trail, and in words for the live view (null: nothing to tell there). */
export interface Done {
  readonly after: object;
  readonly past: string | null;
  readonly reason?: string;
}
