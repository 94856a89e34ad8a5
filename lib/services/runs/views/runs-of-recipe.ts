import { db, type Sql, sql } from '@/lib/db';

/** Which runs: all of one recipe at one operation. Null: not filtered; of operation and recipe the one with the most runs. */
export interface RunChoice {
  readonly fromMs: number;
  readonly toMs: number;
  readonly operation: string | null;
  readonly recipe: string | null;
  readonly tool: string | null;
  readonly chamber: string | null;
  readonly product: string | null;
}

export interface RunsOf {
  readonly id: string;
  readonly tool: string;
  readonly chamber: string;
  readonly product: string;
  readonly lot: string;
  readonly slot: number;
  readonly version: number;
  readonly startedMs: number;
  /** A rule fired at one of its points. */
  readonly isOut: boolean;
}

interface RecipeRuns {
  readonly operation: string;
  readonly recipe: string;
  readonly runs: number;
}

/** Recipes of a list of choices. */
const MOST_RECIPES = 200;

/** The ids and times of runs as a table q(id, at). */
export const idsFrom = (runs: readonly RunsOf[]): Sql =>
  sql`unnest(${runs.map((r) => r.id)}::uuid[], ${runs.map((r) => new Date(r.startedMs))}::timestamptz[]) AS q(id, at)`;

/** The newest runs with a trace of the chosen recipe, newest first, with the choices of the window. @param most - runs at most. */
export async function runsOf(f: RunChoice, most: number) {
  const window = sql`r.started_at >= ${new Date(f.fromMs)} AND r.started_at < ${new Date(f.toMs)}`;
  const recipes = await db().rows<RecipeRuns>(sql`
    SELECT r.operation, r.recipe, count(*)::int AS runs FROM run r WHERE ${window} GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT ${MOST_RECIPES}`);
  const chosen = recipes.find(
    (r) => (f.operation === null || r.operation === f.operation) && (f.recipe === null || r.recipe === f.recipe),
  );
  if (chosen === undefined) return { recipes, chosen, places: [], products: [], runs: [], total: 0 };
  const ofRecipe = sql`${window} AND r.operation = ${chosen.operation} AND r.recipe = ${chosen.recipe}`;
  const filtered = sql`${ofRecipe} AND (${f.tool}::text IS NULL OR r.tool = ${f.tool}) AND (${f.chamber}::text IS NULL OR r.chamber = ${f.chamber})
    AND (${f.product}::text IS NULL OR r.product = ${f.product})`;
  const withTrace = sql`run r JOIN trace t ON t.run_id = r.id AND t.started_at = r.started_at`;
  const [places, products, total, rows] = await Promise.all([
    db().rows<{ tool: string; chamber: string }>(
      sql`SELECT DISTINCT r.tool, r.chamber FROM run r WHERE ${ofRecipe} ORDER BY 1, 2 LIMIT 200`,
    ),
    db().rows<{ product: string }>(sql`SELECT DISTINCT r.product FROM run r WHERE ${ofRecipe} ORDER BY 1 LIMIT 200`),
    db().one<{ n: number }>(sql`SELECT count(*)::int AS n FROM ${withTrace} WHERE ${filtered}`),
    db().rows<Omit<RunsOf, 'startedMs'> & { at: Date }>(sql`
      SELECT r.id, r.tool, r.chamber, r.product, r.lot, r.slot, r.recipe_version AS version, r.started_at AS at,
        EXISTS (SELECT 1 FROM chart_point p WHERE p.run_id = r.id AND cardinality(p.rules) > 0) AS "isOut"
      FROM ${withTrace} WHERE ${filtered} ORDER BY r.started_at DESC, r.id LIMIT ${most}`),
  ]);
  const runs = rows.map(({ at, ...r }): RunsOf => ({ ...r, startedMs: at.getTime() }));
  return { recipes, chosen, places, products: products.map((p) => p.product), runs, total: total?.n ?? 0 };
}
