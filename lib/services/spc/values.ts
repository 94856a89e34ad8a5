import { sql, type Tx } from '@/lib/db';
import type { Payload, Ref } from '@/lib/queue/jobs';

/** One number that may be charted. */
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
  readonly n: number;
  readonly lot: string;
  readonly slot: number;
  readonly runId: string | null;
}

const ids = (refs: readonly Ref[]) => refs.map((r) => r.id);
const from = (refs: readonly Ref[]) => new Date(Math.min(...refs.map((r) => r.at)));
const to = (refs: readonly Ref[]) => new Date(Math.max(...refs.map((r) => r.at)));

/** All characteristic values that these records bring. Values without a process time (their run is not known yet) are left out. */
export function characteristicValues(tx: Tx, source: Payload<'spc'>['source'], refs: readonly Ref[]): Promise<CharacteristicValue[]> {
  if (source === 'measurement') return ofMeasurements(tx, refs);
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
});

/** OSA/ANSI indices in single-index order, j = (n(n+2)+m)/2. */
export const osaIndex = (j: number): { n: number; m: number } => {
  const n = Math.ceil((-3 + Math.sqrt(9 + 8 * j)) / 2);
  return { n, m: 2 * j - n * (n + 2) };
};

/** Zernike terms that are charted: tilt, defocus, astigmatism, and the radial terms. */
const CHARTED_TERMS = new Set(['1.-1', '1.1', '2.-2', '2.0', '2.2', '4.0']);

async function ofMeasurements(tx: Tx, refs: readonly Ref[]): Promise<CharacteristicValue[]> {
  const rows = await tx.rows<Common & { parameter: string; mean: number; sd: number | null; n: number; u_mean: number | null; coefficients: Float64Array | null; u: Float64Array | null }>(sql`
    SELECT m.operation, m.product, m.tool, m.chamber, m.id AS record_id, m.processed_at AS at, m.lot, m.slot, m.run_id, m.parameter, m.mean, m.sd, m.n,
      (SELECT sqrt(sum(v * v)) / NULLIF(count(v), 0) FROM unnest(m.u) AS v) AS u_mean, s.coefficients, s.u
    FROM measurement m LEFT JOIN spatial_result s ON s.measurement_id = m.id AND s.measured_at = m.measured_at
    WHERE m.id = ANY(${ids(refs)}::uuid[]) AND m.measured_at BETWEEN ${from(refs)} AND ${to(refs)} AND m.processed_at IS NOT NULL AND m.superseded_by IS NULL`);
  const single = { spread: null, n: 1 };
  const perWafer = rows.flatMap((r): CharacteristicValue[] => [
    { ...common(r), ...single, characteristic: 'measurement.mean', parameter: r.parameter, value: r.mean, uValue: r.u_mean },
    ...(r.sd === null ? [] : [{ ...common(r), ...single, characteristic: 'measurement.sd', parameter: r.parameter, value: r.sd, uValue: null }]),
    ...[...(r.coefficients ?? [])].flatMap((c, j): CharacteristicValue[] => {
      const { n, m } = osaIndex(j);
      if (!CHARTED_TERMS.has(`${n}.${m}`) || Number.isNaN(c)) return [];
      return [{ ...common(r), ...single, characteristic: `zernike.${n}.${m}`, parameter: r.parameter, value: c, uValue: r.u?.[j] ?? null }];
    }),
  ]);
  return [...perWafer, ...(await ofLots(tx, refs))];
}

/** The lot as a subgroup of its measured wafers: one point a lot, made anew whenever one of its wafers arrives. */
async function ofLots(tx: Tx, refs: readonly Ref[]): Promise<CharacteristicValue[]> {
  const rows = await tx.rows<Common & { parameter: string; value: number; spread: number | null; n: number }>(sql`
    SELECT m.operation, m.product, min(m.tool) AS tool, NULL AS chamber, md5(m.lot || '|' || m.operation || '|' || m.parameter)::uuid AS record_id, min(m.processed_at) AS at,
      m.lot, 0::int2 AS slot, (array_agg(m.run_id ORDER BY m.processed_at, m.slot))[1] AS run_id, m.parameter, avg(m.mean) AS value, stddev_samp(m.mean) AS spread, count(*)::int AS n
    FROM measurement m
    WHERE (m.lot, m.operation) IN (SELECT DISTINCT lot, operation FROM measurement WHERE id = ANY(${ids(refs)}::uuid[]) AND measured_at BETWEEN ${from(refs)} AND ${to(refs)})
      AND m.processed_at IS NOT NULL AND m.superseded_by IS NULL
    GROUP BY m.lot, m.operation, m.product, m.parameter`);
  return rows.map((r) => ({ ...common(r), characteristic: 'measurement.lot', parameter: r.parameter, value: r.value, uValue: null, spread: r.spread, n: r.n }));
}

interface OverlaySummary {
  readonly raw: { readonly x: { readonly meanPlus3Sigma: number }; readonly y: { readonly meanPlus3Sigma: number } };
}

async function ofOverlay(tx: Tx, refs: readonly Ref[]): Promise<CharacteristicValue[]> {
  const rows = await tx.rows<Common & { names: string[]; values: Float64Array; u: Float64Array; unidentifiable: string[]; statistics: OverlaySummary }>(sql`
    SELECT m.operation, m.product, m.tool, m.chamber, m.id AS record_id, m.processed_at AS at, m.lot, m.slot, m.run_id, o.names, o.values, o.u, o.unidentifiable, o.statistics
    FROM overlay_measurement m JOIN overlay_result o ON o.measurement_id = m.id AND o.measured_at = m.measured_at
    WHERE m.id = ANY(${ids(refs)}::uuid[]) AND m.measured_at BETWEEN ${from(refs)} AND ${to(refs)} AND m.processed_at IS NOT NULL`);
  const single = { spread: null, n: 1 };
  return rows.flatMap((r) => [
    // A term the plan cannot tell apart from another is not charted.
    ...r.names.flatMap((name, i): CharacteristicValue[] =>
      r.unidentifiable.includes(name) || Number.isNaN(r.values[i]!)
        ? []
        : [{ ...common(r), ...single, parameter: name, characteristic: `overlay.${name}`, value: r.values[i]!, uValue: r.u[i] ?? null }],
    ),
    { ...common(r), ...single, parameter: 'overlay', characteristic: 'overlay.m3s.x', value: r.statistics.raw.x.meanPlus3Sigma, uValue: null },
    { ...common(r), ...single, parameter: 'overlay', characteristic: 'overlay.m3s.y', value: r.statistics.raw.y.meanPlus3Sigma, uValue: null },
  ]);
}

async function ofRuns(tx: Tx, refs: readonly Ref[]): Promise<CharacteristicValue[]> {
  const rows = await tx.rows<Common & { parameter: string; value: number; u_value: number }>(sql`
    SELECT r.operation, r.product, r.tool, r.chamber, r.id AS record_id, r.started_at AS at, r.lot, r.slot, r.id AS run_id, m.parameter, p.value, p.u_value
    FROM run r JOIN vm_prediction p ON p.run_id = r.id AND p.started_at = r.started_at JOIN vm_model m ON m.id = p.model_id
    WHERE r.id = ANY(${ids(refs)}::uuid[]) AND r.started_at BETWEEN ${from(refs)} AND ${to(refs)} AND p.reliable`);
  return rows.map((r) => ({ ...common(r), characteristic: 'vm.value', parameter: r.parameter, value: r.value, uValue: r.u_value, spread: null, n: 1 }));
}
