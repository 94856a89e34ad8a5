import type { RunToRunConfig } from '@/lib/control';
import { db, sql } from '@/lib/db';

export interface Loop {
  readonly id: string;
  readonly version: number;
  readonly state: string;
  readonly config: RunToRunConfig;
}
/** The first loop of an operation and product, as it is now. */
export const loopOf = async (operation: string, product = 'HERON-52') =>
  (await db().one<Loop>(sql`
    SELECT l.id, l.version, l.state::text, v.config FROM control_loop l JOIN loop_version v ON v.loop_id = l.id AND v.version = l.version
    WHERE l.operation = ${operation} AND l.product = ${product} ORDER BY l.name LIMIT 1`))!;

/** A specification as it is now. */
export const specOf = async (operation: string, parameter: string, product = 'HERON-52') =>
  (await db().one<{ version: number; target: number; lsl: number; usl: number }>(
    sql`SELECT version, target, lsl, usl FROM specification WHERE product = ${product} AND operation = ${operation} AND parameter = ${parameter}`,
  ))!;
