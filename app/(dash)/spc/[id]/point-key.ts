import type { PointKey } from '@/lib/services/spc/views/chart-points';

/** A point in the address: the id of its record, or on a long chart when and where it stands; NaN where nothing of it is plotted. */
export const writePlace = (atMs: number, plotted: number): string => `@${atMs}:${plotted}`;

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Null for a text that is neither. */
export function readPointKey(text: string): PointKey | null {
  if (UUID.test(text)) return { record: text };
  const m = /^@(-?\d{1,15}):(NaN|[-+.\de]{1,30})$/.exec(text);
  const plotted = Number(m?.[2]);
  return m === null || (m[2] !== 'NaN' && !Number.isFinite(plotted)) ? null : { atMs: Number(m[1]), plotted };
}
