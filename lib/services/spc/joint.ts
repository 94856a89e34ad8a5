import { levelOf } from '@/lib/characteristic';
import { recordId, sql, type Tx } from '@/lib/db';
import type { Payload, Ref } from '@/lib/queue/jobs';
import { from, ids, to } from '../characteristics/value';
import { type CharacteristicValue, characteristicValues } from '../characteristics/values';
import { fitsContext } from './points';
import type { ChartRow, LeftPlace } from './store';

type Source = Payload<'spc'>['source'];

/** A chart of several variables. */
export type JointChart = ChartRow & { readonly variables: NonNullable<ChartRow['variables']> };

export const isJoint = (c: ChartRow): c is JointChart => c.variables !== null;

/** The points of charts of several variables, and those of which nothing is left. */
export interface JointPoints {
  readonly points: { readonly chart: ChartRow; readonly value: CharacteristicValue }[];
  readonly gone: { readonly chartId: string; readonly recordId: string }[];
}

const NONE: JointPoints = { points: [], gone: [] };

/** The records behind the subjects that these records belong to, by source, and the subjects themselves. */
interface Behind {
  readonly subjects: ReadonlySet<string>;
  readonly refs: ReadonlyMap<Source, readonly Ref[]>;
}

/**
 * The points of charts of several variables that these records touch, each made anew of everything that is known of its wafer's run (or of its lot):
 * whichever of its variables comes last, the point is the same. A variable that is not known yet is NaN in the vector; the point stands on its chart as
 * a gap with the reason, and is judged once all variables are there. Of a wafer that was measured twice the first measurement counts, as on no chart a
 * repeat takes a signal back; a correction replaces what it corrects.
 * Read after the charts are locked: what another task added meanwhile is seen.
 * @param known - values of these very records that were computed already: of traces, which never change, they are not computed again.
 */
export async function jointPoints(
  tx: Tx,
  charts: readonly JointChart[],
  source: Source,
  refs: readonly Ref[],
  known: readonly CharacteristicValue[],
): Promise<JointPoints> {
  if (charts.length === 0 || refs.length === 0 || source === 'count' || source === 'event') return NONE;
  const of = (level: 'wafer' | 'lot'): JointChart[] => charts.filter((c) => levelOf(c.variables[0]!.characteristic) === level);
  const [wafers, lots] = [of('wafer'), of('lot')];
  const traces = source === 'run' ? known.filter((v) => v.characteristic.startsWith('trace.')) : [];
  const ofWafers = wafers.length === 0 ? NONE : await made(tx, wafers, await runsBehind(tx, source, refs), 'wafer', traces);
  const ofLots =
    lots.length === 0 || source === 'run' ? NONE : await made(tx, lots, await lotsBehind(tx, source, refs), 'lot', []);
  return { points: [...ofWafers.points, ...ofLots.points], gone: [...ofWafers.gone, ...ofLots.gone] };
}

const grouped = (rows: readonly { source: Source; id: string; at: Date }[]): Map<Source, Ref[]> => {
  const out = new Map<Source, Ref[]>();
  for (const r of rows) out.set(r.source, [...(out.get(r.source) ?? []), { id: r.id, at: r.at.getTime() }]);
  return out;
};

/** The runs of these records, those of corrected ones among them, with everything that was measured of them. */
async function runsBehind(tx: Tx, source: Source, refs: readonly Ref[]): Promise<Behind> {
  const table = source === 'overlay' ? sql`overlay_measurement` : sql`measurement`;
  const asked = sql`m.id = ANY(${ids(refs)}::uuid[]) AND m.measured_at BETWEEN ${from(refs)} AND ${to(refs)}`;
  const runs =
    source === 'run'
      ? refs.map((r) => ({ id: r.id, at: new Date(r.at) }))
      : await tx.rows<{ id: string; at: Date }>(sql`
          SELECT DISTINCT m.run_id AS id, m.processed_at AS at FROM ${table} m WHERE ${asked} AND m.run_id IS NOT NULL AND m.processed_at IS NOT NULL
          UNION SELECT m.run_id, m.processed_at FROM corrected_by(${source === 'measurement' ? ids(refs) : []}::uuid[]) c JOIN measurement m ON m.id = c.id
          WHERE m.run_id IS NOT NULL AND m.processed_at IS NOT NULL`);
  if (runs.length === 0) return { subjects: new Set(), refs: new Map() };
  const list = runs.map((r) => r.id);
  const measured = await tx.rows<{ source: Source; id: string; at: Date }>(sql`
    SELECT 'measurement' AS source, id, measured_at AS at FROM measurement WHERE run_id = ANY(${list}::uuid[]) AND superseded_by IS NULL
    UNION ALL SELECT 'overlay', id, measured_at FROM overlay_measurement WHERE run_id = ANY(${list}::uuid[])`);
  return { subjects: new Set(list), refs: grouped([...runs.map((r) => ({ source: 'run' as const, ...r })), ...measured]) };
}

/** The record of a lot's values together. */
const lotRecord = (v: Pick<CharacteristicValue, 'lot' | 'operation' | 'product'>): string =>
  recordId('joint-lot', v.lot, v.operation, v.product);

/** One measured wafer of each lot and source: the values of a lot are computed from all of its wafers. */
async function lotsBehind(tx: Tx, source: Source, refs: readonly Ref[]): Promise<Behind> {
  const table = source === 'overlay' ? sql`overlay_measurement` : sql`measurement`;
  const rows = await tx.rows<{ source: Source; id: string; at: Date; lot: string; operation: string; product: string }>(sql`
    WITH l AS (SELECT DISTINCT lot, operation FROM ${table} WHERE id = ANY(${ids(refs)}::uuid[]) AND measured_at BETWEEN ${from(refs)} AND ${to(refs)})
    (SELECT DISTINCT ON (m.lot, m.operation, m.product, m.parameter) 'measurement' AS source, m.id, m.measured_at AS at, m.lot, m.operation, m.product
      FROM l JOIN measurement m USING (lot, operation) WHERE m.processed_at IS NOT NULL AND m.superseded_by IS NULL ORDER BY m.lot, m.operation, m.product, m.parameter, m.measured_at, m.id)
    UNION ALL
    (SELECT DISTINCT ON (m.lot, m.operation, m.product) 'overlay', m.id, m.measured_at, m.lot, m.operation, m.product
      FROM l JOIN overlay_measurement m USING (lot, operation) WHERE m.processed_at IS NOT NULL ORDER BY m.lot, m.operation, m.product, m.measured_at, m.id)`);
  return { subjects: new Set(rows.map(lotRecord)), refs: grouped(rows) };
}

/** Values by subject, then by what they are. */
type Known = ReadonlyMap<string, ReadonlyMap<string, readonly CharacteristicValue[]>>;

const whatOf = (v: { readonly characteristic: string; readonly parameter: string }): string =>
  `${v.characteristic}\u0000${v.parameter}`;

async function made(
  tx: Tx,
  charts: readonly JointChart[],
  behind: Behind,
  level: 'wafer' | 'lot',
  traces: readonly CharacteristicValue[],
): Promise<JointPoints> {
  const wanted = new Set(charts.flatMap((c) => c.variables.map((v) => v.characteristic)));
  for (const v of traces) if (level === 'wafer') wanted.delete(v.characteristic);
  const values: CharacteristicValue[] = [...traces];
  for (const [source, refs] of behind.refs) values.push(...(await characteristicValues(tx, source, refs, wanted)));
  const known = new Map<string, Map<string, CharacteristicValue[]>>();
  for (const v of values) {
    const subject = level === 'lot' ? lotRecord(v) : v.runId;
    if (subject === null || !behind.subjects.has(subject)) continue;
    const mine = known.get(subject) ?? new Map<string, CharacteristicValue[]>();
    known.set(subject, mine);
    mine.set(whatOf(v), [...(mine.get(whatOf(v)) ?? []), v]);
  }
  const points: JointPoints['points'] = [];
  const gone: JointPoints['gone'] = [];
  for (const chart of charts)
    for (const subject of behind.subjects) {
      const value = together(chart, subject, known, level);
      if (value === null) gone.push({ chartId: chart.id, recordId: subject });
      else points.push({ chart, value });
    }
  return { points, gone };
}

/** The point of a subject on a chart; null where none of its variables is known, or where it belongs elsewhere. */
function together(chart: JointChart, subject: string, known: Known, level: 'wafer' | 'lot'): CharacteristicValue | null {
  const mine = known.get(subject);
  if (mine === undefined) return null;
  const picked = chart.variables.map((v) => firstMeasured((mine.get(whatOf(v)) ?? []).filter((c) => fitsContext(chart, c))));
  const found = picked.filter((v) => v !== null);
  const [base] = found;
  if (base === undefined) return null;
  const measured = found.flatMap((v) => v.measuredAt ?? []);
  return {
    ...base,
    characteristic: chart.characteristic,
    parameter: chart.parameter,
    recordId: subject,
    at: Math.min(...found.map((v) => v.at)),
    value: found.length,
    vector: picked.map((v) => v?.value ?? Number.NaN),
    uValue: null,
    spread: null,
    n: Math.min(...found.map((v) => v.n)),
    measuredAt: measured.length === 0 ? null : Math.max(...measured),
    slot: level === 'lot' ? 0 : base.slot,
    lotLevel: level === 'lot',
  };
}

/** Of several measurements of one wafer the first: a repeat is news of its own on the charts of single values. */
function firstMeasured(list: readonly CharacteristicValue[]): CharacteristicValue | null {
  const [first] = [...list].sort((a, b) => (a.measuredAt ?? 0) - (b.measuredAt ?? 0) || (a.recordId < b.recordId ? -1 : 1));
  return first ?? null;
}

/** Removes points of which no variable is left. @returns the places that they leave. */
export async function removeGone(tx: Tx, gone: JointPoints['gone']): Promise<LeftPlace[]> {
  if (gone.length === 0) return [];
  const rows = await tx.rows<{ chart_id: string; at: Date }>(sql`
    DELETE FROM chart_point p USING unnest(${gone.map((g) => g.chartId)}::uuid[], ${gone.map((g) => g.recordId)}::uuid[]) AS u(chart_id, record_id)
    WHERE p.chart_id = u.chart_id AND p.record_id = u.record_id RETURNING p.chart_id, p.at`);
  return rows.map((r) => ({ chartId: r.chart_id, at: r.at.getTime() }));
}
