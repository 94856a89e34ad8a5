import { type Sql, sql } from '@/lib/db';
import { DISPERSION, SITE_RULES, WITHIN } from '@/lib/spc';

/** As `isDispersionRule` and `isWithinRule`. */
const ofDispersion = (rule: Sql): Sql =>
  sql`((${rule} > ${DISPERSION} AND ${rule} < ${WITHIN}) OR (${rule} >= ${SITE_RULES.dispersion} AND ${rule} < ${SITE_RULES.within}))`;
const ofWithin = (rule: Sql): Sql =>
  sql`((${rule} > ${WITHIN} AND ${rule} < ${SITE_RULES.location}) OR ${rule} >= ${SITE_RULES.within})`;

/** A rule on what is plotted. */
export const ofLocation = (rule: Sql): Sql =>
  sql`(${rule} < ${DISPERSION} OR (${rule} >= ${SITE_RULES.location} AND ${rule} < ${SITE_RULES.dispersion}))`;

/**
 * The statistic of chart point `p` that a rule judges, as it is now: the spread within for a rule on it, the dispersion for one on that, else what is
 * plotted, of two plotted ones the one on the side of the signal.
 */
export const judgedNow = (rule: Sql, side: Sql): Sql =>
  sql`CASE WHEN ${ofWithin(rule)} THEN p.within WHEN ${ofDispersion(rule)} THEN p.dispersion WHEN ${side} = 'below' THEN COALESCE(p.plotted_low, p.plotted) ELSE p.plotted END`;
