import { sql, type Tx } from '@/lib/db';
import { feed } from '../feed';
import { type BaselineLimits, baselineLimits, type SigmaMethod } from './baseline';
import type { RawPoint } from './judge';
import type { ChartRow, PhaseRow } from './store';

/** A baseline is frozen only when the chart has moved on this far, so that late measurements are all in. */
const SETTLE_MS = 8 * 3_600_000;

const SIGMA_WORDS: Readonly<Record<SigmaMethod, string>> = {
  moving_range: 'sigma from moving ranges',
  range: 'sigma from ranges',
  sd: 'sigma from standard deviations',
  overall: 'overall sigma, because neighbouring points follow each other',
};

const reasonFor = (n: number, l: BaselineLimits): string =>
  `first limits from the baseline of ${n} points (${l.used} used), ${SIGMA_WORDS[l.method]}`;

/**
 * Gives a chart that collected its baseline its first limits: a new version that holds from the first point after the baseline.
 * Later limits are proposed to engineers and never applied by themselves.
 * @returns charts that got limits, with the process time from which they must be judged again. `phases` is brought up to date.
 */
export async function proposeBaselines(
  tx: Tx,
  charts: readonly ChartRow[],
  phases: Map<string, PhaseRow[]>,
): Promise<Map<string, number>> {
  const rebased = new Map<string, number>();
  const collecting = charts.filter((c) => phases.get(c.id)?.at(-1)?.cl === null);
  if (collecting.length === 0) return rebased;
  const ids = collecting.map((c) => c.id);
  const rows = await tx.rows<{
    chart_id: string;
    at: Date;
    record_id: string;
    value: number;
    spread: number | null;
    n: number;
    newest: Date;
    k: number;
  }>(sql`
    SELECT * FROM (
      SELECT p.chart_id, p.at, p.record_id, p.value, CASE WHEN p.n > 1 THEN p.dispersion END AS spread, p.n,
        max(p.at) OVER (PARTITION BY p.chart_id) AS newest, row_number() OVER (PARTITION BY p.chart_id ORDER BY p.at, p.record_id)::int AS k
      FROM chart_point p JOIN unnest(${ids}::uuid[], ${ids.map((i) => new Date(phases.get(i)!.at(-1)!.effectiveFrom))}::timestamptz[]) AS u(chart_id, since)
        ON p.chart_id = u.chart_id AND p.at >= u.since
      WHERE p.excluded IS NULL) q
    JOIN unnest(${ids}::uuid[], ${ids.map((i) => phases.get(i)!.at(-1)!.baselineN)}::int4[]) AS b(chart_id, baseline_n) ON b.chart_id = q.chart_id AND q.k <= b.baseline_n
    ORDER BY q.chart_id, q.k`);
  for (const chart of collecting) {
    const list = phases.get(chart.id)!;
    const phase = list.at(-1)!;
    const mine = rows.filter((r) => r.chart_id === chart.id);
    const last = mine.at(-1);
    if (last === undefined || mine.length < phase.baselineN || last.newest.getTime() < last.at.getTime() + SETTLE_MS) continue;
    const points: RawPoint[] = mine.map((r) => ({
      at: r.at.getTime(),
      value: r.value,
      spread: r.spread,
      n: r.n,
      excluded: false,
    }));
    const limits = baselineLimits(chart.kind, points, phase.widthL, phase.lambda);
    if (limits === null) continue;
    const effectiveFrom = last.at.getTime() + 1;
    const version = phase.version + 1;
    await tx.exec(sql`
      INSERT INTO chart_version (chart_id, version, effective_from, rules, preset, cl, ucl, lcl, limits_source, sigma_within, sigma_method, disp_cl, disp_ucl, disp_lcl, disp_source, disp_sigma, subgroup, lambda, width_l, baseline_n, author, reason)
      SELECT chart_id, ${version}, ${new Date(effectiveFrom)}, rules, preset, ${limits.cl}, ${limits.ucl}, ${limits.lcl}, 'study', ${limits.sigmaWithin}, ${limits.method}, ${limits.dispCl}, ${limits.dispUcl}, ${limits.dispLcl},
        'study', ${limits.dispSigma}::float8, subgroup, lambda, width_l, baseline_n, 'Driftless', ${reasonFor(mine.length, limits)}
      FROM chart_version WHERE chart_id = ${chart.id} AND version = ${phase.version} ON CONFLICT DO NOTHING`);
    await tx.exec(sql`UPDATE chart SET version = ${version} WHERE id = ${chart.id}`);
    list.push({
      ...phase,
      version,
      effectiveFrom,
      cl: limits.cl,
      ucl: limits.ucl,
      lcl: limits.lcl,
      limitsSource: 'study',
      sigmaWithin: limits.sigmaWithin,
      dispCl: limits.dispCl,
      dispUcl: limits.dispUcl,
      dispLcl: limits.dispLcl,
      dispSource: 'study',
      dispSigma: limits.dispSigma,
    });
    rebased.set(chart.id, effectiveFrom);
    await feed(tx, [
      { kind: 'limits', text: `${chart.title}: first limits from ${mine.length} points`, detail: { chartId: chart.id, version } },
    ]);
  }
  return rebased;
}
