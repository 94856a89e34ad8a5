import { expect } from 'vitest';
import { db, sql } from '@/lib/db';

interface Row {
  chart: string;
  at: Date;
  n: number;
  n_out: number;
  n_all: number;
  mean: number | null;
  m2: number | null;
  first_at: Date;
  last_at: Date;
  last_out_at: Date | null;
  last_plotted: number | null;
  lo: number | null;
  hi: number | null;
  disp_lo: number | null;
  disp_hi: number | null;
}

/** By how much moments may differ that are summed in another order. */
const ROUNDING = 1e-9;

/** Rows of a grain, straight from the points. */
const direct = (grain: string): Promise<Row[]> =>
  db().rows<Row>(sql`
    SELECT p.chart_id AS chart, date_trunc(${grain}, p.at, 'UTC') AS at, count(*) FILTER (WHERE excluded IS NULL)::int AS n,
      count(*) FILTER (WHERE excluded IS NULL AND cardinality(rules) > 0)::int AS n_out, count(*)::int AS n_all, avg(value) FILTER (WHERE excluded IS NULL) AS mean,
      var_pop(value) FILTER (WHERE excluded IS NULL) * count(*) FILTER (WHERE excluded IS NULL) AS m2, min(p.at) AS first_at, max(p.at) AS last_at,
      max(p.at) FILTER (WHERE excluded IS NULL AND cardinality(rules) > 0) AS last_out_at, (array_agg(plotted ORDER BY p.at DESC, plotted DESC) FILTER (WHERE plotted IS NOT NULL))[1] AS last_plotted, min(plotted) AS lo, max(plotted) AS hi, min(dispersion) AS disp_lo, max(dispersion) AS disp_hi
    FROM chart_point p GROUP BY 1, 2 ORDER BY 1, 2`);

const stored = (grain: string): Promise<Row[]> =>
  db().rows<Row>(sql`
    SELECT chart_id AS chart, at, n, n_out, n_all, mean, m2, first_at, last_at, last_out_at, last_plotted, plotted_lo AS lo, plotted_hi AS hi, disp_lo, disp_hi
    FROM chart_rollup WHERE grain = ${grain} ORDER BY 1, 2`);

/** Points that the extremes of a rollup name: each must be there. */
const strays = async (): Promise<number> =>
  (await db().one<{ n: number }>(sql`
    SELECT count(*)::int AS n FROM chart_rollup r CROSS JOIN LATERAL (VALUES (r.plotted_lo_at, r.plotted_lo), (r.plotted_hi_at, r.plotted_hi)) AS q(at, plotted)
    WHERE q.plotted IS NOT NULL AND NOT EXISTS (SELECT 1 FROM chart_point p WHERE p.chart_id = r.chart_id AND p.at = q.at AND p.plotted = q.plotted)`))!
    .n;

const rounded = ({ mean, m2, ...rest }: Row) => rest;

/** The rollups say of every chart, day and week what its points say, and hours are there for busy days alone. @returns how many days and hours. */
export async function expectExactRollups(dense = 200): Promise<{ days: number; hours: number }> {
  const days = await direct('day');
  const busy = new Set(days.filter((d) => d.n_all > dense).map((d) => `${d.chart} ${d.at.toISOString().slice(0, 10)}`));
  let hours = 0;
  for (const grain of ['day', 'week', 'hour']) {
    const all = grain === 'day' ? days : await direct(grain);
    const wanted = grain === 'hour' ? all.filter((h) => busy.has(`${h.chart} ${h.at.toISOString().slice(0, 10)}`)) : all;
    const found = await stored(grain);
    expect(found.map(rounded), grain).toEqual(wanted.map(rounded));
    for (const [i, w] of wanted.entries()) {
      const f = found[i]!;
      expect(f.mean === null, `${grain} ${w.chart}`).toBe(w.mean === null);
      if (w.mean === null || w.m2 === null) continue;
      const scale = Math.max(Math.abs(w.lo ?? w.mean), Math.abs(w.hi ?? w.mean), Math.abs(w.mean), 1e-300);
      expect(Math.abs(f.mean! - w.mean)).toBeLessThanOrEqual(ROUNDING * scale);
      expect(Math.abs(f.m2! - w.m2)).toBeLessThanOrEqual(ROUNDING * Math.max(w.m2, scale * scale * 1e-3));
    }
    if (grain === 'hour') hours = found.length;
  }
  expect(await strays()).toBe(0);
  return { days: days.length, hours };
}

/** As after an upgrade: no rollups yet. */
export async function emptyRollups(): Promise<void> {
  await db().exec(sql`DELETE FROM chart_rollup`);
  await db().exec(sql`UPDATE chart_rollup_fill SET filled_from = '2200-01-01T00:00:00Z'`);
}

/** How many points there are of which nothing is plotted. */
export const unplotted = async (): Promise<number> =>
  (await db().one<{ n: number }>(sql`SELECT count(*)::int AS n FROM chart_point WHERE plotted IS NULL`))!.n;
