import { db, sql } from '@/lib/db';

/** What the simulated fab keeps of the oxide thickness that CVD-01 coats on KITE-45: the loop and the charts that the wafers of these tests reach. */

/** Its control loop. */
export const oxideLoop = async (): Promise<{ id: string; name: string }> =>
  (await db().one<{ id: string; name: string }>(
    sql`SELECT id, name FROM control_loop WHERE parameter = 'oxide_thickness' AND product = 'KITE-45'`,
  ))!;

/** Its chart of a characteristic; where a tool divides the chart, that of chamber A. */
export const oxideChart = async (characteristic: string, kind: string): Promise<{ id: string; title: string }> =>
  (await db().one<{ id: string; title: string }>(sql`
    SELECT id, title FROM chart WHERE characteristic = ${characteristic} AND kind = ${kind} AND operation = 'CVD-OXIDE' AND parameter = 'oxide_thickness'
      AND (product = 'KITE-45' OR product IS NULL) AND (tool IS NULL OR (tool = 'CVD-01' AND chamber = 'A'))`))!;
