import { sql, type Tx } from '@/lib/db';
import { isWrongRecipe, wrongRecipeText } from '../runs/wrong-recipe';
import { endCondition, raiseCondition } from './condition';

const keyOf = (g: { tool: string; product: string; operation: string }): string => `recipe:${g.tool}:${g.product}:${g.operation}`;

interface Group {
  tool: string;
  product: string;
  operation: string;
  area: string;
  wrong: number;
  recipe: string;
  id: string;
  chamber: string;
  lot: string;
  slot: number;
  from: Date;
  to: Date;
}

/**
 * Judges the recipes of newly ingested runs: one open alert per tool, product and operation; right runs that follow end it.
 * Runs that are sent again are not ingested again, so nothing is counted twice.
 */
export async function judgeRecipes(tx: Tx, runIds: readonly string[], from: Date, to: Date): Promise<void> {
  const groups = await tx.rows<Group>(sql`
    WITH taken AS (
      SELECT r.*, ${isWrongRecipe(sql`r`)} AS is_wrong FROM run r WHERE r.id = ANY(${runIds}::uuid[]) AND r.started_at BETWEEN ${from} AND ${to})
    SELECT t.tool, t.product, t.operation, o.area, count(*) FILTER (WHERE is_wrong)::int AS wrong,
      (array_agg(t.recipe ORDER BY is_wrong DESC, t.started_at, t.slot))[1] AS recipe, (array_agg(t.id ORDER BY is_wrong DESC, t.started_at, t.slot))[1] AS id,
      (array_agg(t.chamber ORDER BY is_wrong DESC, t.started_at, t.slot))[1] AS chamber, (array_agg(t.lot ORDER BY is_wrong DESC, t.started_at, t.slot))[1] AS lot,
      (array_agg(t.slot ORDER BY is_wrong DESC, t.started_at, t.slot))[1] AS slot, min(t.started_at) FILTER (WHERE is_wrong) AS "from", max(t.started_at) FILTER (WHERE is_wrong) AS "to"
    FROM taken t JOIN operation o ON o.name = t.operation GROUP BY t.tool, t.product, t.operation, o.area ORDER BY t.tool, t.product, t.operation`);
  for (const g of groups) {
    if (g.wrong > 0) await raiseGroup(tx, g);
    await endGroup(tx, g);
  }
}

const raiseGroup = (tx: Tx, g: Group): Promise<void> =>
  raiseCondition(tx, {
    key: keyOf(g),
    kind: 'recipe',
    severity: 'high',
    title: `${g.tool}: ${wrongRecipeText(g)}`,
    area: g.area,
    tool: g.tool,
    chamber: null,
    product: g.product,
    operation: g.operation,
    lot: g.lot,
    slot: g.slot,
    recordId: g.id,
    runId: g.id,
    from: g.from,
    to: g.to,
    count: g.wrong,
    value: null,
  });

const endGroup = (tx: Tx, g: Group): Promise<void> =>
  endCondition(
    tx,
    keyOf(g),
    (last) => sql`
      SELECT count(*)::int AS n FROM run r WHERE r.tool = ${g.tool} AND r.product = ${g.product} AND r.operation = ${g.operation} AND r.started_at > ${last} AND NOT ${isWrongRecipe(sql`r`)}`,
    `runs of ${g.product} at ${g.operation} on ${g.tool} used a recipe of the product`,
  );
