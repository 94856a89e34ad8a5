import { db, sql } from '@/lib/db';
import { idFromAddress } from '../../address/id-from-address';
import { isWrongRecipe } from '../wrong-recipe';

export interface RunHead {
  id: string;
  tool: string;
  chamber: string;
  product: string;
  layer: string;
  operation: string;
  lot: string;
  slot: number;
  recipe: string;
  recipeVersion: number;
  /** The recipe is registered, but neither for this product nor for all. */
  isWrongRecipe: boolean;
  setpoints: Record<string, number>;
  adviceId: string | null;
  startedMs: number;
  endedMs: number;
  receivedMs: number;
}

const HEAD = sql`id, tool, chamber, product, layer, operation, lot, slot, recipe, recipe_version AS "recipeVersion", ${isWrongRecipe(sql`run`)} AS "isWrongRecipe", setpoints, advice_id AS "adviceId"`;

/** One run's record, without its trace. */
export async function runHead(id: string): Promise<RunHead | undefined> {
  const row = await db().one<
    Omit<RunHead, 'startedMs' | 'endedMs' | 'receivedMs'> & { started_at: Date; ended_at: Date; received_at: Date }
  >(sql`
    SELECT ${HEAD}, started_at, ended_at, received_at FROM run WHERE id = ${idFromAddress('run', id)}`);
  if (row === undefined) return undefined;
  const { started_at, ended_at, received_at, ...rest } = row;
  return { ...rest, startedMs: started_at.getTime(), endedMs: ended_at.getTime(), receivedMs: received_at.getTime() };
}
