import { characteristicName, WAFER_MEAN } from '@/lib/characteristic';
import { recordId, sql, type Tx } from '@/lib/db';
import type { OverlaySummary } from '@/lib/overlay';
import type { Payload, Ref } from '@/lib/queue/jobs';
import { osaToNm } from '@/lib/spatial';
import { uOfMean } from '@/lib/uncertainty';
import { ofCounts, ofEvents } from './counts';

/** A value that may be charted. */
export interface CharacteristicValue {
  readonly characteristic: string;
  readonly parameter: string;
  readonly operation: string;
  readonly product: string;
  readonly tool: string | null;
  readonly chamber: string | null;
  readonly recordId: string;
  /** Process time, epoch ms. */
  readonly at: number;
  readonly value: number;
  readonly uValue: number | null;
  /** Dispersion within the value (subgroups), else null. */
  readonly spread: number | null;
  /** Number of values behind this one: the wafers of a lot that have it. */
  readonly n: number;
  /** When it was measured, epoch ms; null for values without a single time of measurement. */
  readonly measuredAt: number | null;
  /** Of counts: units or area inspected. */
  readonly size?: number;
  /** What else the value is made of: of a lot [pooled sigma of the sites of a wafer, mean number of sites], NaN where a wafer has one site. */
  readonly vector?: readonly number[];
  readonly lot: string;
  readonly slot: number;
  readonly runId: string | null;
  /** A value of a whole lot, computed again when another of its wafers arrives; its record id names the lot, not a wafer. */
  readonly lotLevel?: boolean;
}

const ids = (refs: readonly Ref[]) => refs.map((r) => r.id);
const from = (refs: readonly Ref[]) => new Date(Math.min(...refs.map((r) => r.at)));
const to = (refs: readonly Ref[]) => new Date(Math.max(...refs.map((r) => r.at)));

/** All characteristic values that these records bring. Values without a process time (their run is not known yet) are left out. */
export function characteristicValues(
  tx: Tx,
  source: Payload<'spc'>['source'],
  refs: readonly Ref[],
): Promise<CharacteristicValue[]> {
  if (source === 'measurement') return ofMeasurements(tx, refs);
  if (source === 'count') return ofCounts(tx, refs);
  if (source === 'event') return ofEvents(tx, refs);
  return source === 'overlay' ? ofOverlay(tx, refs) : ofRuns(tx, refs);
}

interface Common {
  operation: string;
  product: string;
  tool: string;
  chamber: string;
  record_id: string;
  at: Date;
  lot: string;
  slot: number;
  run_id: string | null;
  /** Of values of one wafer. */
  measured_at?: Date;
}

const common = (r: Common) => ({
  operation: r.operation,
  product: r.product,
  tool: r.tool,
  chamber: r.chamber,
  recordId: r.record_id,
  at: r.at.getTime(),
  lot: r.lot,
  slot: r.slot,
  runId: r.run_id,
  measuredAt: r.measured_at?.getTime() ?? null,
});

/** Zernike terms that are charted: tilt, defocus, astigmatism, and the radial terms. */
const CHARTED_TERMS = new Set(['1.-1', '1.1', '2.-2', '2.0', '2.2', '4.0']);

async function ofMeasurements(tx: Tx, refs: readonly Ref[]): Promise<CharacteristicValue[]> {
  const rows = await tx.rows<
    Common & {
      parameter: string;
      mean: number;
      sd: number | null;
      n: number;
      u_mean: number | null;
      u_sd: number | null;
      coefficients: Float64Array | null;
      u: Float64Array | null;
    }
  >(sql`
    SELECT m.operation, m.product, m.tool, m.chamber, m.id AS record_id, m.processed_at AS at, m.lot, m.slot, m.run_id, m.measured_at, m.parameter, m.mean, m.sd, m.n, m.u_mean, m.u_sd,
      s.coefficients, s.u
    FROM measurement m LEFT JOIN spatial_result s ON s.measurement_id = m.id AND s.measured_at = m.measured_at
    WHERE m.id = ANY(${ids(refs)}::uuid[]) AND m.measured_at BETWEEN ${from(refs)} AND ${to(refs)} AND m.processed_at IS NOT NULL AND m.superseded_by IS NULL`);
  const single = { spread: null, n: 1 };
  const perWafer = rows.flatMap((r): CharacteristicValue[] => [
    { ...common(r), ...single, characteristic: WAFER_MEAN, parameter: r.parameter, value: r.mean, uValue: r.u_mean },
    ...(r.sd === null
      ? []
      : [{ ...common(r), ...single, characteristic: 'measurement.sd', parameter: r.parameter, value: r.sd, uValue: r.u_sd }]),
    ...[...(r.coefficients ?? [])].flatMap((c, j): CharacteristicValue[] => {
      const { n, m } = osaToNm(j);
      if (!CHARTED_TERMS.has(`${n}.${m}`) || Number.isNaN(c)) return [];
      return [
        {
          ...common(r),
          ...single,
          characteristic: characteristicName({ source: 'zernike', n, m, lot: false }),
          parameter: r.parameter,
          value: c,
          uValue: known(r.u?.[j]),
        },
      ];
    }),
  ]);
  return [...perWafer, ...(await ofLots(tx, refs))];
}

const known = (u: number | undefined): number | null => (u === undefined || !Number.isFinite(u) ? null : u);

/** The lot as a subgroup of its measured wafers: one point per lot, computed again whenever one of its wafers arrives. */
async function ofLots(tx: Tx, refs: readonly Ref[]): Promise<CharacteristicValue[]> {
  const rows = await tx.rows<
    Common & {
      parameter: string;
      value: number;
      spread: number | null;
      means: Float64Array;
      u: Float64Array;
      site_sd: number | null;
      sites: number;
    }
  >(sql`
    SELECT m.operation, m.product, min(m.tool) AS tool, NULL AS chamber, md5(m.lot || '|' || m.operation || '|' || m.parameter)::uuid AS record_id, min(m.processed_at) AS at,
      m.lot, 0::int2 AS slot, (array_agg(m.run_id ORDER BY m.processed_at, m.slot))[1] AS run_id, m.parameter, avg(m.mean ORDER BY m.processed_at, m.slot, m.id) AS value,
      stddev_samp(m.mean ORDER BY m.processed_at, m.slot, m.id) AS spread, array_agg(m.mean ORDER BY m.processed_at, m.slot, m.id) AS means, array_agg(m.u_mean ORDER BY m.processed_at, m.slot, m.id) AS u,
      sqrt(avg(m.sd ^ 2 ORDER BY m.processed_at, m.slot, m.id)) AS site_sd, avg(m.n ORDER BY m.processed_at, m.slot, m.id)::float8 AS sites
    FROM measurement m
    WHERE (m.lot, m.operation) IN (SELECT DISTINCT lot, operation FROM measurement WHERE id = ANY(${ids(refs)}::uuid[]) AND measured_at BETWEEN ${from(refs)} AND ${to(refs)})
      AND m.processed_at IS NOT NULL AND m.superseded_by IS NULL
    GROUP BY m.lot, m.operation, m.product, m.parameter`);
  return rows.map((r) => ({
    ...common(r),
    characteristic: 'measurement.lot',
    parameter: r.parameter,
    value: r.value,
    uValue: uOfMean(r.means, { u: r.u, common: [] }),
    spread: r.spread,
    n: r.means.length,
    vector: [r.site_sd ?? Number.NaN, r.sites],
    lotLevel: true,
  }));
}

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
async function ofOverlay(tx: Tx, refs: readonly Ref[]): Promise<CharacteristicValue[]> {
  const rows = await tx.rows<OverlayRow & { asked: boolean }>(sql`
    SELECT m.operation, m.product, m.tool, m.chamber, m.id AS record_id, m.processed_at AS at, m.lot, m.slot, m.run_id, m.measured_at, o.names, o.values, o.u, o.unidentifiable, o.statistics,
      m.id = ANY(${ids(refs)}::uuid[]) AS asked
    FROM overlay_measurement m JOIN overlay_result o ON o.measurement_id = m.id AND o.measured_at = m.measured_at
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
  const lots = new Map<string, { first: OverlayRow; values: ReturnType<typeof overlayValues> }>();
  for (const r of rows) {
    const key = `${r.lot}|${r.operation}`;
    const lot = lots.get(key) ?? { first: r, values: [] };
    lot.values.push(...overlayValues(r));
    lots.set(key, lot);
  }
  return [...wafers, ...[...lots.values()].flatMap((l) => overlayOfLot(l.first, l.values))];
}

/** The record that a lot's overlay is charted as. */
export const overlayLotRecord = (lot: string, operation: string): string => recordId('overlay-lot', lot, operation);

/** One value per name, over the wafers that have it. */
function overlayOfLot(first: OverlayRow, values: Readonly<ReturnType<typeof overlayValues>>): CharacteristicValue[] {
  const names = new Map(values.map((v) => [v.name, v.parameter]));
  return [...names].map(([name, parameter]) => {
    const mine = values.filter((v) => v.name === name);
    const u = Float64Array.from(mine, (v) => v.u ?? Number.NaN);
    return {
      ...common(first),
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

/**
 * Predictions of a lot's wafers in one chamber, averaged: neighbours in the lot are too alike to be points of their own. The error of a model in a
 * chamber is common to all of them: their uncertainty is shared and not averaged away.
 */
async function ofRuns(tx: Tx, refs: readonly Ref[]): Promise<CharacteristicValue[]> {
  const rows = await tx.rows<Common & { parameter: string; value: number; values: Float64Array; u: Float64Array }>(sql`
    SELECT r.operation, r.product, r.tool, r.chamber, md5('vm' || r.lot || '|' || r.operation || '|' || r.tool || '|' || r.chamber || '|' || m.parameter)::uuid AS record_id,
      min(r.started_at) AS at, r.lot, 0::int2 AS slot, (array_agg(r.id ORDER BY r.started_at, r.slot))[1] AS run_id, m.parameter,
      avg(p.value ORDER BY r.started_at, r.slot, r.id) AS value, array_agg(p.value ORDER BY r.started_at, r.slot, r.id) AS values, array_agg(p.u_value ORDER BY r.started_at, r.slot, r.id) AS u
    FROM run r JOIN vm_prediction p ON p.run_id = r.id AND p.started_at = r.started_at JOIN vm_model m ON m.id = p.model_id
    WHERE (r.lot, r.operation) IN (SELECT DISTINCT lot, operation FROM run WHERE id = ANY(${ids(refs)}::uuid[]) AND started_at BETWEEN ${from(refs)} AND ${to(refs)}) AND p.reliable
    GROUP BY r.operation, r.product, r.tool, r.chamber, r.lot, m.parameter`);
  return rows.map((r) => ({
    ...common(r),
    characteristic: 'vm.lot',
    parameter: r.parameter,
    value: r.value,
    uValue: uOfMean(r.values, { u: r.u, common: r.u }),
    spread: null,
    n: r.values.length,
    lotLevel: true,
  }));
}
