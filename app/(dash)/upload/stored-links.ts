import type { CsvResult } from '@/lib/services/ingest/upload';
import { plural } from '@/lib/ui/format';

export type Stored = CsvResult['stored'][number];

/** Links to what an upload has stored: the lot, its maps of one quantity, one wafer, and the charts from its first point on. */
export function storedLinks(s: Stored): { lot: string; maps: string; first: string; charts: string } {
  const query = (q: Record<string, string>): string => new URLSearchParams(q).toString();
  return {
    lot: `/wafers?${query({ lot: s.lot })}`,
    maps: `/wafers?${query({ lot: s.lot, what: `${s.operation}~${s.parameter}` })}`,
    first: `/wafers/${s.id}`,
    charts: `/spc?${query({ operation: s.operation, product: s.product, from: s.from })}`,
  };
}

/** What happens to the stored wafers: charts and controllers wait for the run of a wafer, since they follow process time. */
export function storedWords(stored: readonly Pick<Stored, 'wafers' | 'withoutRun'>[]): string {
  const wafers = stored.reduce((n, s) => n + s.wafers, 0);
  const waiting = stored.reduce((n, s) => n + s.withoutRun, 0);
  const follow = 'points of charts and controllers follow within seconds';
  if (waiting === 0) return `Stored as follows; ${follow}.`;
  const rest = waiting < wafers ? ` For the other ${wafers - waiting}, ${follow}.` : '';
  return `Stored as follows. No run at the step is known of ${plural(waiting, 'wafer')}: ${waiting === 1 ? 'its map is' : 'their maps are'} there, but charts and controllers go by process time and wait until the run is sent.${rest}`;
}
