import { type Sql, sql } from '@/lib/db';

/**
 * Whether a run's recipe is known to be another product's or another operation's: it is registered, but in no version for the product and operation
 * that ran. A recipe that is registered for no product fits every product; one that is not registered is not judged.
 * @param r - alias of a relation with `recipe`, `product` and `operation`.
 */
export const isWrongRecipe = (r: Sql): Sql => sql`
  (EXISTS (SELECT 1 FROM recipe q WHERE q.name = ${r}.recipe)
    AND NOT EXISTS (SELECT 1 FROM recipe q WHERE q.name = ${r}.recipe AND q.operation = ${r}.operation AND (q.product IS NULL OR q.product = ${r}.product)))`;

export const wrongRecipeText = (r: { recipe: string; product: string }): string => `recipe ${r.recipe} on product ${r.product}`;
