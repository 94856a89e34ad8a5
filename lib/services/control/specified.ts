import { characteristicName, characteristicsOf } from '@/lib/characteristic';
import { type Sql, sql } from '@/lib/db';

/** The output of loop `l` is on the scale of specifications: wafer means, and overlay. */
export const ON_SPECIFIED_SCALE = sql`(l.characteristic = ${characteristicName({ source: 'measurement', of: 'mean', lot: false })} OR l.characteristic LIKE ${characteristicsOf('overlay')})`;

/** Whether a target is the one that the specification of a loop's output has now. */
export const aims = (loopId: string, target: number): Sql => sql`EXISTS (
  SELECT 1 FROM control_loop l JOIN specification s ON s.product = l.product AND s.operation = l.operation AND s.parameter = l.parameter
  WHERE l.id = ${loopId} AND s.target = ${target}::float8 AND ${ON_SPECIFIED_SCALE})`;
