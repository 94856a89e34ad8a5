import { characteristicName, characteristicsOf } from '@/lib/characteristic';
import { recordId, sql, type Tx } from '@/lib/db';
import type { OverlaySummary } from '@/lib/overlay';
import type { Ref } from '@/lib/queue/jobs';
import { uOfMean } from '@/lib/uncertainty';
import { type CharacteristicValue, type Common, common, from, ids, known, to, type Wanted } from './value';

interface OverlayRow extends Common {
  names: string[];
  values: Float64Array;
  u: Float64Array;
  unidentifiable: string[];
  /** `raw` is null where no mark was measured on both axes. */
  statistics: { readonly raw: OverlaySummary | null };
}

/** Terms and summaries of one wafer. What it does not have is left out: a term that the plan cannot distinguish from another, 3σ of a single mark. */
function overlayValues(r: OverlayRow): { parameter: string; name: string; value: number; u: number | null }[] {
  return [
    ...r.names.flatMap((name, i) =>
      r.unidentifiable.includes(name) || Number.isNaN(r.values[i]!)
        ? []
        : [{ parameter: name, name, value: r.values[i]!, u: known(r.u[i]) }],
    ),
    ...(['x', 'y'] as const).flatMap((axis) => {
      const value = r.statistics.raw?.[axis].meanPlus3Sigma ?? null;
      return value === null ? [] : [{ parameter: 'overlay', name: `m3s.${axis}`, value, u: null }];
    }),
  ];
}

/**
 * Overlay by wafer (for the controllers) and by lot (for the charts): the wafers of a lot share its exposure, so that their spread says
 * nothing about the spread from lot to lot, and limits from wafers would be far too tight.
 */
export async function overlayCharacteristics(tx: Tx, refs: readonly Ref[], wanted: Wanted): Promise<CharacteristicValue[]> {
  if (![...wanted].some((w) => w.startsWith(characteristicsOf('overlay').slice(0, -1)))) return [];
  const rows = await tx.rows<OverlayRow & { asked: boolean }>(sql`
    SELECT m.operation, m.product, m.tool, m.chamber, m.id AS record_id, m.processed_at AS at, m.lot, m.slot, m.run_id, r.recipe, m.measured_at, o.names, o.values, o.u, o.unidentifiable, o.statistics,
      m.id = ANY(${ids(refs)}::uuid[]) AS asked
    FROM overlay_measurement m JOIN overlay_result o ON o.measurement_id = m.id AND o.measured_at = m.measured_at
    LEFT JOIN run r ON r.id = m.run_id AND r.started_at = m.processed_at
    WHERE (m.lot, m.operation) IN (SELECT DISTINCT lot, operation FROM overlay_measurement WHERE id = ANY(${ids(refs)}::uuid[]) AND measured_at BETWEEN ${from(refs)} AND ${to(refs)})
      AND m.processed_at IS NOT NULL ORDER BY m.processed_at, m.slot`);
  const wafers = rows
    .filter((r) => r.asked)
    .flatMap((r) =>
      overlayValues(r).map((v) => ({
        ...common(r),
        parameter: v.parameter,
        characteristic: characteristicName({ source: 'overlay', term: v.name, lot: false }),
        value: v.value,
        uValue: v.u,
        spread: null,
        n: 1,
      })),
    );
  const lots = new Map<string, { first: OverlayRow; recipe: string | null; values: ReturnType<typeof overlayValues> }>();
  for (const r of rows) {
    const key = `${r.lot}|${r.operation}`;
    const lot = lots.get(key) ?? { first: r, recipe: r.recipe, values: [] };
    if (lot.recipe !== r.recipe) lot.recipe = null;
    lot.values.push(...overlayValues(r));
    lots.set(key, lot);
  }
  return [...wafers, ...[...lots.values()].flatMap((l) => overlayOfLot(l.first, l.recipe, l.values))].filter((v) =>
    wanted.has(v.characteristic),
  );
}

/** The record that a lot's overlay is charted as. */
export const overlayLotRecord = (lot: string, operation: string): string => recordId('overlay-lot', lot, operation);

/** One value per name, over the wafers that have it. */
function overlayOfLot(
  first: OverlayRow,
  recipe: string | null,
  values: Readonly<ReturnType<typeof overlayValues>>,
): CharacteristicValue[] {
  const names = new Map(values.map((v) => [v.name, v.parameter]));
  return [...names].map(([name, parameter]) => {
    const mine = values.filter((v) => v.name === name);
    const u = Float64Array.from(mine, (v) => v.u ?? Number.NaN);
    return {
      ...common(first),
      recipe,
      measuredAt: null,
      recordId: overlayLotRecord(first.lot, first.operation),
      slot: 0,
      chamber: null,
      parameter,
      characteristic: characteristicName({ source: 'overlay', term: name, lot: true }),
      value: mine.reduce((s, v) => s + v.value, 0) / mine.length,
      uValue: uOfMean(
        mine.map((v) => v.value),
        { u, common: [] },
      ),
      spread: null,
      n: mine.length,
      lotLevel: true,
    };
  });
}
