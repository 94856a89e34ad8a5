import { db, type Sql, sql } from '@/lib/db';

export interface WhyRed {
  recordId: string;
  violations: {
    rule: number;
    version: number;
    members: string[];
    side: string | null;
    window: number | null;
    cl: number | null;
    ucl: number | null;
    lcl: number | null;
    sigma: number | null;
    /** The statistic that was judged: the plotted value, or the dispersion. */
    judged: number | null;
    alertId: string | null;
  }[];
}

/** The rules that fired with these points, with the members of their windows and the limits that were in force. */
export const violationsOf = (chartId: string, fromMs: number, toMs: number): Promise<WhyRed[]> =>
  whyRed(sql`v.chart_id = ${chartId} AND v.at >= ${new Date(fromMs)} AND v.at <= ${new Date(toMs)}`);

/** @param condition - of violations `v`. */
export async function whyRed(condition: Sql): Promise<WhyRed[]> {
  const rows = await db().rows<{
    record_id: string;
    rule: number;
    version: number;
    members: string[];
    detail: Record<string, unknown>;
    alert_id: string | null;
  }>(sql`
    SELECT v.record_id, v.rule, v.version, v.members, v.detail, (SELECT s.alert_id FROM alert_signal s JOIN alert a ON a.id = s.alert_id
        WHERE s.chart_id = v.chart_id AND s.record_id = v.record_id AND s.rule = v.rule AND s.withdrawn_at IS NULL ORDER BY a.raised_at DESC LIMIT 1) AS alert_id
    FROM violation v WHERE ${condition} ORDER BY v.at DESC, v.rule LIMIT 2000`);
  const out = new Map<string, WhyRed>();
  const numeric = (v: unknown): number | null => (typeof v === 'number' ? v : null);
  for (const r of rows) {
    const w = out.get(r.record_id) ?? { recordId: r.record_id, violations: [] };
    const d = r.detail;
    w.violations.push({
      rule: r.rule,
      version: r.version,
      members: r.members,
      side: typeof d['side'] === 'string' ? d['side'] : null,
      window: numeric(d['window']),
      cl: numeric(d['cl']),
      ucl: numeric(d['ucl']),
      lcl: numeric(d['lcl']),
      sigma: numeric(d['sigma']),
      judged: numeric(d['judged']),
      alertId: r.alert_id,
    });
    out.set(r.record_id, w);
  }
  return [...out.values()];
}
