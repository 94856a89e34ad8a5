import { db, digestId, sql, type Tx } from '@/lib/db';
import { type DomainLimits, nextShift, type PlsModel, usualOutside } from '@/lib/vm';
import { feed } from '../live/feed';
import { codeVersion } from '../system/code-version';
import { chamberInput, inputVector, inUsualUnits, positionsOf, setpointInput, unitsOf } from './inputs';

/** Fewest wafers with both trace and measurement, and fewest lots, for a first model: three fifths of the lots are later data for its domain. */
const MIN_PAIRS = 45;
const MIN_LOTS = 20;
/** A new version is trained when the data have grown by this factor. */
const GROWTH = 1.3;
const MAX_PAIRS = 1_500;
const MAX_RUNS = 4_000;
/** A version predicts runs from this long after the end of its data, so that it exists when the first of them arrives. */
const LEAD_MS = 4 * 3_600_000;
const MAX_COMPONENTS = 12;

/** Plain arrays for a compute thread: one row per wafer, in time order. */
export interface TrainingSet {
  readonly inputs: string[];
  readonly parameter: string;
  readonly x: Float64Array[];
  readonly y: Float64Array;
  readonly lots: string[];
  /** Process time of each, epoch ms. */
  readonly at: number[];
  /** All runs of that time, measured or not, in time order: they show how far nominal runs lie from a model. */
  readonly runs: { readonly x: Float64Array[]; readonly lots: string[]; readonly at: number[] };
  readonly maxComponents: number;
}

/** What the compute thread returns. */
export interface Trained {
  readonly model: PlsModel;
  readonly domain: DomainLimits | null;
}

export interface TrainingPlan {
  readonly set: TrainingSet;
  readonly featureSetId: string;
}

interface RunRow {
  started_at: Date;
  lot: string;
  tool: string;
  chamber: string;
  setpoints: Record<string, number>;
  values: Float64Array;
  feature_set_id: string;
  names: string[];
  units: string[];
}

interface PairRow extends RunRow {
  y: number;
}

/** The data of a training, or null where nothing new can be learned. */
export async function trainingPlan(modelId: string, through: number): Promise<TrainingPlan | null> {
  const model = await db().one<{
    operation: string;
    product: string;
    parameter: string;
    last_n: number | null;
    has: boolean;
  }>(sql`
    SELECT m.operation, m.product, m.parameter, (SELECT n FROM vm_version v WHERE v.model_id = m.id ORDER BY version DESC LIMIT 1) AS last_n,
      EXISTS (SELECT 1 FROM vm_version v WHERE v.model_id = m.id AND v.trained_through >= ${new Date(through)}) AS has
    FROM vm_model m WHERE m.id = ${modelId} AND m.active`);
  if (model === undefined || model.has) return null;
  const enough = Math.max(MIN_PAIRS, GROWTH * (model.last_n ?? 0));
  const pairs = await db().one<{ n: number }>(sql`
    SELECT count(*)::int AS n FROM measurement m WHERE m.operation = ${model.operation} AND m.product = ${model.product} AND m.parameter = ${model.parameter}
      AND m.measured_at < ${new Date(through)} AND m.superseded_by IS NULL AND m.run_id IS NOT NULL`);
  if (pairs!.n < enough) return null;
  const rows = await db().rows<PairRow>(sql`
    SELECT q.started_at, q.lot, q.tool, q.chamber, q.setpoints, q.values, q.feature_set_id, f.names, f.units, q.y FROM (
      SELECT r.lot, r.tool, r.chamber, r.setpoints, s.values, s.feature_set_id, m.mean AS y, r.started_at, r.id
      FROM measurement m JOIN run r ON r.id = m.run_id AND r.started_at = m.processed_at JOIN run_summary s ON s.run_id = r.id AND s.started_at = r.started_at
      WHERE m.operation = ${model.operation} AND m.product = ${model.product} AND m.parameter = ${model.parameter} AND m.measured_at < ${new Date(through)} AND m.superseded_by IS NULL
      ORDER BY r.started_at DESC, r.id LIMIT ${MAX_PAIRS}) q
    JOIN feature_set f ON f.id = q.feature_set_id ORDER BY q.started_at, q.id`);
  if (rows.length < enough || new Set(rows.map((r) => r.lot)).size < MIN_LOTS) return null;
  const last = inUsualUnits(rows);
  const units = unitsOf(last.names, last.units);
  const chambers = [...new Set(rows.map((r) => chamberInput(r.tool, r.chamber)))].sort();
  const setpoints = [...new Set(rows.flatMap((r) => Object.keys(r.setpoints)))].sort().map(setpointInput);
  const candidates = [...last.names, ...setpoints, ...chambers];
  const runs = await db().rows<RunRow>(sql`
    SELECT q.started_at, q.lot, q.tool, q.chamber, q.setpoints, q.values, q.feature_set_id, f.names, f.units FROM (
      SELECT r.lot, r.tool, r.chamber, r.setpoints, s.values, s.feature_set_id, r.started_at, r.id FROM run r JOIN run_summary s ON s.run_id = r.id AND s.started_at = r.started_at
      WHERE r.operation = ${model.operation} AND r.product = ${model.product} AND r.started_at >= ${rows[0]!.started_at} AND r.started_at < ${new Date(through)}
      ORDER BY r.started_at DESC, r.id LIMIT ${MAX_RUNS}) q
    JOIN feature_set f ON f.id = q.feature_set_id ORDER BY q.started_at, q.id`);
  const positions = new Map([...rows, ...runs].map((r) => [r.feature_set_id, positionsOf(r.names, r.units, units)]));
  const inputsOf = (r: RunRow, inputs: readonly string[]) => inputVector(r, inputs, positions.get(r.feature_set_id)!);
  const all = rows.map((r) => inputsOf(r, candidates));
  // A sensor without a value in the whole set carries no information.
  const kept = candidates.map((_, j) => j).filter((j) => all.some((x) => !Number.isNaN(x[j]!)));
  const inputs = kept.map((j) => candidates[j]!);
  return {
    featureSetId: last.feature_set_id,
    set: {
      inputs,
      parameter: model.parameter,
      x: all.map((x) => Float64Array.from(kept, (j) => x[j]!)),
      y: Float64Array.from(rows, (r) => r.y),
      lots: rows.map((r) => r.lot),
      at: rows.map((r) => r.started_at.getTime()),
      runs: {
        x: runs.map((r) => inputsOf(r, inputs)),
        lots: runs.map((r) => r.lot),
        at: runs.map((r) => r.started_at.getTime()),
      },
      maxComponents: MAX_COMPONENTS,
    },
  };
}

/** Stores a trained version, or the fact that there was nothing to train. Training the same data twice changes nothing. */
export async function storeTraining(
  tx: Tx,
  modelId: string,
  through: number,
  trained: ({ plan: TrainingPlan } & Trained) | null,
): Promise<void> {
  await followDomain(tx, modelId, through);
  await tx.exec(sql`UPDATE vm_model SET checked_to = greatest(checked_to, ${new Date(through)}) WHERE id = ${modelId}`);
  if (trained === null) return;
  const { plan, model, domain } = trained;
  const rmsep = model.validation?.rmsep[0] ?? [];
  const rmse = rmsep[model.components] ?? null;
  const validation = {
    rmse,
    q2: rmse === null || !rmsep[0] ? null : 1 - (rmse / rmsep[0]) ** 2,
    rows: model.validation?.rows ?? 0,
    rmsep,
    sigmaTrain: model.sigmaTrain[0],
    inputs: digestId(JSON.stringify(plan.set.inputs)),
  };
  await tx.exec(sql`
    INSERT INTO vm_version (model_id, version, trained_through, effective_from, feature_set_id, n, components, validation, vip, model, domain, code_version)
    SELECT ${modelId}, COALESCE(max(version), 0) + 1, ${new Date(through)}, ${new Date(through + LEAD_MS)}, ${plan.featureSetId}, ${model.n}, ${model.components},
      ${JSON.stringify(validation)}::jsonb, ${model.vip as number[]}::float8[], ${JSON.stringify(model)}::jsonb, ${domain === null ? null : JSON.stringify(domain)}::jsonb, ${codeVersion('train')}
    FROM vm_version WHERE model_id = ${modelId} HAVING count(*) FILTER (WHERE trained_through >= ${new Date(through)}) = 0`);
  await feed(tx, [
    {
      kind: 'model',
      text: `VM of ${plan.set.parameter}: new version from ${model.n} wafers, ${model.components} components, Q² ${validation.q2?.toFixed(2) ?? 'unknown'}`,
      detail: { modelId },
    },
  ]);
}

/**
 * Moves the limits of a model by what the predictions of its version in force showed since the last check: one step, at most once per day of process
 * time, and the same whenever it is repeated. A period of several days is one step too, since all of it was judged by the same limits. A new version
 * inherits the move: it is calibrated in the same way and errs in the same direction.
 */
async function followDomain(tx: Tx, modelId: string, through: number): Promise<void> {
  const to = new Date(through);
  const v = await tx.one<{ version: number; has_domain: boolean; shift: number | null; since: Date }>(sql`
    SELECT v.version, v.domain IS NOT NULL AS has_domain, s.shift, greatest(s.effective_from - make_interval(secs => ${LEAD_MS / 1000}::float8), v.effective_from) AS since
    FROM vm_version v LEFT JOIN LATERAL (
      SELECT shift, effective_from FROM vm_domain_shift s WHERE s.model_id = v.model_id ORDER BY effective_from DESC LIMIT 1) s ON true
    WHERE v.model_id = ${modelId} AND v.effective_from <= ${to} ORDER BY v.effective_from DESC, v.version DESC LIMIT 1`);
  if (v === undefined || !v.has_domain || v.since >= to) return;
  const rows = await tx.rows<{ ratio: number }>(sql`
    SELECT greatest(p.t2, p.spe) AS ratio FROM vm_prediction p
    WHERE p.model_id = ${modelId} AND p.version = ${v.version} AND p.started_at >= ${v.since} AND p.started_at < ${to}`);
  const { predictions, outside } = usualOutside(rows.map((r) => r.ratio));
  await tx.exec(sql`
    INSERT INTO vm_domain_shift (model_id, version, effective_from, shift, predictions, outside)
    VALUES (${modelId}, ${v.version}, ${new Date(through + LEAD_MS)}, ${nextShift(v.shift ?? 0, predictions, outside)}, ${predictions}, ${outside}) ON CONFLICT DO NOTHING`);
}
