import { z } from 'zod';
import { sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { audit } from '../audit';
import { feed } from '../feed';
import { judgeCharts } from '../spc/evaluate';
import type { ChartRow } from '../spc/store';

const reasonText = z.string().trim().min(5, 'say why, in a few words').max(2000);

export const RULE_NUMBERS = [1, 2, 3, 4, 5, 6, 7, 8, 101] as const;

/** What a new version of a chart may say. Left out: as before. `limits` null: collect a new baseline from `effectiveFrom` on. */
export const chartChange = z.strictObject({
  rules: z.array(z.literal(RULE_NUMBERS)).max(RULE_NUMBERS.length).optional(),
  preset: z.string().max(40).optional(),
  limits: z
    .strictObject({ cl: z.number(), ucl: z.number(), lcl: z.number(), sigmaWithin: z.number().positive() })
    .refine((l) => l.lcl < l.cl && l.cl < l.ucl, 'lcl < cl < ucl must hold')
    .nullable()
    .optional(),
  target: z.number().nullable().optional(),
  lsl: z.number().nullable().optional(),
  usl: z.number().nullable().optional(),
  alerting: z.boolean().optional(),
  /** Process time from which the version holds, a new phase; now when left out. */
  effectiveFrom: z.iso.datetime({ offset: true }).optional(),
});
export type ChartChange = z.infer<typeof chartChange>;

async function lockChart(tx: Tx, id: string): Promise<ChartRow> {
  const chart = await tx.one<ChartRow>(sql`
    SELECT id, title, area, characteristic, parameter, unit, operation, product, tool, chamber, kind, alerting, version FROM chart WHERE id = ${id} FOR UPDATE`);
  if (chart === undefined) throw new AppError('not_found', 'there is no such chart');
  return chart;
}

/**
 * A new version of a chart's limits or rules with author and reason: a new phase from its effective time, judged again from there.
 * @throws AppError `precondition_failed` when somebody changed the chart meanwhile; `invalid_input` when it would begin before the version in force.
 */
export async function changeChart(
  chartId: string,
  seenVersion: number,
  input: unknown,
  reason: unknown,
  actor: string,
  now: number,
): Promise<number> {
  const c = chartChange.parse(input);
  const why = reasonText.parse(reason);
  return transaction(async (tx) => {
    const chart = await lockChart(tx, chartId);
    if (chart.version !== seenVersion)
      throw new AppError(
        'precondition_failed',
        `the chart is at version ${chart.version} by now, you saw ${seenVersion}; look at the change first`,
      );
    const from = c.effectiveFrom === undefined ? new Date(now) : new Date(c.effectiveFrom);
    const last = await tx.one<{ effective_from: Date }>(
      sql`SELECT effective_from FROM chart_version WHERE chart_id = ${chartId} AND version = ${chart.version}`,
    );
    if (from < last!.effective_from)
      throw new AppError(
        'invalid_input',
        `effectiveFrom: the version in force began ${last!.effective_from.toISOString()}; a new phase cannot begin before it`,
      );
    const version = chart.version + 1;
    await insertVersion(tx, chartId, chart.version, version, from, c, actor, why);
    await tx.exec(sql`UPDATE chart SET version = ${version}, alerting = ${c.alerting ?? chart.alerting} WHERE id = ${chartId}`);
    await audit(tx, { actor, action: 'change', entity: 'chart', entityId: chartId, after: { version, ...c }, reason: why });
    await judgeCharts(tx, [{ ...chart, version, alerting: c.alerting ?? chart.alerting }], new Map([[chartId, from.getTime()]]));
    await feed(tx, [
      { kind: 'limits', text: `${chart.title}: version ${version} by ${actor}: ${why}`, detail: { chartId, version } },
    ]);
    return version;
  });
}

async function insertVersion(
  tx: Tx,
  chartId: string,
  old: number,
  version: number,
  from: Date,
  c: ChartChange,
  actor: string,
  why: string,
): Promise<void> {
  const l = c.limits;
  const keep = l === undefined;
  await tx.exec(sql`
    INSERT INTO chart_version (chart_id, version, effective_from, rules, preset, cl, ucl, lcl, sigma_within, sigma_method, disp_cl, disp_ucl, disp_lcl, subgroup, lambda, width_l, target, lsl, usl, baseline_n, author, reason)
    SELECT chart_id, ${version}, ${from}, COALESCE(${c.rules ?? null}::int[], rules), COALESCE(${c.preset ?? (c.rules === undefined ? null : 'custom')}, preset),
      CASE WHEN ${keep} THEN cl ELSE ${l?.cl ?? null}::float8 END, CASE WHEN ${keep} THEN ucl ELSE ${l?.ucl ?? null}::float8 END, CASE WHEN ${keep} THEN lcl ELSE ${l?.lcl ?? null}::float8 END,
      CASE WHEN ${keep} THEN sigma_within ELSE ${l?.sigmaWithin ?? null}::float8 END, CASE WHEN ${keep} THEN sigma_method WHEN ${l !== null && l !== undefined} THEN 'given' END,
      CASE WHEN ${keep} THEN disp_cl END, CASE WHEN ${keep} THEN disp_ucl END, CASE WHEN ${keep} THEN disp_lcl END, subgroup, lambda, width_l,
      CASE WHEN ${c.target === undefined} THEN target ELSE ${c.target ?? null}::float8 END, CASE WHEN ${c.lsl === undefined} THEN lsl ELSE ${c.lsl ?? null}::float8 END,
      CASE WHEN ${c.usl === undefined} THEN usl ELSE ${c.usl ?? null}::float8 END, baseline_n, ${actor}, ${why}
    FROM chart_version WHERE chart_id = ${chartId} AND version = ${old}`);
}

/** Leaves a point out of limits and rules, with a reason, or takes it back in (`reason` null). The point stays visible. */
export async function excludePoint(chartId: string, recordId: string, reason: string | null, actor: string): Promise<void> {
  const why = reason === null ? null : reasonText.parse(reason);
  await transaction(async (tx) => {
    const chart = await lockChart(tx, chartId);
    const point = await tx.one<{ at: Date; excluded: string | null }>(
      sql`SELECT at, excluded FROM chart_point WHERE chart_id = ${chartId} AND record_id = ${recordId} FOR UPDATE`,
    );
    if (point === undefined) throw new AppError('not_found', 'there is no such point on this chart');
    await tx.exec(
      sql`UPDATE chart_point SET excluded = ${why} WHERE chart_id = ${chartId} AND record_id = ${recordId} AND at = ${point.at}`,
    );
    await audit(tx, {
      actor,
      action: why === null ? 'include' : 'exclude',
      entity: 'chart_point',
      entityId: `${chartId}/${recordId}`,
      before: { excluded: point.excluded },
      after: { excluded: why },
      ...(why === null ? {} : { reason: why }),
    });
    await judgeCharts(tx, [chart], new Map([[chartId, point.at.getTime()]]));
  });
}
