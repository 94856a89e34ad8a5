import { db, sql } from '@/lib/db';
import type { SpecificationValues } from '@/lib/spc';

export interface SpecificationRow extends SpecificationValues {
  product: string;
  operation: string;
  parameter: string;
  area: string;
  unit: string;
  digits: number;
  version: number;
  validFromMs: number;
  author: string;
  reason: string;
  /** Charts whose values are on this scale. */
  charts: number;
  /** Loops of this context with another target: their own, or one that they could not change yet. */
  otherTargets: { id: string; name: string; target: number }[];
}

export interface SpecificationFilter {
  readonly product: string | null;
  readonly operation: string | null;
  readonly parameter: string | null;
}

/** All specifications with the version in force, and the loops that aim elsewhere. */
export async function specificationList(f: SpecificationFilter): Promise<SpecificationRow[]> {
  const rows = await db().rows<Omit<SpecificationRow, 'validFromMs'> & { valid_from: Date }>(sql`
    SELECT s.product, s.operation, s.parameter, o.area, p.unit, p.digits, s.version, s.target, s.lsl, s.usl, v.valid_from, v.author, v.reason,
      (SELECT count(*)::int FROM chart c WHERE c.active AND c.specified AND c.operation = s.operation AND c.parameter = s.parameter AND (c.product IS NULL OR c.product = s.product)) AS charts,
      COALESCE((SELECT jsonb_agg(jsonb_build_object('id', l.id, 'name', l.name, 'target', (lv.config->>'target')::float8) ORDER BY l.name)
        FROM control_loop l JOIN loop_version lv ON lv.loop_id = l.id AND lv.version = l.version
        WHERE l.product = s.product AND l.operation = s.operation AND l.parameter = s.parameter AND s.target IS NOT NULL AND (lv.config->>'target')::float8 <> s.target), '[]'::jsonb) AS "otherTargets"
    FROM specification s JOIN operation o ON o.name = s.operation JOIN parameter p ON p.name = s.parameter
    JOIN specification_version v ON v.product = s.product AND v.operation = s.operation AND v.parameter = s.parameter AND v.version = s.version
    WHERE (${f.product}::text IS NULL OR s.product = ${f.product}) AND (${f.operation}::text IS NULL OR s.operation = ${f.operation}) AND (${f.parameter}::text IS NULL OR s.parameter = ${f.parameter})
    ORDER BY o.position, s.parameter, s.product LIMIT 1000`);
  return rows.map(({ valid_from, ...r }) => ({ ...r, validFromMs: valid_from.getTime() }));
}

export interface SpecificationVersionRow extends SpecificationValues {
  version: number;
  validFromMs: number;
  author: string;
  reason: string;
}

/** The versions of one specification, newest first. */
export async function specificationVersions(key: {
  product: string;
  operation: string;
  parameter: string;
}): Promise<SpecificationVersionRow[]> {
  const rows = await db().rows<Omit<SpecificationVersionRow, 'validFromMs'> & { valid_from: Date }>(sql`
    SELECT version, target, lsl, usl, valid_from, author, reason FROM specification_version
    WHERE product = ${key.product} AND operation = ${key.operation} AND parameter = ${key.parameter} ORDER BY version DESC LIMIT 200`);
  return rows.map(({ valid_from, ...r }) => ({ ...r, validFromMs: valid_from.getTime() }));
}

/** The choices of the filters of the screen. */
export async function specificationLists(): Promise<{ products: string[]; operations: string[]; parameters: string[] }> {
  const row = await db().one<{ products: string[] | null; operations: string[] | null; parameters: string[] | null }>(sql`
    SELECT array_agg(DISTINCT product ORDER BY product) AS products, array_agg(DISTINCT operation ORDER BY operation) AS operations,
      array_agg(DISTINCT parameter ORDER BY parameter) AS parameters FROM specification`);
  return { products: row?.products ?? [], operations: row?.operations ?? [], parameters: row?.parameters ?? [] };
}
