import { z } from 'zod';
import { db, sql } from '@/lib/db';
import { real, recordIdIn } from '@/lib/formats/scalars';
import { timeOf, verb } from '../../verb';
import { asChartRule, checkSet, ruleSetContent } from './content';
import { type KindPrice, priceSet } from './price-set';
import { RULE_SET_WORDS } from './save';
import { type KindUsage, usageOf, usesSet } from './usage';

/** Simulated runs of a price that has no exact way; some tens of milliseconds. */
const RUNS = 400;

/** What a set costs, before anybody saves it. */
export interface SetPreview {
  /** On one chart of individual values. */
  readonly one: KindPrice;
  /** Over the charts that use the set. */
  readonly using: readonly KindPrice[];
  /** As if every active chart of the site used it. */
  readonly all: readonly KindPrice[];
}

/** A chart of individual values without points. */
const ONE_CHART: KindUsage = {
  kind: 'individuals',
  subgroup: 2,
  lambda: null,
  widthL: null,
  charts: 0,
  pointsPerWeek: 0,
};

/** The price of a set as it is typed: over the charts that use it, and over all. Prices that have no exact way are simulated, and say so. */
export const previewRuleSet = verb(
  {
    name: 'rule-set.preview',
    least: 'viewer',
    input: z.strictObject({
      set: recordIdIn('rule set').nullable(),
      content: ruleSetContent,
      /** Sigmas of a plotted point. */
      shift: real.min(0).max(10).default(1),
    }),
    body: 'content',
    names: RULE_SET_WORDS,
  },
  async (ctx, { set, content, shift }): Promise<SetPreview> => {
    checkSet(content);
    const rules = content.rules.filter((r) => r.enabled).map(asChartRule);
    const now = timeOf(ctx);
    const [using, all] = await Promise.all([set === null ? [] : usageOf(db(), now, usesSet(set)), usageOf(db(), now, sql`true`)]);
    const [one] = priceSet(rules, [ONE_CHART], shift, RUNS);
    return { one: one!, using: priceSet(rules, using, shift, RUNS), all: priceSet(rules, all, shift, RUNS) };
  },
);
