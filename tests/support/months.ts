/** Refusal of a record before the earliest time. */
export const HISTORY_NOTE = /the earliest time that is taken/;

/** The third day of the month so many months before this one. */
export function monthsBefore(n: number): string {
  const d = new Date();
  return new Date(Date.UTC(d.getUTCFullYear(), d.getUTCMonth() - n, 1)).toISOString();
}
