import type { CsvResult } from '@/lib/services/csv';

export type Stored = CsvResult['stored'][number];

/** Addresses of what an upload has stored: the lot, its maps of one quantity, one wafer, and the charts from its first point on. */
export function storedLinks(s: Stored): { lot: string; maps: string; first: string; charts: string } {
  const query = (q: Record<string, string>): string => new URLSearchParams(q).toString();
  return {
    lot: `/wafers?${query({ lot: s.lot })}`,
    maps: `/wafers?${query({ lot: s.lot, what: `${s.operation}~${s.parameter}` })}`,
    first: `/wafers/${s.id}`,
    charts: `/spc?${query({ operation: s.operation, product: s.product, from: s.from })}`,
  };
}
