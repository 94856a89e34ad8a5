import { bulkInsert, sql, type Tx } from '@/lib/db';
import type { ChartJudgement, PointChange } from './judge-chart';

const VIOLATION = {
  table: 'violation',
  columns: {
    chart_id: 'uuid',
    at: 'timestamptz',
    record_id: 'uuid',
    rule: 'int4',
    version: 'int4',
    members: 'uuid[]',
    detail: 'jsonb',
  },
  onConflict: `ON CONFLICT (chart_id, at, record_id, rule) DO UPDATE SET version = EXCLUDED.version, members = EXCLUDED.members, detail = EXCLUDED.detail`,
} as const;

export const violationKey = (chartId: string, at: Date, recordId: string, rule: number): string =>
  `${chartId}|${at.getTime()}|${recordId}|${rule}`;

/** Keys of the signals that these stretches hold already: what was known before is nobody's news. */
export async function knownViolations(tx: Tx, since: ReadonlyMap<string, number>): Promise<ReadonlySet<string>> {
  const charts = [...since.keys()];
  const rows = await tx.rows<{ chart_id: string; at: Date; record_id: string; rule: number }>(sql`
    SELECT v.chart_id, v.at, v.record_id, v.rule FROM violation v
    JOIN unnest(${charts}::uuid[], ${charts.map((c) => new Date(since.get(c)!))}::timestamptz[]) AS u(chart_id, since) ON v.chart_id = u.chart_id AND v.at >= u.since`);
  return new Set(rows.map((r) => violationKey(r.chart_id, r.at, r.record_id, r.rule)));
}

/** Writes what each point was judged by and the signals; signals that the stretch no longer holds are taken back, their alerts keep their record. */
export async function writeJudgements(tx: Tx, judged: ChartJudgement, since: ReadonlyMap<string, number>): Promise<void> {
  const { changes, violations } = judged;
  const col = <T>(f: (c: PointChange) => T) => changes.map(f);
  await tx.exec(sql`
    UPDATE chart_point p SET plotted = u.plotted, dispersion = u.dispersion, ucl = u.ucl, lcl = u.lcl, disp_cl = u.disp_cl, disp_ucl = u.disp_ucl, disp_lcl = u.disp_lcl,
      version = u.version, rules = u.rules::int4[]
    FROM unnest(${col((c) => c.chartId)}::uuid[], ${col((c) => c.row.at)}::timestamptz[], ${col((c) => c.row.record_id)}::uuid[], ${col((c) => c.judged.plotted)}::float8[],
      ${col((c) => c.judged.dispersion)}::float8[], ${col((c) => c.judged.limits?.ucl ?? null)}::float8[], ${col((c) => c.judged.limits?.lcl ?? null)}::float8[],
      ${col((c) => c.judged.dispersionLimits?.cl ?? null)}::float8[], ${col((c) => c.judged.dispersionLimits?.ucl ?? null)}::float8[], ${col((c) => c.judged.dispersionLimits?.lcl ?? null)}::float8[],
      ${col((c) => c.judged.version)}::int4[], ${col((c) => `{${c.rules.join(',')}}`)}::text[])
      AS u(chart_id, at, record_id, plotted, dispersion, ucl, lcl, disp_cl, disp_ucl, disp_lcl, version, rules)
    WHERE p.chart_id = u.chart_id AND p.at = u.at AND p.record_id = u.record_id`);
  const charts = [...since.keys()];
  await tx.exec(sql`
    DELETE FROM violation v USING unnest(${charts}::uuid[], ${charts.map((c) => new Date(since.get(c)!))}::timestamptz[]) AS u(chart_id, since)
    WHERE v.chart_id = u.chart_id AND v.at >= u.since AND NOT EXISTS (
      SELECT 1 FROM chart_point p WHERE p.chart_id = v.chart_id AND p.at = v.at AND p.record_id = v.record_id AND v.rule = ANY(p.rules))`);
  await bulkInsert(
    tx,
    VIOLATION,
    violations.map((v) => ({
      chart_id: v.chart.id,
      at: v.at,
      record_id: v.recordId,
      rule: v.rule,
      version: v.version,
      members: v.members,
      detail: v.detail,
    })),
  );
}
