import { sourceOf } from '@/lib/characteristic';
import { db, type Sql, sql } from '@/lib/db';
import type { MetrologyRecipe } from '@/lib/formats/metrology-recipe';
import { type TrialWafer, trialDifference } from '../../recipes/trial-difference';

/** The measured values of a chart. */
export interface Charted {
  readonly operation: string;
  readonly product: string | null;
  readonly parameter: string;
  readonly tool: string | null;
  readonly chamber: string | null;
}

/** Values that a metrology recipe may make: of the sites of wafers, not of marks or models. */
export const isMeasured = (characteristic: string): boolean =>
  ['measurement', 'zernike'].includes(sourceOf(characteristic) ?? '');

/** A version of a metrology recipe that came into force with content different from the one before it. */
export interface RecipeChange {
  readonly recipeId: string;
  readonly recipe: string;
  readonly version: number;
  /** When it came into force: spectra that were fitted from then on are fitted by it, ms UTC. */
  readonly inForceMs: number;
  readonly author: string;
  readonly reason: string;
}

const DAY_MS = 86_400_000;
/** Longest time between process and measurement for which the mark of a change is sought among the points. */
const MEASURED_WITHIN_MS = 7 * DAY_MS;

const COLUMNS = sql`r.id AS "recipeId", r.name AS recipe, v.version, v.created_at, v.author, v.reason`;
/** Versions with content different from the one before, of recipes that report this quantity in either. */
const changesOf = (c: Charted) => sql`metrology_recipe r
  JOIN metrology_recipe_version v ON v.recipe_id = r.id
  JOIN metrology_recipe_version b ON b.recipe_id = r.id AND b.version = v.version - 1 AND b.content IS DISTINCT FROM v.content
  WHERE r.operation = ${c.operation} AND (r.product IS NULL OR ${c.product}::text IS NULL OR r.product = ${c.product})
    AND EXISTS (SELECT 1 FROM jsonb_array_elements((v.content->'parameters') || (b.content->'parameters')) AS p WHERE p->>'reportAs' = ${c.parameter})`;
const ofChart = (
  c: Charted,
) => sql`m.operation = ${c.operation} AND m.parameter = ${c.parameter} AND (${c.product}::text IS NULL OR m.product = ${c.product})
  AND (${c.tool}::text IS NULL OR m.tool = ${c.tool}) AND (${c.chamber}::text IS NULL OR m.chamber = ${c.chamber})`;

/** Process time of the first wafer of a chart that a version of a recipe fitted, within seven days of its coming into force on either side. */
const firstFitted = (c: Charted, v: { readonly recipe: Sql; readonly version: Sql; readonly inForce: Sql }) => sql`
  SELECT min(m.processed_at) FROM spectrum_fit f, unnest(f.measurements) AS made(id) JOIN measurement m ON m.id = made.id
  WHERE m.measured_at = f.measured_at AND f.recipe_id = ${v.recipe} AND f.version = ${v.version}
    AND f.measured_at BETWEEN ${v.inForce} - interval '7 days' AND ${v.inForce} + interval '7 days' AND ${ofChart(c)}`;

/**
 * Changes of the metrology recipes that make the values of a chart. A chart follows process time, and a wafer processed before the change may have
 * been fitted after it: `atMs` is the process time of the first wafer of the chart that the version fitted, where that is earlier than its coming
 * into force, so that no point by the new version lies before the mark.
 */
export async function recipeChanges(c: Charted, fromMs: number, toMs: number): Promise<(RecipeChange & { atMs: number })[]> {
  const rows = await db().rows<Omit<RecipeChange, 'inForceMs'> & { created_at: Date; first: Date | null }>(sql`
    SELECT ${COLUMNS}, (${firstFitted(c, { recipe: sql`r.id`, version: sql`v.version`, inForce: sql`v.created_at` })} AND m.processed_at < v.created_at) AS first
    FROM ${changesOf(c)} AND v.created_at BETWEEN ${new Date(fromMs)} AND ${new Date(toMs + MEASURED_WITHIN_MS)} ORDER BY v.created_at LIMIT 100`);
  return rows
    .map(({ created_at, first, ...r }) => ({
      ...r,
      inForceMs: created_at.getTime(),
      atMs: Math.min(created_at.getTime(), first?.getTime() ?? Number.POSITIVE_INFINITY),
    }))
    .filter((r) => r.atMs >= fromMs && r.atMs <= toMs);
}

/** A signal within this time after a change of its recipe, or within this many points of its chart, names the change. */
export const NAMED_WITHIN = { ms: DAY_MS, points: 25 } as const;

/** The change of a metrology recipe that a signal follows, and what its trial found. */
export interface RecipeEvidence extends RecipeChange {
  /** From the coming into force to the fit that gave the signal, ms. */
  readonly afterMs: number;
  /** Points of the chart by this version up to the signal, it included; 0 where the first of them is not known. */
  readonly points: number;
  /** By the trial on stored spectra that the version was released on, new − old; null where none is stored or no site could be compared. */
  readonly trial: { readonly meanShift: number; readonly unit: string; readonly sites: number } | null;
}

/**
 * The change of recipe shortly before the first signal of an alert: its value was fitted by the new version within its first day, or is among the
 * first 25 points of the chart so fitted. It suppresses nothing: it says what else may have moved the value.
 * @param signal - the point that opened the alert; a wafer by its measurement, a lot by its name.
 */
export async function recipeBehind(
  chart: Charted & { readonly id: string },
  signal: { readonly recordId: string | null; readonly lot: string | null; readonly atMs: number },
): Promise<RecipeEvidence | null> {
  const row = await db().one<
    Omit<RecipeChange, 'inForceMs'> & { created_at: Date; fitted_at: Date; content: MetrologyRecipe; before: MetrologyRecipe }
  >(sql`
    WITH own AS (
      SELECT m.id, m.measured_at FROM measurement m WHERE m.lot = ${signal.lot} AND ${ofChart(chart)} AND m.superseded_by IS NULL
        AND (m.id = ${signal.recordId}::uuid OR NOT EXISTS (SELECT 1 FROM measurement w WHERE w.lot = ${signal.lot} AND w.operation = ${chart.operation} AND w.id = ${signal.recordId}::uuid)))
    SELECT ${COLUMNS}, f.fitted_at, v.content, b.content AS before
    FROM own m JOIN spectrum_fit f ON f.measured_at = m.measured_at AND m.id = ANY(f.measurements)
      JOIN (SELECT r.id AS of_recipe, v.version AS of_version FROM ${changesOf(chart)}) k ON k.of_recipe = f.recipe_id AND k.of_version = f.version
      JOIN metrology_recipe r ON r.id = f.recipe_id JOIN metrology_recipe_version v ON v.recipe_id = r.id AND v.version = f.version
      JOIN metrology_recipe_version b ON b.recipe_id = r.id AND b.version = v.version - 1
    ORDER BY f.fitted_at LIMIT 1`);
  if (row === undefined) return null;
  const { created_at, fitted_at, content, before, ...change } = row;
  const afterMs = fitted_at.getTime() - created_at.getTime();
  const points = await pointsBy(chart, change, created_at, signal.atMs);
  if (afterMs > NAMED_WITHIN.ms && (points === 0 || points > NAMED_WITHIN.points)) return null;
  const trial = await trialShift(change, chart.parameter, content, before);
  return { ...change, inForceMs: created_at.getTime(), afterMs, points, trial };
}

/** Number of points of a chart from the first by the version up to the signal. */
async function pointsBy(
  chart: Charted & { readonly id: string },
  v: { readonly recipeId: string; readonly version: number },
  inForce: Date,
  signalMs: number,
): Promise<number> {
  const row = await db().one<{ n: number }>(sql`
    SELECT count(*)::int AS n FROM chart_point p WHERE p.chart_id = ${chart.id} AND p.at <= ${new Date(signalMs)} AND p.at >= (${firstFitted(chart, { recipe: sql`${v.recipeId}::uuid`, version: sql`${v.version}`, inForce: sql`${inForce}::timestamptz` })})`);
  return row!.n;
}

/** The result for the parameter of the trial that the version was released on. */
async function trialShift(
  v: { readonly recipeId: string; readonly version: number },
  parameter: string,
  content: MetrologyRecipe,
  before: MetrologyRecipe,
): Promise<RecipeEvidence['trial']> {
  const trial = await db().one<{ results: TrialWafer[] }>(sql`
    SELECT t.results FROM metrology_recipe_draft d JOIN metrology_recipe_trial t ON t.draft_id = d.id AND t.revision = d.revision AND t.base_version = d.base_version
    WHERE d.recipe_id = ${v.recipeId} AND d.made_version = ${v.version} AND t.state = 'ready' ORDER BY t.created_at DESC LIMIT 1`);
  const name = content.parameters.find((p) => p.reportAs === parameter)?.name;
  if (trial === undefined || name === undefined) return null;
  const d = trialDifference(content, before, trial.results).parameters.find((p) => p.name === name);
  return d === undefined || d.meanShift === null ? null : { meanShift: d.meanShift, unit: d.unit, sites: d.sites };
}
