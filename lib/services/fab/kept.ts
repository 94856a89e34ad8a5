import { sql, type Tx } from '@/lib/db';
import { AppError } from '@/lib/errors';
import type { FabRecord, LoopConfigRecord } from '@/lib/formats/fab';
import type { MasterRows } from './document-changes';

/** A difference in the document for something that exists and that this call does not change. */
export interface Kept {
  /** Place in the document, e.g. `loops.3.config.gain`. */
  readonly path: string;
  readonly message: string;
}

/** Geometry of a product by column: stored coordinates and sites depend on it. */
const GEOMETRY = {
  diameterMm: 'diameter_mm',
  edgeExclusionMm: 'edge_exclusion_mm',
  fieldWidthMm: 'field_width_mm',
  fieldHeightMm: 'field_height_mm',
  dieWidthMm: 'die_width_mm',
  dieHeightMm: 'die_height_mm',
} as const;

/**
 * Refuses what would change the meaning of stored numbers: the unit of a parameter, the geometry of a product.
 * @param before - the rows as they are.
 * @throws AppError `conflict` with the path of the field.
 */
export function refuseOtherMeaning(fab: FabRecord, before: MasterRows): void {
  const conflict = (path: string, text: string) => new AppError('conflict', `${path}: ${text}`, { path });
  for (const [i, p] of fab.parameters.entries()) {
    const unit = before.get('parameters')?.get(p.name)?.['unit'];
    if (unit !== undefined && unit !== p.unit)
      throw conflict(
        `parameters.${i}.unit`,
        `"${p.name}" is kept in ${String(unit)}, and so is everything that was measured; convert to ${String(unit)}, or register a parameter of another name`,
      );
  }
  for (const [i, p] of fab.products.entries()) {
    const row = before.get('products')?.get(p.name);
    const field = (Object.keys(GEOMETRY) as (keyof typeof GEOMETRY)[]).find(
      (f) => row !== undefined && row[GEOMETRY[f]] !== p[f],
    );
    if (row !== undefined && field !== undefined)
      throw conflict(
        `products.${i}.${field}`,
        `product "${p.name}" is registered with ${String(row[GEOMETRY[field]])} mm, and its stored sites are read by that; register a product of another name`,
      );
  }
}

/**
 * Existing loops and recipe versions that the document describes differently: they stay, since engineers change loops, and a recipe version never
 * changes. What a document repeats unchanged is not a change.
 */
export async function keptAsTheyAre(tx: Tx, fab: FabRecord): Promise<Kept[]> {
  return [...(await keptLoops(tx, fab)), ...(await keptRecipes(tx, fab))];
}

async function keptLoops(tx: Tx, fab: FabRecord): Promise<Kept[]> {
  const rows = await tx.rows<{ id: string; name: string; registered: LoopConfigRecord; config: LoopConfigRecord }>(sql`
    SELECT l.id, l.name, r.config AS registered, v.config FROM control_loop l
    JOIN loop_version v ON v.loop_id = l.id AND v.version = l.version JOIN loop_version r ON r.loop_id = l.id AND r.version = 1
    WHERE l.name = ANY(${fab.loops.map((l) => l.name)}::text[])`);
  const byName = new Map(rows.map((r) => [r.name, r]));
  return fab.loops.flatMap((l, i) => {
    const row = byName.get(l.name);
    if (row === undefined) return [];
    const fields = Object.keys({ ...row.registered, ...l.config }) as (keyof LoopConfigRecord)[];
    return fields
      .filter((f) => differs(l.config[f], row.registered[f]) && differs(l.config[f], row.config[f]))
      .map((f) => ({
        path: `loops.${i}.config.${f}`,
        message: `loop "${l.name}" keeps ${f} = ${String(row.config[f] ?? null)}; an engineer changes it on the loop's page, /control/${row.id}`,
      }));
  });
}

const differs = (a: unknown, b: unknown): boolean => (a ?? null) !== (b ?? null);

async function keptRecipes(tx: Tx, fab: FabRecord): Promise<Kept[]> {
  const rows = await tx.rows<{ i: number; name: string; version: number }>(sql`
    SELECT (d.i - 1)::int AS i, r.name, r.version FROM jsonb_array_elements(${JSON.stringify(fab.recipes)}::jsonb) WITH ORDINALITY AS d(recipe, i)
    JOIN recipe r ON r.name = d.recipe->>'name' AND r.version = (d.recipe->>'version')::int
    WHERE (r.operation, r.product, r.setpoints) IS DISTINCT FROM (d.recipe->>'operation', d.recipe->>'product', d.recipe->'setpoints') ORDER BY 1`);
  return rows.map((r) => ({
    path: `recipes.${r.i}`,
    message: `version ${r.version} of recipe "${r.name}" is registered with other content and stays; send this one as version ${r.version + 1}`,
  }));
}
