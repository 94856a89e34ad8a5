import { sql } from '@/lib/db';

/** The characteristics that chart `c` takes, as `t.characteristic`: its own, or those of its variables. */
export const TAKEN = sql`CROSS JOIN LATERAL (
  SELECT c.characteristic WHERE c.variables IS NULL UNION ALL SELECT v ->> 'characteristic' FROM jsonb_array_elements(c.variables) v) t(characteristic)`;
