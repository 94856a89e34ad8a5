import { OVERLAY_PARAMETERS } from '@/lib/characteristic';
import { recordId, sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { type FabRecord, fabIn } from '@/lib/formats/fab';
import { audit } from '../audit';
import { checkLoops, createLoop } from '../control/create-loop';
import { certifyNew, registerRecipes } from '../recipes/recipes';
import { registerSpecifications } from '../spc/specification';
import { makeRegisteredCharts } from '../spc/templates/live';
import { verb } from '../verb';
import { masterChanges, masterRows } from './document-changes';
import { type Kept, keptAsTheyAre, refuseOtherMeaning } from './kept';

const json = (v: unknown) => JSON.stringify(v);

/** The outcome of a document. */
export interface Registered {
  readonly tools: number;
  readonly operations: number;
  readonly loops: number;
  readonly charts: number;
  readonly newLoopsInShadow: string[];
  readonly kept: Kept[];
}

/**
 * Registers or updates a fab's master data and metrology recipes in one transaction; what exists is kept and brought up to date, nothing is removed.
 * A new loop starts in shadow; one that exists keeps its versions and its state: engineers change loops, not this call. A specification that the document changes
 * becomes a version, as on the screen; what engineers changed since stays where the document says what it said before. What it says otherwise of a
 * loop or a version of a recipe is in `kept` of the answer.
 * @throws AppError `invalid_input` with the field path; `conflict` for another unit of a parameter or another geometry of a product;
 *   as `certifyOnThread` for a metrology recipe.
 */
export const registerFab = verb(
  { name: 'fab.register', least: 'engineer', input: fabIn },
  async (ctx, fab): Promise<Registered> => {
    checkReferences(fab);
    checkLoops(fab.loops);
    const recipes = await certifyNew(fab.metrologyRecipes);
    return transaction(async (tx) => {
      const before = await masterRows(tx, fab);
      refuseOtherMeaning(fab, before);
      const kept = await keptAsTheyAre(tx, fab);
      await upsertNames(tx, fab);
      await registerSpecifications(tx, ctx, fab.specifications, `as the document of ${fab.name} says`);
      const newRecipes = await upsertRecipes(tx, fab);
      const newLoopsInShadow: string[] = [];
      for (const l of fab.loops) if (await createLoop(tx, ctx, l)) newLoopsInShadow.push(l.name);
      await insertVmModels(tx);
      await registerRecipes(tx, ctx, recipes);
      const charts = await makeRegisteredCharts(tx);
      const changes = masterChanges(before, await masterRows(tx, fab));
      await audit(tx, ctx, {
        action: 'register',
        entity: 'fab',
        entityId: fab.name,
        before: changes.before,
        after: { ...changes.after, added: { ...changes.added, recipes: newRecipes, loops: newLoopsInShadow }, kept, charts },
      });
      return {
        tools: fab.tools.length,
        operations: fab.operations.length,
        loops: fab.loops.length,
        charts,
        newLoopsInShadow,
        kept,
      };
    });
  },
);

function checkReferences(fab: FabRecord): void {
  const areas = new Set(fab.areas);
  const operations = new Set(fab.operations.map((o) => o.name));
  const parameters = new Set(fab.parameters.map((p) => p.name));
  const tools = new Set(fab.tools.map((t) => t.name));
  const need = (ok: boolean, path: string, what: string) => {
    if (!ok) throw new AppError('invalid_input', `${path}: ${what} is not defined in this document`, { path });
  };
  for (const [i, t] of fab.tools.entries()) need(areas.has(t.area), `tools.${i}.area`, `area "${t.area}"`);
  for (const [i, o] of fab.operations.entries()) {
    need(areas.has(o.area), `operations.${i}.area`, `area "${o.area}"`);
    for (const t of o.tools) need(tools.has(t), `operations.${i}.tools`, `tool "${t}"`);
  }
  for (const [i, r] of fab.routes.entries())
    for (const o of r.operations) need(operations.has(o), `routes.${i}.operations`, `operation "${o}"`);
  for (const [i, l] of fab.loops.entries()) {
    need(operations.has(l.operation), `loops.${i}.operation`, `operation "${l.operation}"`);
    need(areas.has(l.area), `loops.${i}.area`, `area "${l.area}"`);
  }
  for (const [i, p] of fab.specifications.entries())
    need(parameters.has(p.parameter), `specifications.${i}.parameter`, `parameter "${p.parameter}"`);
}

async function upsertNames(tx: Tx, fab: FabRecord): Promise<void> {
  const text = (v: unknown) => json(v);
  await tx.exec(sql`INSERT INTO area (name, position) SELECT name, i FROM jsonb_array_elements_text(${text(fab.areas)}::jsonb) WITH ORDINALITY AS a(name, i)
    ON CONFLICT (name) DO UPDATE SET position = EXCLUDED.position`);
  await tx.exec(sql`INSERT INTO tool (name, area, kind, position)
    SELECT t->>'name', t->>'area', t->>'kind', i FROM jsonb_array_elements(${text(fab.tools)}::jsonb) WITH ORDINALITY AS a(t, i)
    ON CONFLICT (name) DO UPDATE SET area = EXCLUDED.area, kind = EXCLUDED.kind, position = EXCLUDED.position`);
  await tx.exec(sql`INSERT INTO chamber (tool, name)
    SELECT t->>'name', c FROM jsonb_array_elements(${text(fab.tools)}::jsonb) AS a(t), jsonb_array_elements_text(t->'chambers') AS b(c) ON CONFLICT DO NOTHING`);
  await tx.exec(sql`INSERT INTO station (name, area, kind) SELECT t->>'name', t->>'area', t->>'kind' FROM jsonb_array_elements(${text(fab.stations)}::jsonb) AS a(t)
    ON CONFLICT (name) DO UPDATE SET area = EXCLUDED.area, kind = EXCLUDED.kind`);
  await tx.exec(sql`INSERT INTO product (name, description, diameter_mm, edge_exclusion_mm, field_width_mm, field_height_mm, die_width_mm, die_height_mm)
    SELECT p->>'name', p->>'description', (p->>'diameterMm')::float8, (p->>'edgeExclusionMm')::float8, (p->>'fieldWidthMm')::float8, (p->>'fieldHeightMm')::float8,
      (p->>'dieWidthMm')::float8, (p->>'dieHeightMm')::float8 FROM jsonb_array_elements(${text(fab.products)}::jsonb) AS a(p)
    ON CONFLICT (name) DO UPDATE SET description = EXCLUDED.description`);
  await tx.exec(sql`INSERT INTO operation (name, area, layer, position, description, tools)
    SELECT o->>'name', o->>'area', o->>'layer', i, o->>'description', ARRAY(SELECT jsonb_array_elements_text(o->'tools')) FROM jsonb_array_elements(${text(fab.operations)}::jsonb) WITH ORDINALITY AS a(o, i)
    ON CONFLICT (name) DO UPDATE SET area = EXCLUDED.area, layer = EXCLUDED.layer, position = EXCLUDED.position, description = EXCLUDED.description, tools = EXCLUDED.tools`);
  await tx.exec(sql`INSERT INTO route (name, operations)
    SELECT r->>'name', ARRAY(SELECT jsonb_array_elements_text(r->'operations')) FROM jsonb_array_elements(${text(fab.routes)}::jsonb) AS a(r)
    ON CONFLICT (name) DO UPDATE SET operations = EXCLUDED.operations`);
  await tx.exec(sql`INSERT INTO parameter (name, unit, digits, description)
    SELECT p->>'name', p->>'unit', (p->>'digits')::int, p->>'description' FROM jsonb_array_elements(${text(fab.parameters)}::jsonb) AS a(p)
    ON CONFLICT (name) DO UPDATE SET digits = EXCLUDED.digits, description = EXCLUDED.description`);
}

/** Recipe versions never change. @returns the new ones, "NAME version". */
async function upsertRecipes(tx: Tx, fab: FabRecord): Promise<string[]> {
  const rows = await tx.rows<{
    name: string;
    version: number;
  }>(sql`INSERT INTO recipe (name, version, operation, product, setpoints)
    SELECT r->>'name', (r->>'version')::int, r->>'operation', r->>'product', r->'setpoints' FROM jsonb_array_elements(${json(fab.recipes)}::jsonb) AS a(r)
    ON CONFLICT (name, version) DO NOTHING RETURNING name, version`);
  return rows.map((r) => `${r.name} ${r.version}`);
}

/** Every parameter that is measured as a wafer map gets one virtual-metrology model per product; it predicts once it has been trained. */
async function insertVmModels(tx: Tx): Promise<void> {
  const rows = await tx.rows<{ operation: string; product: string; parameter: string; unit: string }>(sql`
    SELECT s.operation, s.product, s.parameter, p.unit FROM specification s JOIN parameter p ON p.name = s.parameter WHERE s.parameter <> ALL(${[...OVERLAY_PARAMETERS]}::text[])`);
  for (const r of rows) {
    await tx.exec(sql`INSERT INTO vm_model (id, operation, product, parameter, unit) VALUES (${recordId('vm', r.operation, r.product, r.parameter)}, ${r.operation}, ${r.product}, ${r.parameter}, ${r.unit})
      ON CONFLICT DO NOTHING`);
  }
}
