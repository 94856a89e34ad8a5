import { db, sql } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { type DomainLimits, movedLimits, type PlsModel } from '@/lib/vm';
import { idFromAddress } from '../../address/id-from-address';

export interface Validation {
  q2?: number | null;
  rmse?: number | null;
  rows?: number | null;
  rmsep?: (number | null)[];
  sigmaTrain?: number | null;
}

/** Predictions of one model joined with what was measured later on the same run and parameter. */
const joined = sql`
  SELECT p.model_id, p.run_id, p.started_at, p.version, p.value, p.u_value, p.lo, p.hi, p.t2, p.spe, p.reliable, p.missing, x.mean AS measured, x.id AS measurement_id
  FROM vm_prediction p JOIN vm_model m ON m.id = p.model_id
  LEFT JOIN LATERAL (SELECT q.mean, q.id FROM measurement q WHERE q.run_id = p.run_id AND q.parameter = m.parameter AND q.superseded_by IS NULL LIMIT 1) x ON true`;

export interface VmVersionView {
  version: number;
  trainedThroughMs: number;
  effectiveMs: number;
  trainedMs: number;
  n: number;
  components: number;
  q2: number | null;
  rmse: number | null;
  rows: number | null;
  sigmaTrain: number | null;
  rmsep: Float64Array;
  codeVersion: string;
}

export interface VmView {
  model: {
    id: string;
    operation: string;
    product: string;
    parameter: string;
    unit: string;
    active: boolean;
    checkedMs: number | null;
  };
  versions: VmVersionView[];
  /** Of the newest version: input names with their importance, and shares of variance. */
  vip: { name: string; value: number }[];
  inputs: number;
  constant: number;
  xVariance: Float64Array;
  yVariance: Float64Array;
  /**
   * Limits of the newest version's domain: from later data (with their rows and lots) and moved since, or those of the training rows for an old
   * version.
   */
  limits: { t2: number; spe: number; rows: number | null; contexts: number | null; shift: number } | null;
  predictions: {
    at: Float64Array;
    value: Float64Array;
    lo: Float64Array;
    hi: Float64Array;
    u: Float64Array;
    t2: Float64Array;
    spe: Float64Array;
    /** NaN until the wafer is measured (most never are). */
    measured: Float64Array;
    reliable: boolean[];
    version: number[];
    runId: string[];
    lot: string[];
    slot: number[];
    /** Tool and chamber of the run. */
    place: string[];
  };
  omitted: number;
  /**
   * Of the window: predictions by versions with a domain from later data, those outside, and those that would be outside had the limits never been
   * moved.
   */
  followed: { predictions: number; outside: number; unmoved: number };
  spec: { lsl: number | null; usl: number | null; target: number | null };
}

const MAX_PREDICTIONS = 6000;
const MAX_VIP = 20;

/** One virtual-metrology model. @throws AppError `not_found`. */
export async function vmView(id: string, fromMs: number, toMs: number): Promise<VmView> {
  const row = await db().one<Omit<VmView['model'], 'checkedMs'> & { checked_to: Date | null }>(
    sql`SELECT id, operation, product, parameter, unit, active, checked_to FROM vm_model WHERE id = ${idFromAddress('model', id)}`,
  );
  if (row === undefined) throw new AppError('not_found', `there is no virtual-metrology model ${id}`);
  const { checked_to, ...model } = row;
  const [versions, newest, predictions, followed, spec] = await Promise.all([
    versionsOf(id),
    db().one<{ vip: Float64Array; model: PlsModel; domain: DomainLimits | null; shift: number | null }>(sql`
      SELECT vip, model, domain, (SELECT shift FROM vm_domain_shift s WHERE s.model_id = v.model_id ORDER BY effective_from DESC LIMIT 1) AS shift
      FROM vm_version v WHERE model_id = ${id} ORDER BY version DESC LIMIT 1`),
    predictionsOf(id, fromMs, toMs),
    followedOf(id, fromMs, toMs),
    db().one<VmView['spec']>(
      sql`SELECT lsl, usl, target FROM specification WHERE product = ${model.product} AND operation = ${model.operation} AND parameter = ${model.parameter}`,
    ),
  ]);
  const pls = newest?.model;
  return {
    model: { ...model, checkedMs: checked_to?.getTime() ?? null },
    versions,
    vip: Array.from(newest?.vip ?? [], (value, i) => ({ name: pls?.sensors[i] ?? `input ${i + 1}`, value }))
      .filter((v) => Number.isFinite(v.value))
      .sort((a, b) => b.value - a.value)
      .slice(0, MAX_VIP),
    inputs: pls?.sensors.length ?? 0,
    constant: pls?.constantSensors.length ?? 0,
    xVariance: Float64Array.from(pls?.xVariance ?? []),
    yVariance: Float64Array.from(pls?.yVariance ?? []),
    limits: newest ? limitsOf(newest) : null,
    ...predictions,
    followed,
    spec: spec ?? { lsl: null, usl: null, target: null },
  };
}

function limitsOf(v: { model: PlsModel; domain: DomainLimits | null; shift: number | null }): VmView['limits'] {
  if (v.domain === null) return { t2: v.model.limits.t2.p99, spe: v.model.limits.spe.p99, rows: null, contexts: null, shift: 0 };
  const shift = v.shift ?? 0;
  return { ...movedLimits(v.domain, shift), rows: v.domain.rows, contexts: v.domain.contexts, shift };
}

async function versionsOf(id: string): Promise<VmVersionView[]> {
  const rows = await db().rows<{
    version: number;
    trained_through: Date;
    effective_from: Date;
    trained_at: Date;
    n: number;
    components: number;
    validation: Validation;
    codeVersion: string;
  }>(sql`
    SELECT version, trained_through, effective_from, trained_at, n, components, validation, code_version AS "codeVersion"
    FROM vm_version WHERE model_id = ${id} ORDER BY version DESC LIMIT 100`);
  return rows.map((r) => ({
    version: r.version,
    trainedThroughMs: r.trained_through.getTime(),
    effectiveMs: r.effective_from.getTime(),
    trainedMs: r.trained_at.getTime(),
    n: r.n,
    components: r.components,
    q2: r.validation.q2 ?? null,
    rmse: r.validation.rmse ?? null,
    rows: r.validation.rows ?? null,
    sigmaTrain: r.validation.sigmaTrain ?? null,
    rmsep: Float64Array.from(r.validation.rmsep ?? [], (v) => v ?? Number.NaN),
    codeVersion: r.codeVersion,
  }));
}

/** The share outside drives the moves of the limits, so it cannot show that they were calibrated well; the share without the moves can. */
async function followedOf(id: string, fromMs: number, toMs: number): Promise<VmView['followed']> {
  const row = await db().one<VmView['followed']>(sql`
    SELECT count(*)::int AS predictions, (count(*) FILTER (WHERE NOT p.reliable))::int AS outside,
      (count(*) FILTER (WHERE greatest(p.t2, p.spe) * exp(COALESCE(s.shift, 0)) > 1))::int AS unmoved
    FROM vm_prediction p JOIN vm_version v ON v.model_id = p.model_id AND v.version = p.version AND v.domain IS NOT NULL
    LEFT JOIN LATERAL (
      SELECT shift FROM vm_domain_shift s WHERE s.model_id = p.model_id AND s.effective_from <= p.started_at ORDER BY s.effective_from DESC LIMIT 1) s ON true
    WHERE p.model_id = ${id} AND p.started_at >= ${new Date(fromMs)} AND p.started_at <= ${new Date(toMs)}`);
  return row!;
}

async function predictionsOf(id: string, fromMs: number, toMs: number): Promise<Pick<VmView, 'predictions' | 'omitted'>> {
  const rows = await db().rows<{
    started_at: Date;
    run_id: string;
    value: number;
    u_value: number;
    lo: number;
    hi: number;
    t2: number;
    spe: number;
    reliable: boolean;
    version: number;
    measured: number | null;
    lot: string | null;
    slot: number | null;
    place: string | null;
    total: number;
  }>(sql`
    SELECT j.*, r.lot, r.slot, concat_ws(' ', r.tool, r.chamber) AS place, count(*) OVER ()::int AS total FROM (${joined}
      WHERE p.model_id = ${id} AND p.started_at >= ${new Date(fromMs)} AND p.started_at <= ${new Date(toMs)}) j
    LEFT JOIN run r ON r.id = j.run_id AND r.started_at = j.started_at ORDER BY j.started_at DESC LIMIT ${MAX_PREDICTIONS}`);
  const omitted = (rows[0]?.total ?? 0) - rows.length;
  rows.reverse();
  const column = (f: (r: (typeof rows)[number]) => number | null): Float64Array =>
    Float64Array.from(rows, (r) => f(r) ?? Number.NaN);
  return {
    omitted,
    predictions: {
      at: column((r) => r.started_at.getTime()),
      value: column((r) => r.value),
      lo: column((r) => r.lo),
      hi: column((r) => r.hi),
      u: column((r) => r.u_value),
      t2: column((r) => r.t2),
      spe: column((r) => r.spe),
      measured: column((r) => r.measured),
      reliable: rows.map((r) => r.reliable),
      version: rows.map((r) => r.version),
      runId: rows.map((r) => r.run_id),
      lot: rows.map((r) => r.lot ?? ''),
      slot: rows.map((r) => r.slot ?? 0),
      place: rows.map((r) => r.place ?? ''),
    },
  };
}
