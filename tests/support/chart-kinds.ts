import { expect } from 'vitest';
import { db, sql, transaction } from '@/lib/db';
import { type ChartRow, phasesOf, stretches } from '@/lib/services/spc/store';
import { rawPoint, targetsOf } from '@/lib/services/spc/targets';
import { judge } from '@/lib/spc';

/** Chart of a kind at the oxide coater CVD-01, or at the polisher. */
export async function chartOf(kind: string, where: { operation?: string; characteristic?: string } = {}): Promise<ChartRow> {
  const { operation = 'CVD-OXIDE', characteristic = null } = where;
  return (await db().one<ChartRow>(sql`
    SELECT id, title, area, characteristic, parameter, unit, operation, product, tool, chamber, kind, alerting, version FROM chart
    WHERE kind = ${kind} AND operation = ${operation} AND (product IS NULL OR product = 'KITE-45') AND (tool IS NULL OR tool IN ('CVD-01', 'CMP-01')) AND (chamber IS NULL OR chamber = 'A')
      AND (${characteristic}::text IS NULL OR characteristic = ${characteristic}) ORDER BY title LIMIT 1`))!;
}

/** Judges the whole chart at once and compares with what is stored after everything arrived bit by bit. */
export async function expectAsWhole(chart: ChartRow): Promise<number> {
  return transaction(async (tx) => {
    const phases = (await phasesOf(tx, [chart.id])).get(chart.id)!;
    const targets = (await targetsOf(tx, [chart])).get(chart.id);
    const rows = (await stretches(tx, new Map([[chart.id, 0]]))).get(chart.id)!;
    const stored = await tx.rows<{
      record_id: string;
      plotted: number | null;
      plotted_low: number | null;
      ucl: number | null;
      unjudged: string | null;
      version: number;
      dispersion: number | null;
    }>(
      sql`SELECT record_id, plotted, plotted_low, ucl, unjudged, version, dispersion FROM chart_point WHERE chart_id = ${chart.id} ORDER BY at, record_id`,
    );
    const whole = judge(
      chart.kind,
      phases,
      rows.map((r) => rawPoint(r, targets)),
      null,
    );
    const kept = (v: number | null): number | null => (v === null || Number.isNaN(v) ? null : v);
    expect(stored).toEqual(
      whole.points.map((p, i) => ({
        record_id: rows[i]!.record_id,
        plotted: kept(p.plotted),
        plotted_low: kept(p.low),
        ucl: p.limits?.ucl ?? null,
        unjudged: p.unjudged,
        version: p.version,
        dispersion: kept(p.dispersion),
      })),
    );
    const fired = rows.map((r) => r.rules);
    const expected = rows.map((_, i) => whole.violations.filter((v) => v.end === i).map((v) => v.rule));
    expect(fired).toEqual(expected);
    expect(rows.map((r) => r.memory)).toEqual(whole.points.map((p) => p.memory));
    return rows.length;
  });
}
