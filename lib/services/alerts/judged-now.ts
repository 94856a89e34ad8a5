import { type Sql, sql } from '@/lib/db';
import { DISPERSION, WITHIN } from '@/lib/spc';

/**
 * The statistic of chart point `p` that a rule judges, as it is now: the spread within for a rule on it, the dispersion for one on that, else what is
 * plotted, of two plotted ones the one on the side of the signal.
 */
export const judgedNow = (rule: Sql, side: Sql): Sql =>
  sql`CASE WHEN ${rule} > ${WITHIN} THEN p.within WHEN ${rule} > ${DISPERSION} THEN p.dispersion WHEN ${side} = 'below' THEN COALESCE(p.plotted_low, p.plotted) ELSE p.plotted END`;
