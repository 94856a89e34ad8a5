import { type Sql, sql } from '@/lib/db';

/** Whether limits judged a point of `chart_point p`: `isJudged` of lib/spc, in SQL. */
export const IS_JUDGED: Sql = sql`num_nonnulls(p.ucl, p.lcl, p.disp_ucl, p.disp_lcl) > 0`;

/** What a list of charted points shows of each: the rules that fired, the reason of an exclusion, whether limits judged it. */
export interface PointJudgement {
  rules: number[];
  excluded: string | null;
  isJudged: boolean;
}

export const JUDGEMENT: Sql = sql`p.rules, p.excluded, ${IS_JUDGED} AS "isJudged"`;
