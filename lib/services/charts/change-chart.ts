import { sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { reasonOf } from '@/lib/errors/reason';
import { audit } from '../audit';
import { feed } from '../feed';
import { judgeCharts } from '../spc/evaluate';
import type { ChartRow } from '../spc/store';
import { idFromAddress } from '../views/uuid';
import { nextVersion, type VersionContent } from './next-version';

async function lockChart(tx: Tx, id: string): Promise<ChartRow> {
  const chart = await tx.one<ChartRow>(sql`
    SELECT id, title, area, characteristic, parameter, unit, operation, product, tool, chamber, kind, alerting, version FROM chart WHERE id = ${idFromAddress('chart', id)} FOR UPDATE`);
  if (chart === undefined) throw new AppError('not_found', 'there is no such chart');
  return chart;
}

/** A phase may be entered ahead of its time, but a slip of the year must not lock the chart until then. */
const AHEAD_MS = 31 * 86_400_000;

/**
 * A new version of a chart's limits or rules with author and reason: a new phase from its effective time. Points since then are judged
 * again and marked; no alert is opened or changed by it.
 * @throws AppError `precondition_failed` when somebody changed the chart meanwhile; `invalid_input` when it cannot hold, or begins
 *   before the version in force.
 */
export async function changeChart(
  chartId: string,
  seenVersion: number,
  input: unknown,
  reason: unknown,
  actor: string,
  now: number,
): Promise<number> {
  const why = reasonOf(reason);
  return transaction(async (tx) => {
    const chart = await lockChart(tx, chartId);
    if (chart.version !== seenVersion)
      throw new AppError(
        'precondition_failed',
        `the chart is at version ${chart.version} by now, you saw ${seenVersion}; look at the change first`,
      );
    const inForce = (await tx.one<VersionContent & { effectiveFrom: Date }>(sql`
      SELECT effective_from AS "effectiveFrom", rules, preset, cl, ucl, lcl, limits_source AS "limitsSource", sigma_within AS "sigmaWithin", sigma_method AS "sigmaMethod",
        disp_cl AS "dispCl", disp_ucl AS "dispUcl", disp_lcl AS "dispLcl", disp_source AS "dispSource", disp_sigma AS "dispSigma"
      FROM chart_version WHERE chart_id = ${chart.id} AND version = ${chart.version}`))!;
    const { change, next } = nextVersion(chart.kind, inForce, input);
    const alerting = change.alerting ?? chart.alerting;
    const from = change.effectiveFrom === undefined ? new Date(now) : new Date(change.effectiveFrom);
    if (from < inForce.effectiveFrom)
      throw new AppError(
        'invalid_input',
        `The version in force began ${inForce.effectiveFrom.toISOString()}; a new phase cannot begin before it.`,
        { field: 'effectiveFrom' },
      );
    if (from.getTime() > now + AHEAD_MS)
      throw new AppError(
        'invalid_input',
        `${from.toISOString()} is more than 31 days ahead; a phase begins within the next 31.`,
        {
          field: 'effectiveFrom',
        },
      );
    const version = chart.version + 1;
    await insertVersion(tx, chart, version, from, next, actor, why);
    await tx.exec(sql`UPDATE chart SET version = ${version}, alerting = ${alerting} WHERE id = ${chart.id}`);
    await audit(tx, {
      actor,
      action: 'change',
      entity: 'chart',
      entityId: chart.id,
      before: inForce,
      after: { version, ...change },
      reason: why,
    });
    await judgeCharts(tx, [{ ...chart, version, alerting }], new Map([[chart.id, from.getTime()]]));
    await feed(tx, [
      {
        kind: 'limits',
        text: `${chart.title}: version ${version} by ${actor}: ${why}`,
        detail: { chartId: chart.id, version },
      },
    ]);
    return version;
  });
}

async function insertVersion(
  tx: Tx,
  chart: ChartRow,
  version: number,
  from: Date,
  v: VersionContent,
  actor: string,
  why: string,
): Promise<void> {
  await tx.exec(sql`
    INSERT INTO chart_version (chart_id, version, effective_from, rules, preset, cl, ucl, lcl, limits_source, sigma_within, sigma_method, disp_cl, disp_ucl, disp_lcl, disp_source, disp_sigma,
      subgroup, lambda, width_l, baseline_n, author, reason)
    SELECT chart_id, ${version}, ${from}, ${v.rules}::int[], ${v.preset}, ${v.cl}::float8, ${v.ucl}::float8, ${v.lcl}::float8, ${v.limitsSource}, ${v.sigmaWithin}::float8, ${v.sigmaMethod}::text,
      ${v.dispCl}::float8, ${v.dispUcl}::float8, ${v.dispLcl}::float8, ${v.dispSource}, ${v.dispSigma}::float8, subgroup, lambda, width_l, baseline_n, ${actor}, ${why}
    FROM chart_version WHERE chart_id = ${chart.id} AND version = ${chart.version}`);
}

/** Leaves a point out of limits and rules, with a reason, or takes it back in (`reason` null). The point stays visible; no alert is opened or changed. */
export async function excludePoint(chartId: string, recordId: string, reason: string | null, actor: string): Promise<void> {
  const why = reason === null ? null : reasonOf(reason);
  await transaction(async (tx) => {
    const chart = await lockChart(tx, chartId);
    const point = await tx.one<{ at: Date; excluded: string | null }>(
      sql`SELECT at, excluded FROM chart_point WHERE chart_id = ${chart.id} AND record_id = ${idFromAddress('point', recordId)} FOR UPDATE`,
    );
    if (point === undefined) throw new AppError('not_found', 'there is no such point on this chart');
    await tx.exec(
      sql`UPDATE chart_point SET excluded = ${why} WHERE chart_id = ${chart.id} AND record_id = ${recordId} AND at = ${point.at}`,
    );
    await audit(tx, {
      actor,
      action: why === null ? 'include' : 'exclude',
      entity: 'chart_point',
      entityId: `${chart.id}/${recordId}`,
      before: { excluded: point.excluded },
      after: { excluded: why },
      ...(why === null ? {} : { reason: why }),
    });
    await judgeCharts(tx, [chart], new Map([[chart.id, point.at.getTime()]]));
  });
}
