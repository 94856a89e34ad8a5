import { characteristicName, characteristicsOf } from '@/lib/characteristic';
import { db, sql } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { moments } from '@/lib/numerics';
import {
  evaluateZernike,
  osaToNm,
  radialProfile,
  type SiteStatistics,
  siteStatistics,
  type Zone,
  zernikeGrid,
} from '@/lib/spatial';
import { idFromAddress } from '../../address/id-from-address';
import { JUDGEMENT, type PointJudgement } from '../../characteristics/judged-point';
import { type SiteMap, siteMaps } from './site-maps';

export interface WaferHead {
  id: string;
  key: string;
  lot: string;
  slot: number;
  product: string;
  layer: string;
  operation: string;
  parameter: string;
  unit: string;
  station: string;
  plan: string;
  tool: string | null;
  chamber: string | null;
  runId: string | null;
  /** Of that run. */
  recipe: string | null;
  measuredMs: number;
  receivedMs: number;
  processedMs: number | null;
  revises: string | null;
  supersededBy: string | null;
  lsl: number | null;
  usl: number | null;
  target: number | null;
}

export interface ZernikeView {
  order: number;
  radiusMm: number;
  coefficients: Float64Array;
  u: Float64Array;
  rank: number;
  condition: number;
  dof: number;
  r2: number;
  /** As stored: in the unit of the values, or in units of u(value) for a weighted fit. */
  residualSigma: number;
  isWeighted: boolean;
  /** √(Σ residual² / dof), unit of the values. */
  residualRms: number;
  zones: Zone[];
  codeVersion: string;
  /** At the sites; NaN where the site was not measured. */
  fit: Float64Array;
  residual: Float64Array;
  /** Lowest and highest value of the model over the wafer. */
  extremes: Float64Array;
}

export interface WaferView {
  head: WaferHead;
  map: SiteMap;
  statistics: SiteStatistics;
  zernike: ZernikeView | null;
  /** Why there is no fit of this wafer; null where there is one, or none yet. */
  unfitted: string | null;
  profile: { radiusMm: Float64Array; mean: Float64Array };
  /** The wafers of this lot, operation and parameter, including this one. */
  lot: SiteMap[];
  /** Charted points of this measurement. */
  points: (PointJudgement & {
    chartId: string;
    title: string;
    characteristic: string;
    unit: string;
    value: number;
    ucl: number | null;
    lcl: number | null;
  })[];
  alerts: { id: string; title: string; state: string; severity: string }[];
  /** Chart of a Zernike coefficient by its OSA index, where there is one. */
  zernikeCharts: { j: number; chartId: string }[];
  /** Other measurements of the same wafer, in process order. */
  others: { id: string; operation: string; parameter: string; mean: number; unit: string; measuredMs: number }[];
  neighbours: { before: string | null; after: string | null };
}

/** One measured wafer with everything computed from it. @throws AppError `not_found`. */
export async function waferView(id: string): Promise<WaferView> {
  const head = await headOf(idFromAddress('measurement', id));
  const lotIds = await db().rows<{ id: string }>(sql`
    SELECT id FROM measurement WHERE lot = ${head.lot} AND operation = ${head.operation} AND parameter = ${head.parameter}
      AND (superseded_by IS NULL OR id = ${id}) ORDER BY slot, measured_at LIMIT 60`);
  const [lot, result, points, alerts, zernikeCharts, others, neighbours] = await Promise.all([
    siteMaps(lotIds.map((r) => r.id)),
    resultOf(id, head),
    pointsOf(id),
    db().rows<WaferView['alerts'][number]>(sql`
      SELECT DISTINCT a.id, a.title, a.state::text, a.severity FROM alert_signal v JOIN alert a ON a.id = v.alert_id WHERE v.record_id = ${id} LIMIT 20`),
    zernikeChartsOf(head),
    othersOf(head),
    neighboursOf(head),
  ]);
  const map = lot.find((m) => m.id === head.id);
  if (map === undefined) throw new AppError('not_found', `measurement ${id} has no site layout or product any more`);
  const profile = radialProfile(map.x, map.y, map.value, map.radiusMm / 12);
  return {
    head,
    map,
    statistics: siteStatistics(map.value),
    zernike: result === undefined || result.reason !== null ? null : zernikeOf(result, map),
    unfitted: result?.reason ?? null,
    profile: { radiusMm: profile.radiusMm, mean: profile.mean },
    lot: [...lot].sort((a, b) => a.slot - b.slot),
    points,
    alerts,
    zernikeCharts,
    others,
    neighbours,
  };
}

async function headOf(id: string): Promise<WaferHead> {
  const row = await db().one<
    Omit<WaferHead, 'measuredMs' | 'receivedMs' | 'processedMs'> & {
      measured_at: Date;
      received_at: Date;
      processed_at: Date | null;
    }
  >(sql`
    SELECT m.id, m.key, m.lot, m.slot, m.product, m.layer, m.operation, m.parameter, m.unit, m.station, m.plan, m.tool, m.chamber, m.run_id AS "runId", (SELECT r.recipe FROM run r WHERE r.id = m.run_id AND r.started_at = m.processed_at) AS recipe,
      m.measured_at, m.received_at, m.processed_at, m.revises, m.superseded_by AS "supersededBy", s.lsl, s.usl, s.target
    FROM measurement m LEFT JOIN specification s ON s.product = m.product AND s.operation = m.operation AND s.parameter = m.parameter WHERE m.id = ${id}`);
  if (row === undefined) throw new AppError('not_found', `there is no measurement ${id}`);
  const { measured_at, received_at, processed_at, ...r } = row;
  return {
    ...r,
    measuredMs: measured_at.getTime(),
    receivedMs: received_at.getTime(),
    processedMs: processed_at?.getTime() ?? null,
  };
}

interface ResultRow {
  order: number;
  radiusMm: number;
  coefficients: Float64Array;
  u: Float64Array;
  rank: number;
  condition: number;
  dof: number;
  r2: number;
  residualSigma: number;
  zones: Zone[];
  codeVersion: string;
  reason: string | null;
}

const resultOf = (id: string, head: WaferHead): Promise<ResultRow | undefined> =>
  db().one<ResultRow>(sql`
    SELECT "order", radius_mm AS "radiusMm", coefficients, u, rank, condition, dof, r2, residual_sigma AS "residualSigma", zones, code_version AS "codeVersion", reason
    FROM spatial_result WHERE measurement_id = ${id} AND measured_at = ${new Date(head.measuredMs)}`);

function zernikeOf(r: ResultRow, map: SiteMap): ZernikeView {
  const model = evaluateZernike(r.coefficients, map.x, map.y, r.radiusMm);
  const fit = model.map((v, i) => (Number.isNaN(map.value[i]!) ? Number.NaN : v));
  const residual = map.value.map((v, i) => v - model[i]!);
  const squares = residual.reduce((s, v) => (Number.isNaN(v) ? s : s + v * v), 0);
  return {
    ...r,
    isWeighted: map.u !== null,
    residualRms: r.dof > 0 ? Math.sqrt(squares / r.dof) : Number.NaN,
    fit,
    residual,
    extremes: extremesOf(r),
  };
}

function extremesOf(r: ResultRow): Float64Array {
  const m = moments(zernikeGrid(r.coefficients, { size: 61, radiusMm: r.radiusMm, normRadiusMm: r.radiusMm }).values);
  return Float64Array.of(m.min, m.max);
}

const pointsOf = (id: string): Promise<WaferView['points']> =>
  db().rows(sql`
    SELECT p.chart_id AS "chartId", c.title, c.characteristic, c.unit, p.value, p.ucl, p.lcl, ${JUDGEMENT}
    FROM chart_point p JOIN chart c ON c.id = p.chart_id WHERE p.record_id = ${id} ORDER BY (cardinality(p.rules) = 0), c.characteristic, c.title LIMIT 60`);

/** Charts of single coefficients with this wafer: its own chamber first, then wider contexts. */
async function zernikeChartsOf(h: WaferHead): Promise<WaferView['zernikeCharts']> {
  const rows = await db().rows<{ id: string; characteristic: string }>(sql`
    SELECT id, characteristic FROM chart WHERE active AND characteristic LIKE ${characteristicsOf('zernike')} AND operation = ${h.operation} AND parameter = ${h.parameter}
      AND (product IS NULL OR product = ${h.product}) AND (tool IS NULL OR tool = ${h.tool}) AND (chamber IS NULL OR chamber = ${h.chamber})
    ORDER BY (tool IS NULL), (chamber IS NULL), (product IS NULL)`);
  const found = new Map<number, string>();
  for (let j = 0; j < 28; j++) {
    const { n, m } = osaToNm(j);
    const row = rows.find((r) => r.characteristic === characteristicName({ source: 'zernike', n, m, lot: false }));
    if (row !== undefined) found.set(j, row.id);
  }
  return [...found].map(([j, chartId]) => ({ j, chartId }));
}

async function othersOf(h: WaferHead): Promise<WaferView['others']> {
  const rows = await db().rows<Omit<WaferView['others'][number], 'measuredMs'> & { measured_at: Date }>(sql`
    SELECT id, operation, parameter, mean, unit, measured_at FROM measurement
    WHERE lot = ${h.lot} AND slot = ${h.slot} AND id <> ${h.id} AND superseded_by IS NULL ORDER BY measured_at LIMIT 40`);
  return rows.map(({ measured_at, ...r }) => ({ ...r, measuredMs: measured_at.getTime() }));
}

/** The wafer measured before and after this one on the same step and parameter. */
async function neighboursOf(h: WaferHead): Promise<WaferView['neighbours']> {
  const at = new Date(h.measuredMs);
  const same = sql`operation = ${h.operation} AND parameter = ${h.parameter} AND product = ${h.product} AND superseded_by IS NULL`;
  const [before, after] = await Promise.all([
    db().one<{ id: string }>(
      sql`SELECT id FROM measurement WHERE ${same} AND measured_at < ${at} AND measured_at > ${at}::timestamptz - INTERVAL '60 days' ORDER BY measured_at DESC LIMIT 1`,
    ),
    db().one<{ id: string }>(
      sql`SELECT id FROM measurement WHERE ${same} AND measured_at > ${at} AND measured_at < ${at}::timestamptz + INTERVAL '60 days' ORDER BY measured_at LIMIT 1`,
    ),
  ]);
  return { before: before?.id ?? null, after: after?.id ?? null };
}
