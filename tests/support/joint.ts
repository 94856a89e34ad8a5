import { expect } from 'vitest';
import { db, sql, transaction } from '@/lib/db';
import { judgeChart } from '@/lib/services/spc/judge-chart';
import { type ChartRow, chartColumns, phasesOf, stretches } from '@/lib/services/spc/store';

/** The chart whose title begins so. */
export const chartTitled = async (title: string): Promise<ChartRow> =>
  (await db().one<ChartRow>(sql`SELECT ${chartColumns} FROM chart WHERE title LIKE ${`${title}%`}`))!;

/** Its points in process order. */
export const pointsOf = (id: string) =>
  db().rows<{
    at: Date;
    record_id: string;
    value: number;
    vector: Float64Array;
    plotted: number | null;
    dispersion: number | null;
    unjudged: string | null;
    rules: number[];
    run_id: string;
  }>(
    sql`SELECT at, record_id, value, vector, plotted, dispersion, unjudged, rules, run_id FROM chart_point WHERE chart_id = ${id} ORDER BY at, record_id`,
  );

/** What is stored is what judging the whole chart at once gives, bit for bit. */
export async function expectAsWhole(chart: ChartRow): Promise<number> {
  return transaction(async (tx) => {
    const phases = (await phasesOf(tx, [chart.id])).get(chart.id)!;
    const rows = (await stretches(tx, new Map([[chart.id, 0]]))).get(chart.id)!;
    const out = { changes: [], violations: [] } as Parameters<typeof judgeChart>[4];
    judgeChart(chart, phases, rows, 0, out);
    const kept = (v: number | null): number | null => (v === null || Number.isNaN(v) ? null : v);
    const stored = await tx.rows(sql`
      SELECT record_id, plotted, dispersion, ucl, disp_ucl, unjudged, memory, version, rules FROM chart_point WHERE chart_id = ${chart.id} ORDER BY at, record_id`);
    expect(stored).toEqual(
      out.changes.map(({ row, judged, rules }) => ({
        record_id: row.record_id,
        plotted: kept(judged.plotted),
        dispersion: kept(judged.dispersion),
        ucl: judged.limits?.ucl ?? null,
        disp_ucl: judged.dispersionLimits?.ucl ?? null,
        unjudged: judged.unjudged,
        memory: judged.memory,
        version: judged.version,
        rules,
      })),
    );
    return rows.length;
  });
}
