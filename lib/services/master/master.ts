import { type Db, db, perDatabase, sql } from '@/lib/db';

export interface ProductFrame {
  readonly diameterMm: number;
  readonly edgeExclusionMm: number;
}

export interface MetrologyRecipeNames {
  readonly operation: string;
  readonly channels: readonly string[];
}

/** A knob that a loop sets, with its limits. */
export interface Knob {
  readonly loop: string;
  readonly knob: string;
  readonly unit: string;
  readonly min: number;
  readonly max: number;
}

/** Key of the place where knobs are set. */
export const knobPlace = (operation: string, product: string): string => JSON.stringify([operation, product]);

/** What records may name. Read at most every few seconds, and again when a name is not found, so a new tool works at once. */
export interface Master {
  readonly readAt: number;
  readonly chambers: ReadonlyMap<string, ReadonlySet<string>>;
  readonly toolArea: ReadonlyMap<string, string>;
  readonly stations: ReadonlySet<string>;
  readonly products: ReadonlyMap<string, ProductFrame>;
  readonly operations: ReadonlyMap<string, { area: string; layer: string }>;
  readonly routes: ReadonlySet<string>;
  readonly parameters: ReadonlyMap<string, { unit: string }>;
  /** Active metrology recipes: the operation they are for and the channels they fit. */
  readonly metrologyRecipes: ReadonlyMap<string, MetrologyRecipeNames>;
  /** Channels that any recipe of an operation fits, in any version or in an open draft: what its stations may record. */
  readonly channels: ReadonlyMap<string, ReadonlySet<string>>;
  /** Knobs of the loops of an operation and product, by `knobPlace`. */
  readonly knobs: ReadonlyMap<string, readonly Knob[]>;
}

const TTL_MS = 5_000;
const remembered = perDatabase((): { cached?: Promise<Master> | undefined } => ({}));

/** The master data; `fresh` forces a read when the cached copy is older than a second (a name was not found in it). */
export async function master(now: number, fresh = false): Promise<Master> {
  const box = remembered();
  const m = box.cached === undefined ? undefined : await box.cached;
  if (m !== undefined && now - m.readAt < (fresh ? 1_000 : TTL_MS)) return m;
  const fetched = read(now);
  box.cached = fetched;
  fetched.catch(() => {
    box.cached = undefined; // the caller sees the error; the next call reads again
  });
  return fetched;
}

async function read(now: number): Promise<Master> {
  const [chambers, tools, stations, products, operations, routes, parameters, recipes, channels, knobs] = await Promise.all([
    db().rows<{ tool: string; name: string }>(sql`SELECT tool, name FROM chamber`),
    db().rows<{ name: string; area: string }>(sql`SELECT name, area FROM tool`),
    db().rows<{ name: string }>(sql`SELECT name FROM station`),
    db().rows<{ name: string; diameter_mm: number; edge_exclusion_mm: number }>(
      sql`SELECT name, diameter_mm, edge_exclusion_mm FROM product`,
    ),
    db().rows<{ name: string; area: string; layer: string }>(sql`SELECT name, area, layer FROM operation`),
    db().rows<{ name: string }>(sql`SELECT name FROM route`),
    db().rows<{ name: string; unit: string }>(sql`SELECT name, unit FROM parameter`),
    db().rows<{ name: string; operation: string; channels: string[] }>(sql`
      SELECT r.name, r.operation, (SELECT array_agg(c->>'name') FROM jsonb_array_elements(v.content->'channels') AS c) AS channels
      FROM metrology_recipe r JOIN metrology_recipe_version v ON v.recipe_id = r.id AND v.version = r.version WHERE r.active`),
    db().rows<{ operation: string; names: string[] }>(sql`
      SELECT q.operation, array_agg(DISTINCT c->>'name') AS names FROM (
        SELECT r.operation, v.content FROM metrology_recipe r JOIN metrology_recipe_version v ON v.recipe_id = r.id
        UNION ALL SELECT operation, content FROM metrology_recipe_draft WHERE state IN ('draft', 'proposed')) q,
        jsonb_array_elements(CASE WHEN jsonb_typeof(q.content->'channels') = 'array' THEN q.content->'channels' ELSE '[]' END) AS c
      WHERE jsonb_typeof(c->'name') = 'string' GROUP BY q.operation`),
    knobsByPlace(db()),
  ]);
  const byTool = new Map<string, Set<string>>(tools.map((t) => [t.name, new Set()]));
  for (const c of chambers) byTool.get(c.tool)?.add(c.name);
  return {
    readAt: now,
    chambers: byTool,
    toolArea: new Map(tools.map((t) => [t.name, t.area])),
    stations: new Set(stations.map((s) => s.name)),
    products: new Map(products.map((p) => [p.name, { diameterMm: p.diameter_mm, edgeExclusionMm: p.edge_exclusion_mm }])),
    operations: new Map(operations.map((o) => [o.name, { area: o.area, layer: o.layer }])),
    routes: new Set(routes.map((r) => r.name)),
    parameters: new Map(parameters.map((p) => [p.name, { unit: p.unit }])),
    metrologyRecipes: new Map(recipes.map((r) => [r.name, { operation: r.operation, channels: r.channels }])),
    channels: new Map(channels.map((c) => [c.operation, new Set(c.names)])),
    knobs,
  };
}

/** Knobs of all loops, by `knobPlace`. */
export async function knobsByPlace(on: Db): Promise<ReadonlyMap<string, readonly Knob[]>> {
  const rows = await on.rows<Knob & { operation: string; product: string }>(sql`
    SELECT l.operation, l.product, l.name AS loop, l.knob, l.knob_unit AS unit, (v.config->>'min')::float8 AS min, (v.config->>'max')::float8 AS max
    FROM control_loop l JOIN loop_version v ON v.loop_id = l.id AND v.version = l.version ORDER BY l.name`);
  const byPlace = new Map<string, Knob[]>();
  for (const { operation, product, ...k } of rows) {
    const place = knobPlace(operation, product);
    byPlace.set(place, [...(byPlace.get(place) ?? []), k]);
  }
  return byPlace;
}
