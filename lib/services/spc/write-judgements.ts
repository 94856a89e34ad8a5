import { bulkInsert, sql, type Tx } from '@/lib/db';
import { unsettled } from '../alerts/unsettled';
import type { ChartJudgement, PointChange } from './judge-chart';

/** What is not plotted is null in the database. */
const orNull = (v: number | null): number | null => (v === null || Number.isNaN(v) ? null : v);

export const violationKey = (chartId: string, recordId: string, rule: number): string => `${chartId}|${recordId}|${rule}`;

/** Keys of the signals that these intervals hold already, or that an open alert holds: what was known before raises no alert. */
export async function knownViolations(tx: Tx, since: ReadonlyMap<string, number>): Promise<ReadonlySet<string>> {
  const charts = [...since.keys()];
  const stretch = sql`unnest(${charts}::uuid[], ${charts.map((c) => new Date(since.get(c)!))}::timestamptz[]) AS u(chart_id, since)`;
  const rows = await tx.rows<{ chart_id: string; record_id: string; rule: number }>(sql`
    SELECT v.chart_id, v.record_id, v.rule FROM violation v JOIN ${stretch} ON v.chart_id = u.chart_id AND v.at >= u.since
    UNION
    SELECT s.chart_id, s.record_id, s.rule FROM alert a JOIN ${stretch} ON a.chart_id = u.chart_id JOIN alert_signal s ON s.alert_id = a.id AND s.at >= u.since
    WHERE ${unsettled(sql`a`)}`);
  return new Set(rows.map((r) => violationKey(r.chart_id, r.record_id, r.rule)));
}

/**
 * Writes the limits that judged each point, and the signals. A signal that the interval no longer holds is withdrawn; the alerts that received it
 * keep it as withdrawn, since it is their evidence.
 * @returns ids of the alerts that lost a signal in this way.
 */
export async function writeJudgements(tx: Tx, judged: ChartJudgement, since: ReadonlyMap<string, number>): Promise<string[]> {
  const { changes, violations } = judged;
  const col = <T>(f: (c: PointChange) => T) => changes.map(f);
  await tx.exec(sql`
    UPDATE chart_point p SET plotted = u.plotted, plotted_low = u.low, dispersion = u.dispersion,
      cl = u.cl, ucl = u.ucl, lcl = u.lcl, disp_cl = u.disp_cl, disp_ucl = u.disp_ucl, disp_lcl = u.disp_lcl,
      within_cl = u.within_cl, within_ucl = u.within_ucl, within_lcl = u.within_lcl, unjudged = u.unjudged, memory = u.memory::jsonb, version = u.version, rules = u.rules::int4[], warnings = u.warnings::int4[]
    FROM unnest(${col((c) => c.chartId)}::uuid[], ${col((c) => c.row.at)}::timestamptz[], ${col((c) => c.row.record_id)}::uuid[], ${col((c) => orNull(c.judged.plotted))}::float8[],
      ${col((c) => orNull(c.judged.low))}::float8[], ${col((c) => orNull(c.judged.dispersion))}::float8[],
      ${col((c) => c.judged.limits?.cl ?? null)}::float8[], ${col((c) => c.judged.limits?.ucl ?? null)}::float8[], ${col((c) => c.judged.limits?.lcl ?? null)}::float8[],
      ${col((c) => c.judged.dispersionLimits?.cl ?? null)}::float8[], ${col((c) => c.judged.dispersionLimits?.ucl ?? null)}::float8[], ${col((c) => c.judged.dispersionLimits?.lcl ?? null)}::float8[],
      ${col((c) => c.judged.withinLimits?.cl ?? null)}::float8[], ${col((c) => c.judged.withinLimits?.ucl ?? null)}::float8[], ${col((c) => c.judged.withinLimits?.lcl ?? null)}::float8[],
      ${col((c) => c.judged.unjudged)}::text[], ${col((c) => (c.judged.memory === null ? null : JSON.stringify(c.judged.memory)))}::text[],
      ${col((c) => c.judged.version)}::int4[], ${col((c) => `{${c.rules.join(',')}}`)}::text[], ${col((c) => `{${c.warnings.join(',')}}`)}::text[])
      AS u(chart_id, at, record_id, plotted, low, dispersion, cl, ucl, lcl, disp_cl, disp_ucl, disp_lcl, within_cl, within_ucl, within_lcl, unjudged, memory, version, rules, warnings)
    WHERE p.chart_id = u.chart_id AND p.at = u.at AND p.record_id = u.record_id`);
  const charts = [...since.keys()];
  const withdrawn = await tx.rows<{ alert_id: string }>(sql`
    WITH gone AS (
      DELETE FROM violation g USING unnest(${charts}::uuid[], ${charts.map((c) => new Date(since.get(c)!))}::timestamptz[]) AS u(chart_id, since)
      WHERE g.chart_id = u.chart_id AND g.at >= u.since AND NOT EXISTS (
        SELECT 1 FROM chart_point p WHERE p.chart_id = g.chart_id AND p.at = g.at AND p.record_id = g.record_id AND g.rule = ANY(p.rules))
      RETURNING g.chart_id, g.record_id, g.rule)
    UPDATE alert_signal s SET withdrawn_at = now() FROM gone g
    WHERE s.record_id = g.record_id AND s.rule = g.rule AND s.chart_id = g.chart_id AND s.withdrawn_at IS NULL RETURNING s.alert_id`);
  await bulkInsert(
    tx,
    'violation',
    violations.map((v) => ({
      chart_id: v.chart.id,
      at: v.at,
      record_id: v.recordId,
      rule: v.rule,
      version: v.version,
      members: v.members,
      detail: { ...v.detail, lot: v.lot, slot: v.slot },
    })),
    { key: ['chart_id', 'at', 'record_id', 'rule'] },
  );
  return [...new Set(withdrawn.map((w) => w.alert_id))];
}
