import { bulkInsert, db, sql, type Tx } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { type FittedTerm, fitOverlay, type OverlayFit, type OverlaySummary, overlayModel, overlaySummary } from '@/lib/overlay';
import type { Ref } from '@/lib/queue/jobs';
import { enqueueLater } from '@/lib/queue/outbox';
import { codeVersion } from '../system/code-version';
import { reasonOf } from '../unfitted';

/** Six grid and four field terms: the 10-parameter model. */
export const OVERLAY_MODEL = '10-parameter';
const REJECT_SIGMA = 5;

export interface MarksRow {
  id: string;
  measured_at: Date;
  fx: Float64Array;
  fy: Float64Array;
  x: Float64Array;
  y: Float64Array;
  dx: Float64Array;
  dy: Float64Array;
  u: Float64Array;
  field_width_mm: number;
  field_height_mm: number;
  diameter_mm: number;
}

/** The model of one wafer's marks: grid terms at field centres, field terms in the field; gross outliers are set aside and counted. */
export function fitMarks(m: MarksRow) {
  const model = overlayModel({
    gridOrder: 1,
    fieldOrder: 1,
    normRadiusMm: m.diameter_mm / 2,
    fieldHalfXMm: m.field_width_mm / 2,
    fieldHalfYMm: m.field_height_mm / 2,
  });
  const marks = {
    fieldX: m.x.map((v, i) => v - m.fx[i]!),
    fieldY: m.y.map((v, i) => v - m.fy[i]!),
    x: m.fx,
    y: m.fy,
    dx: m.dx,
    dy: m.dy,
    ...(m.u.length > 0 ? { uDx: m.u, uDy: m.u } : {}),
  };
  return { marks, fit: fitOverlay(marks, model, { robust: 'reject', rejectSigma: REJECT_SIGMA, onDeficient: 'drop' }) };
}

interface OverlayRow {
  measurement_id: string;
  measured_at: Date;
  model: string;
  names: string[];
  units: string[];
  values: number[];
  u: number[];
  rank: number;
  condition: number;
  n_used: number;
  n_rejected: number;
  unidentifiable: string[];
  statistics: unknown;
  code_version: string;
  /** Why the wafer could not be fitted; its terms are empty then. */
  reason: string | null;
}

/** The summary of what was measured, which needs no model; null where no mark was measured on both axes. */
export function rawSummary(m: Pick<MarksRow, 'dx' | 'dy'>): OverlaySummary | null {
  try {
    return overlaySummary(m.dx, m.dy);
  } catch (e) {
    if (e instanceof AppError && e.code === 'invalid_input') return null;
    throw e;
  }
}

/** The fit of one wafer's marks, or why there is none. */
export function tryFitMarks(
  m: MarksRow,
): { readonly fit: OverlayFit; readonly reason: null } | { readonly fit: null; readonly reason: string } {
  try {
    return { fit: fitMarks(m).fit, reason: null };
  } catch (e) {
    return { fit: null, reason: reasonOf(e, { overlayMeasurement: m.id }) };
  }
}

/** The result of one wafer. One that cannot be fitted says why and does not fail the other wafers of its job. */
function resultOf(m: MarksRow): OverlayRow {
  const { fit, reason } = tryFitMarks(m);
  const terms: FittedTerm[] = fit === null ? [] : [...fit.dx.terms, ...fit.dy.terms];
  const sum = (f: (axis: OverlayFit['dx']) => number) => (fit === null ? 0 : f(fit.dx) + f(fit.dy));
  return {
    measurement_id: m.id,
    measured_at: m.measured_at,
    model: OVERLAY_MODEL,
    names: terms.map((t) => t.id),
    units: terms.map((t) => t.unit),
    values: terms.map((t) => t.value ?? Number.NaN),
    u: terms.map((t) => t.standardError ?? Number.NaN),
    rank: sum((a) => a.rank),
    condition: fit === null ? Number.NaN : Math.max(fit.dx.conditionNumber, fit.dy.conditionNumber),
    n_used: sum((a) => a.nUsed),
    n_rejected: sum((a) => a.rejected.length),
    unidentifiable: [...(fit?.unidentifiable ?? [])],
    statistics: fit === null ? { raw: rawSummary(m) } : { ...fit.statistics, derived: fit.derived },
    code_version: codeVersion('overlay'),
    reason,
  };
}

export const readMarks = (refs: readonly Ref[]): Promise<MarksRow[]> =>
  db().rows<MarksRow>(sql`
    SELECT m.id, m.measured_at, l.fx, l.fy, l.x, l.y, m.dx, m.dy, m.u, p.field_width_mm, p.field_height_mm, p.diameter_mm
    FROM overlay_measurement m JOIN overlay_layout l ON l.id = m.layout_id JOIN product p ON p.name = m.product
    WHERE m.id = ANY(${refs.map((r) => r.id)}::uuid[]) AND m.measured_at BETWEEN ${new Date(Math.min(...refs.map((r) => r.at)))} AND ${new Date(Math.max(...refs.map((r) => r.at)))}
    ORDER BY m.measured_at, m.id`);

/** Fits the overlay model of each wafer. Reads and computes; writes nothing. */
export const fitOverlayWafers = async (refs: readonly Ref[]): Promise<OverlayRow[]> => (await readMarks(refs)).map(resultOf);

/** Stores the fits and enqueues the chart points and controller updates that follow. */
export async function storeOverlayFits(tx: Tx, fits: readonly OverlayRow[], refs: readonly Ref[]): Promise<void> {
  await bulkInsert(tx, 'overlay_result', fits, { key: ['measurement_id', 'measured_at'] });
  await enqueueLater(tx, [
    { queue: 'spc', payload: { v: 1, source: 'overlay', refs: [...refs] } },
    { queue: 'control', payload: { v: 1, source: 'overlay', refs: [...refs] } },
  ]);
}
