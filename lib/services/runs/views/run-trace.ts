import { asFloat32, db, sql } from '@/lib/db';
import { alignToSteps, type GoldenBand, goldenBand, LEAST_RUNS, type StepWindow } from '@/lib/traces';
import type { RunHead } from './run-head';

export interface RunTrace {
  t: Float32Array;
  steps: { name: string; fromS: number; toS: number }[];
  /** `band` is absent where no good run has samples of this sensor. */
  sensors: { name: string; unit: string; v: Float32Array; band: GoldenBand | undefined }[];
  golden: GoldenRuns;
}

/** The good runs that the golden band is made of; all of the run's own recipe. */
export interface GoldenRuns {
  runs: number;
  /** Fewest runs for a band. */
  least: number;
  recipe: string;
  /** Of this version alone; null: of several, since there were too few of one. */
  version: number | null;
  products: string[];
}

interface TraceRow {
  run_id: string;
  t: Buffer;
  v: Buffer;
  n: number;
  steps: StepWindow[];
  names: string[];
  units: string[];
}

const MOST_RUNS = 24;
/** Runs of one lot are alike: a band of few lots would be too narrow. */
const PER_LOT = 2;
/** From this many good runs of the same version on, the band is of that version alone. */
const ENOUGH_OF_VERSION = 8;

/**
 * The trace of a run with the golden band of each sensor: up to 24 earlier runs of the same chamber, operation and recipe with the same sensors, at
 * most two per lot, without a rule fired at any charted point; later runs fill up where there are too few earlier ones. Of the same recipe version
 * where there are 8 or more, else of all; of any product that the recipe ran on.
 */
export async function runTrace(run: RunHead): Promise<RunTrace | null> {
  const at = new Date(run.startedMs);
  const own = await db().one<TraceRow & { sensor_set_id: string }>(sql`
    SELECT t.run_id, t.t, t.v, t.n, t.steps, t.sensor_set_id, s.names, s.units FROM trace t JOIN sensor_set s ON s.id = t.sensor_set_id WHERE t.run_id = ${run.id} AND t.started_at = ${at}`);
  if (own === undefined) return null;
  const good = await db().rows<TraceRow & { product: string; version: number }>(sql`
    WITH clean AS (
      SELECT r.id, r.started_at, r.product, r.recipe_version AS version, row_number() OVER (PARTITION BY r.lot ORDER BY r.started_at) AS k
      FROM run r JOIN trace t ON t.run_id = r.id AND t.started_at = r.started_at AND t.sensor_set_id = ${own.sensor_set_id}
      WHERE r.tool = ${run.tool} AND r.chamber = ${run.chamber} AND r.operation = ${run.operation} AND r.recipe = ${run.recipe} AND r.id <> ${run.id}
        AND r.started_at BETWEEN ${new Date(run.startedMs - 14 * 86_400_000)} AND ${new Date(run.startedMs + 2 * 86_400_000)}
        AND NOT EXISTS (SELECT 1 FROM chart_point p WHERE p.run_id = r.id AND cardinality(p.rules) > 0)),
    few AS (SELECT *, count(*) FILTER (WHERE version = ${run.recipeVersion}) OVER () AS same FROM clean WHERE k <= ${PER_LOT}),
    near AS (
      SELECT * FROM few WHERE same < ${ENOUGH_OF_VERSION} OR version = ${run.recipeVersion}
      ORDER BY (started_at > ${at}), abs(extract(epoch FROM started_at - ${at})) LIMIT ${MOST_RUNS})
    SELECT t.run_id, t.t, t.v, t.n, t.steps, near.product, near.version FROM near JOIN trace t ON t.run_id = near.id AND t.started_at = near.started_at`);
  const t = asFloat32(own.t);
  const v = asFloat32(own.v);
  const others = good.map((g) => ({ t: asFloat32(g.t), v: asFloat32(g.v), steps: g.steps, n: g.n }));
  const versions = [...new Set(good.map((g) => g.version))];
  return {
    t: Float32Array.from(t),
    steps: own.steps.map((s) => ({ name: s.name, fromS: s.start, toS: s.end })),
    sensors: own.names.map((name, k) => ({
      name,
      unit: own.units[k] ?? '',
      v: v.slice(k * own.n, (k + 1) * own.n),
      band: goldenBand(
        others.map((o) => alignToSteps(t, own.steps, { t: o.t, v: o.v.subarray(k * o.n, (k + 1) * o.n), steps: o.steps })),
        own.n,
      ),
    })),
    golden: {
      runs: others.length,
      least: LEAST_RUNS,
      recipe: run.recipe,
      version: versions.length === 1 ? versions[0]! : null,
      products: [...new Set(good.map((g) => g.product))].sort(),
    },
  };
}
