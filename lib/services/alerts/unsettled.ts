import { type Sql, sql } from '@/lib/db';

/**
 * Alerts that wait for somebody: neither closed nor verified. The words are those of the partial unique index, which an `ON CONFLICT` has to repeat.
 * @param of - alias of the table where its column would not be clear.
 */
export const unsettled = (of?: Sql): Sql =>
  of === undefined ? sql`state NOT IN ('closed', 'verified')` : sql`${of}.state NOT IN ('closed', 'verified')`;
