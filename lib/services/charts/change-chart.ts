import { sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { reasonOf } from '@/lib/errors/reason';
import { audit } from '../audit';
import { feed } from '../feed';
import { judgeCharts } from '../spc/evaluate';
import type { ChartRow } from '../spc/store';
import { idFromAddress } from '../views/uuid';
import { type ChartChange, nextVersion, parseChange, refuseMute, sameContent, type VersionContent } from './next-version';

async function lockChart(tx: Tx, id: string): Promise<ChartRow> {
  const chart = await tx.one<ChartRow>(sql`
    SELECT id, title, area, characteristic, parameter, unit, operation, product, tool, chamber, kind, alerting, version FROM chart WHERE id = ${idFromAddress('chart', id)} FOR UPDATE`);
  if (chart === undefined) throw new AppError('not_found', 'there is no such chart');
  return chart;
}

/** A phase may be entered ahead of its time, by no more than people plan. */
const AHEAD_MS = 31 * 86_400_000;

interface StoredVersion extends VersionContent {
  readonly version: number;
  readonly effectiveFrom: Date;
}

/**
 * A new version of a chart's limits or rules with author and reason: a new phase from its effective time. Points since then are judged
 * again and marked; no alert is opened or changed by it. A phase that has not begun yet gives way to the next change, whenever that begins,
 * and `takeBack` ends it without another.
 * @throws AppError `precondition_failed` when somebody changed the chart meanwhile; `invalid_input` when it cannot hold, nothing differs, or
 *   it begins before the version in force.
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
  const change = parseChange(input);
  return transaction(async (tx) => {
    const chart = await lockChart(tx, chartId);
    if (chart.version !== seenVersion)
      throw new AppError(
        'precondition_failed',
        `the chart is at version ${chart.version} by now, you saw ${seenVersion}; look at the change first`,
      );
    const { last, begun } = await newestVersions(tx, chart.id, now);
    const next = change.takeBack ? takenBack(change, last, begun) : nextVersion(chart.kind, last, change);
    const alerting = change.alerting ?? chart.alerting;
    const from = change.effectiveFrom === undefined ? new Date(now) : new Date(change.effectiveFrom);
    refuseIdle(change, last, next, alerting !== chart.alerting);
    if (change.rules !== undefined || change.alerting !== undefined) refuseMute(next.rules, alerting);
    refuseTime(from, begun, now);
    const version = chart.version + 1;
    const replaced = await giveWay(tx, chart.id, from);
    await insertVersion(tx, chart, version, from, next, actor, why);
    await tx.exec(sql`UPDATE chart SET version = ${version}, alerting = ${alerting} WHERE id = ${chart.id}`);
    await audit(tx, {
      actor,
      action: 'change',
      entity: 'chart',
      entityId: chart.id,
      before: last,
      after: { version, ...change, ...(replaced.length > 0 ? { replaces: replaced } : {}) },
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

/** The newest version, which may still be to come, and the newest that has begun. */
async function newestVersions(tx: Tx, chartId: string, now: number): Promise<{ last: StoredVersion; begun: StoredVersion }> {
  const rows = await tx.rows<StoredVersion>(sql`
    SELECT version, effective_from AS "effectiveFrom", rules, preset, cl, ucl, lcl, limits_source AS "limitsSource", sigma_within AS "sigmaWithin", sigma_method AS "sigmaMethod",
      disp_cl AS "dispCl", disp_ucl AS "dispUcl", disp_lcl AS "dispLcl", disp_source AS "dispSource", disp_sigma AS "dispSigma"
    FROM chart_version WHERE chart_id = ${chartId} ORDER BY version DESC`);
  return { last: rows[0]!, begun: rows.find((r) => r.effectiveFrom.getTime() <= now) ?? rows[0]! };
}

/** @throws AppError `invalid_input` when there is nothing to take back, or more is asked. */
function takenBack(change: ChartChange, last: StoredVersion, begun: StoredVersion): VersionContent {
  if (Object.keys(change).length > 1)
    throw new AppError('invalid_input', 'Taking a phase back goes alone: leave everything else out.', { field: 'takeBack' });
  if (last.version === begun.version)
    throw new AppError('invalid_input', `Version ${last.version} has begun: enter a new version instead.`, { field: 'takeBack' });
  return begun;
}

/** @throws AppError `invalid_input` for a change that changes nothing. A new baseline from a new time is a change. */
function refuseIdle(change: ChartChange, last: StoredVersion, next: VersionContent, alerts: boolean): void {
  if (change.takeBack || change.limits === null || alerts || !sameContent(last, next)) return;
  const { effectiveFrom } = change;
  const isMoved = effectiveFrom !== undefined && last.effectiveFrom.getTime() !== Date.parse(effectiveFrom);
  if (isMoved) return;
  throw new AppError('invalid_input', `Nothing differs from version ${last.version}.`, { field: 'limits' });
}

/** @throws AppError `invalid_input` for a phase that begins before the one in force, or further ahead than people plan. */
function refuseTime(from: Date, begun: StoredVersion, now: number): void {
  const refuse = (text: string) => new AppError('invalid_input', text, { field: 'effectiveFrom' });
  if (from < begun.effectiveFrom)
    throw refuse(`The version in force began ${begun.effectiveFrom.toISOString()}; a new phase cannot begin before it.`);
  if (from.getTime() > now + AHEAD_MS)
    throw refuse(`${from.toISOString()} is more than 31 days ahead; a phase begins within the next 31.`);
}

/** Versions that would begin after this time never do: they begin with the one that takes their place, which is judged by from there. */
async function giveWay(tx: Tx, chartId: string, from: Date): Promise<{ version: number; from: Date }[]> {
  const rows = await tx.rows<{ version: number; from: Date }>(
    sql`SELECT version, effective_from AS "from" FROM chart_version WHERE chart_id = ${chartId} AND effective_from > ${from} ORDER BY version`,
  );
  if (rows.length > 0)
    await tx.exec(
      sql`UPDATE chart_version SET effective_from = ${from} WHERE chart_id = ${chartId} AND effective_from > ${from}`,
    );
  return rows;
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

/** Leaves a point out of limits and rules. It stays visible with the reason; no alert is opened or changed. */
export const excludePoint = async (chartId: string, recordId: string, reason: unknown, actor: string): Promise<void> =>
  setExcluded(chartId, recordId, 'exclude', reasonOf(reason), actor);

/** Takes an excluded point back into limits and rules: as much a change of what is judged as leaving it out, so it has a reason as well. */
export const includePoint = async (chartId: string, recordId: string, reason: unknown, actor: string): Promise<void> =>
  setExcluded(chartId, recordId, 'include', reasonOf(reason), actor);

async function setExcluded(
  chartId: string,
  recordId: string,
  action: 'exclude' | 'include',
  reason: string,
  actor: string,
): Promise<void> {
  const excluded = action === 'exclude' ? reason : null;
  await transaction(async (tx) => {
    const chart = await lockChart(tx, chartId);
    const point = await tx.one<{ at: Date; excluded: string | null }>(
      sql`SELECT at, excluded FROM chart_point WHERE chart_id = ${chart.id} AND record_id = ${idFromAddress('point', recordId)} FOR UPDATE`,
    );
    if (point === undefined) throw new AppError('not_found', 'there is no such point on this chart');
    if (action === 'include' && point.excluded === null)
      throw new AppError('conflict', 'the point is not excluded: somebody took it back in meanwhile');
    await tx.exec(
      sql`UPDATE chart_point SET excluded = ${excluded} WHERE chart_id = ${chart.id} AND record_id = ${recordId} AND at = ${point.at}`,
    );
    await audit(tx, {
      actor,
      action,
      entity: 'chart_point',
      entityId: `${chart.id}/${recordId}`,
      before: { excluded: point.excluded },
      after: { excluded },
      reason,
    });
    await judgeCharts(tx, [chart], new Map([[chart.id, point.at.getTime()]]));
  });
}
