import { characteristicsOf } from '@/lib/characteristic';
import { db, sql, where } from '@/lib/db';
import { AppError } from '@/lib/errors';
import type { FittedTerm, OverlaySummary } from '@/lib/overlay';
import { type CursorKey, pageOf, readCursor } from '../../address/cursor';
import { idFromAddress } from '../../address/id-from-address';
import { IS_JUDGED, JUDGEMENT, type PointJudgement } from '../../characteristics/judged-point';
import { overlayLotRecord } from '../../characteristics/overlay-values';
import { OVERLAY_MODEL, rawSummary, readMarks, tryFitMarks } from '../fit-overlay';
import { fieldsOf, type OverlayField } from './vectors';

export interface OverlayFilter {
  readonly fromMs: number;
  readonly toMs: number;
  readonly product: string | null;
  readonly tool: string | null;
  readonly operation: string | null;
  readonly lot: string | null;
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: string | null;
}

/** Time measured, slot and id of the last row of a page. */
const OVERLAY_KEYS: readonly CursorKey[] = ['integer', 'integer', 'uuid'];

export interface OverlayRow {
  id: string;
  lot: string;
  slot: number;
  product: string;
  layer: string;
  referenceLayer: string;
  operation: string;
  tool: string | null;
  chamber: string | null;
  measuredMs: number;
  marks: number;
  rejected: number | null;
  /** |mean| + 3 sigma, nm; raw and residual, X and Y. Null before the fit. */
  rawX: number | null;
  rawY: number | null;
  residualX: number | null;
  residualY: number | null;
  meanX: number | null;
  meanY: number | null;
  /** A rule fired at its charted point, or at that of its lot. */
  isOut: boolean;
  /** Limits judged one of these points. */
  isJudged: boolean;
}

/** Overlay measurements, newest first, with their key figures. */
export async function listOverlay(f: OverlayFilter): Promise<{ rows: OverlayRow[]; total: number; next: string | null }> {
  const [at, slot, id] = readCursor(f.after ?? null, OVERLAY_KEYS) ?? [];
  const filters = [
    f.lot === null && sql`m.measured_at >= ${new Date(f.fromMs)} AND m.measured_at <= ${new Date(f.toMs)}`,
    f.lot !== null && sql`m.lot = ${f.lot}`,
    f.product !== null && sql`m.product = ${f.product}`,
    f.tool !== null && sql`m.tool = ${f.tool}`,
    f.operation !== null && sql`m.operation = ${f.operation}`,
  ];
  const found = await db().rows<Omit<OverlayRow, 'measuredMs' | 'isOut' | 'isJudged'> & { measured_at: Date; total: number }>(sql`
    SELECT q.*, r.n_rejected AS rejected, (r.statistics#>>'{raw,x,meanPlus3Sigma}')::float8 AS "rawX", (r.statistics#>>'{raw,y,meanPlus3Sigma}')::float8 AS "rawY",
      (r.statistics#>>'{residual,x,meanPlus3Sigma}')::float8 AS "residualX", (r.statistics#>>'{residual,y,meanPlus3Sigma}')::float8 AS "residualY",
      (r.statistics#>>'{raw,x,mean}')::float8 AS "meanX", (r.statistics#>>'{raw,y,mean}')::float8 AS "meanY"
    FROM (SELECT m.id, m.lot, m.slot, m.product, m.layer, m.reference_layer AS "referenceLayer", m.operation, m.tool, m.chamber, m.measured_at, cardinality(m.dx) AS marks,
        (SELECT count(*)::int FROM overlay_measurement m ${where(filters)}) AS total FROM overlay_measurement m
      ${where([...filters, at !== undefined && sql`(m.measured_at, m.slot, m.id) < (to_timestamp(${at}::numeric / 1000), ${slot}::bigint, ${id}::uuid)`])}
      ORDER BY m.measured_at DESC, m.slot DESC, m.id DESC LIMIT ${f.limit + 1}) q
    LEFT JOIN overlay_result r ON r.measurement_id = q.id AND r.measured_at = q.measured_at ORDER BY q.measured_at DESC, q.slot DESC, q.id DESC`);
  const { page: rows, next } = pageOf(found, f.limit, (r) => [r.measured_at.getTime(), r.slot, r.id]);
  const judgements = await judgementsOf(rows);
  return {
    rows: rows.map(({ measured_at, total: _total, ...r }, i) => ({ ...r, measuredMs: measured_at.getTime(), ...judgements[i]! })),
    total: rows[0]?.total ?? 0,
    next,
  };
}

/** Overlay is charted by lot: a wafer takes the judgement of its lot's charts, beside that of any chart of its own. */
async function judgementsOf(
  rows: readonly { id: string; lot: string; operation: string }[],
): Promise<Pick<OverlayRow, 'isOut' | 'isJudged'>[]> {
  const own = rows.map((r) => [r.id, overlayLotRecord(r.lot, r.operation)]);
  const found = await db().rows<{ id: string; isOut: boolean; isJudged: boolean }>(sql`
    SELECT p.record_id AS id, bool_or(cardinality(p.rules) > 0) AS "isOut", bool_or(${IS_JUDGED}) AS "isJudged" FROM chart_point p
    WHERE p.record_id = ANY(${[...new Set(own.flat())]}::uuid[]) AND p.excluded IS NULL GROUP BY p.record_id`);
  const byId = new Map(found.map((f) => [f.id, f]));
  return own.map((ids) => {
    const points = ids.flatMap((id) => byId.get(id) ?? []);
    return { isOut: points.some((p) => p.isOut), isJudged: points.some((p) => p.isJudged) };
  });
}

export interface OverlayTermView {
  id: string;
  label: string;
  scope: string;
  axis: string;
  unit: string;
  /** Null: this plan cannot distinguish the term from others. */
  value: number | null;
  u: number | null;
  /** Its largest correlation with another term of the axis. */
  correlation: { with: string; value: number } | null;
  chartId: string | null;
}

export interface OverlayView {
  head: {
    id: string;
    key: string;
    lot: string;
    slot: number;
    product: string;
    layer: string;
    referenceLayer: string;
    operation: string;
    station: string;
    plan: string;
    tool: string | null;
    chamber: string | null;
    runId: string | null;
    /** Of that run. */
    recipe: string | null;
    measuredMs: number;
    processedMs: number | null;
    receivedMs: number;
  };
  x: Float64Array;
  y: Float64Array;
  raw: { dx: Float64Array; dy: Float64Array };
  modelled: { dx: Float64Array; dy: Float64Array };
  residual: { dx: Float64Array; dy: Float64Array };
  fields: OverlayField[];
  fieldWidthMm: number;
  fieldHeightMm: number;
  radiusMm: number;
  /** Null where the marks do not determine it. */
  statistics: Record<'raw' | 'modelled' | 'residual', OverlaySummary | null>;
  /** Why this wafer has no model. */
  unfitted: string | null;
  terms: OverlayTermView[];
  unidentifiable: string[];
  model: {
    name: string;
    used: number;
    rejected: number;
    rank: number;
    condition: number;
    residualSigmaX: number;
    residualSigmaY: number;
    codeVersion: string | null;
  };
  lot: { id: string; slot: number; chamber: string | null }[];
  alerts: { id: string; title: string; state: string; severity: string }[];
  /** Overlay points of the lot. */
  points: (PointJudgement & { chartId: string; title: string; value: number; unit: string; recordId: string })[];
}

interface HeadRow extends Omit<OverlayView['head'], 'measuredMs' | 'processedMs' | 'receivedMs'> {
  measured_at: Date;
  processed_at: Date | null;
  received_at: Date;
  column: number[];
  row: number[];
  fx: Float64Array;
  fy: Float64Array;
  codeVersion: string | null;
}

/** One overlay measurement, its model refitted at its marks with the stages' own function. @throws AppError `not_found`. */
export async function overlayView(id: string): Promise<OverlayView> {
  const row = await db().one<HeadRow>(sql`
    SELECT m.id, m.key, m.lot, m.slot, m.product, m.layer, m.reference_layer AS "referenceLayer", m.operation, m.station, m.plan, m.tool, m.chamber, m.run_id AS "runId", (SELECT q.recipe FROM run q WHERE q.id = m.run_id AND q.started_at = m.processed_at) AS recipe,
      m.measured_at, m.processed_at, m.received_at, l."column", l.row, l.fx, l.fy, r.code_version AS "codeVersion"
    FROM overlay_measurement m JOIN overlay_layout l ON l.id = m.layout_id LEFT JOIN overlay_result r ON r.measurement_id = m.id AND r.measured_at = m.measured_at
    WHERE m.id = ${idFromAddress('overlay measurement', id)}`);
  if (row === undefined) throw new AppError('not_found', `there is no overlay measurement ${id}`);
  const { measured_at, processed_at, received_at, column, row: rowOf, fx, fy, codeVersion, ...head } = row;
  const [marksRows, charts, lot, alerts, points] = await Promise.all([
    readMarks([{ id, at: measured_at.getTime() }]),
    db().rows<{ id: string; parameter: string }>(sql`
      SELECT id, parameter FROM chart WHERE active AND characteristic LIKE ${characteristicsOf('overlay')} AND operation = ${head.operation} AND (product IS NULL OR product = ${head.product})
        AND (tool IS NULL OR tool = ${head.tool}) AND (chamber IS NULL OR chamber = ${head.chamber}) ORDER BY (tool IS NULL), (chamber IS NULL)`),
    db().rows<OverlayView['lot'][number]>(sql`
      SELECT id, slot, chamber FROM overlay_measurement WHERE lot = ${head.lot} AND operation = ${head.operation} ORDER BY slot LIMIT 50`),
    db().rows<OverlayView['alerts'][number]>(sql`
      SELECT DISTINCT a.id, a.title, a.state::text, a.severity FROM alert_signal v JOIN alert a ON a.id = v.alert_id WHERE v.record_id = ${id} LIMIT 20`),
    db().rows<OverlayView['points'][number]>(sql`
      SELECT p.chart_id AS "chartId", c.title, p.value, c.unit, ${JUDGEMENT}, p.record_id AS "recordId" FROM chart c JOIN chart_point p ON p.chart_id = c.id AND p.lot = ${head.lot}
        AND p.at >= ${measured_at}::timestamptz - INTERVAL '10 days' AND p.at <= ${measured_at}::timestamptz + INTERVAL '1 day'
      WHERE c.characteristic LIKE ${characteristicsOf('overlay')} AND c.operation = ${head.operation} ORDER BY (cardinality(p.rules) = 0), c.title LIMIT 40`),
  ]);
  const m = marksRows[0];
  if (m === undefined) throw new AppError('not_found', `the product of overlay measurement ${id} is not registered any more`);
  const { fit, reason } = tryFitMarks(m);
  const nothing = () => new Float64Array(m.x.length).fill(Number.NaN);
  const term = (t: FittedTerm): OverlayTermView => ({
    id: t.id,
    label: t.label,
    scope: t.scope,
    axis: t.axis,
    unit: t.unit,
    value: t.value,
    u: t.standardError,
    correlation: t.correlation,
    chartId: charts.find((c) => c.parameter === t.id)?.id ?? null,
  });
  return {
    head: {
      ...head,
      measuredMs: measured_at.getTime(),
      processedMs: processed_at?.getTime() ?? null,
      receivedMs: received_at.getTime(),
    },
    x: m.x,
    y: m.y,
    raw: { dx: m.dx, dy: m.dy },
    modelled: fit?.modelled ?? { dx: nothing(), dy: nothing() },
    residual: fit?.residual ?? { dx: nothing(), dy: nothing() },
    fields: fieldsOf({ x: m.x, y: m.y, fx, fy, column, row: rowOf }),
    fieldWidthMm: m.field_width_mm,
    fieldHeightMm: m.field_height_mm,
    radiusMm: m.diameter_mm / 2,
    statistics: fit?.statistics ?? { raw: rawSummary(m), modelled: null, residual: null },
    unfitted: reason,
    terms: fit === null ? [] : [...fit.dx.terms, ...fit.dy.terms].map(term),
    unidentifiable: [...(fit?.unidentifiable ?? [])],
    model: {
      name: OVERLAY_MODEL,
      used: fit === null ? 0 : fit.dx.nUsed + fit.dy.nUsed,
      rejected: fit === null ? 0 : fit.dx.rejected.length + fit.dy.rejected.length,
      rank: fit === null ? 0 : fit.dx.rank + fit.dy.rank,
      condition: fit === null ? Number.NaN : Math.max(fit.dx.conditionNumber, fit.dy.conditionNumber),
      residualSigmaX: fit?.dx.residualSigma ?? Number.NaN,
      residualSigmaY: fit?.dy.residualSigma ?? Number.NaN,
      codeVersion,
    },
    lot,
    alerts,
    points,
  };
}
