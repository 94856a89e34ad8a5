import { z } from 'zod';
import { sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { requireCurrentVersion } from '@/lib/errors/current-version';
import { reasonIn } from '@/lib/formats/reason';
import { recordIdIn } from '@/lib/formats/scalars';
import { audit } from '../audit';
import { type Ctx, verb } from '../verb';
import { activateVersion, type LockedChart, lockChart, tellChart, versionRecord } from './activate';
import { judgeCharts } from './evaluate';
import { limitPolicy } from './limits/policy';
import { proposeChange } from './limits/propose-change';
import {
  CHANGE_WORDS,
  type ChartChange,
  chartChange,
  nextVersion,
  refuseMute,
  sameContent,
  type VersionContent,
} from './next-version';
import { plannedText } from './planned';
import { resolveChange } from './rules/resolve-change';
import type { ChartRow, PhaseRow } from './store';

/** How far ahead a version may be planned. */
const AHEAD_MS = 31 * 86_400_000;

/** What came of an entered change. */
export type ChartOutcome =
  | { readonly kind: 'in_force' | 'cancelled'; readonly version: number }
  /** Another engineer decides about it. */
  | { readonly kind: 'waits'; readonly proposal: string };

/**
 * A new version of a chart's limits or rules with author and reason: a new phase from its effective time. Points since then are judged again and
 * marked; no alert is opened or changed. Where the site asks for a second person, what was entered waits as a proposal instead.
 *
 * What a change leaves out stays as in the version in force when it begins. A change may be planned to begin later; only one may be planned at a
 * time. A change that holds from now keeps the planned one, which takes over from it whatever it does not set itself; `cancelScheduled` cancels the
 * planned one and leaves the version in force untouched.
 * @throws AppError `precondition_failed` when somebody changed the chart meanwhile; `invalid_input` when it is not valid, nothing differs, it
 *   begins before the version in force, or another version is planned already; `conflict` where a proposal of the chart waits already.
 */
export const changeChart = verb(
  {
    name: 'chart.change',
    least: 'engineer',
    input: z.strictObject({ chart: recordIdIn('chart'), seen: z.int(), reason: reasonIn, change: chartChange }),
    body: 'change',
    names: CHANGE_WORDS,
  },
  async (ctx, { chart: id, seen, reason, change: asked }): Promise<ChartOutcome> =>
    transaction(async (tx) => {
      const now = ctx.now();
      const locked = await lockChart(tx, id, now);
      requireCurrentVersion('the chart', locked.chart.version, seen);
      if (asked.cancelScheduled) return { kind: 'cancelled', version: await cancelPlanned(tx, ctx, locked, asked, reason, now) };
      const change = await resolveChange(tx, locked.chart.kind, asked);
      const entered = checkedChange(locked, change, now);
      const policy = await limitPolicy(tx);
      if (policy.secondPerson)
        return { kind: 'waits', proposal: await proposeChange(tx, ctx, locked, { change, reason, secondPerson: true }) };
      return { kind: 'in_force', version: await enterChange(tx, ctx, locked, change, entered, { author: ctx.by.email, reason }) };
    }),
);

/** A change that may be made, and what it makes. */
export interface EnteredChange {
  readonly next: VersionContent;
  /** Process time from which it holds, epoch ms. */
  readonly from: number;
  readonly alerting: boolean;
}

/** What a change makes of a chart at a time in epoch ms. @throws AppError `invalid_input` where it may not be made. */
export function checkedChange({ chart, begun, planned }: LockedChart, change: ChartChange, now: number): EnteredChange {
  const from = change.effectiveFrom === undefined ? now : Date.parse(change.effectiveFrom);
  refuseTime(from, begun, now);
  if (from > now) refusePlan(chart, change, planned[0]);
  const next = nextVersion(chart.kind, begun, change);
  const alerting = change.alerting ?? chart.alerting;
  refuseIdle(change, begun, next, alerting !== chart.alerting);
  if (change.rules !== undefined || change.alerting !== undefined) refuseMute(next.rules, alerting);
  return { next, from, alerting };
}

/** Puts an entered change in force. @returns the number of the version. */
export function enterChange(
  tx: Tx,
  ctx: Ctx,
  locked: LockedChart,
  change: ChartChange,
  { next, from, alerting }: EnteredChange,
  said: { readonly author: string; readonly reason: string },
): Promise<number> {
  const { rules, ruleSet, limits, dispersion, design } = change;
  const set: NonNullable<PhaseRow['change']> = Object.fromEntries(
    Object.entries({ rules, ruleSet, limits, dispersion, design }).filter(([, v]) => v !== undefined),
  );
  const check = (v: VersionContent): void => {
    if (rules !== undefined || change.alerting !== undefined) refuseMute(v.rules, alerting);
  };
  return activateVersion(tx, ctx, locked, { next, alerting, from, change: set, ...said, after: change }, check);
}

/** Ends what is planned. No point was judged by it, so nothing is judged again, and no run of points begins anew. */
async function cancelPlanned(
  tx: Tx,
  ctx: Ctx,
  { chart, planned }: LockedChart,
  change: ChartChange,
  why: string,
  now: number,
): Promise<number> {
  const refuse = (text: string) => new AppError('invalid_input', text, { field: 'cancelScheduled' });
  if (Object.keys(change).length > 1)
    throw refuse('Cancelling a planned version goes alone: leave everything else out, and enter that afterwards.');
  const last = planned.at(-1);
  if (last === undefined)
    throw refuse('No version is planned. One that has begun is not cancelled: enter a new version instead.');
  await tx.exec(
    sql`UPDATE chart_version SET cancelled_at = ${new Date(now)} WHERE chart_id = ${chart.id} AND version = ANY(${planned.map((p) => p.version)}::int[])`,
  );
  await audit(tx, ctx, {
    action: 'cancel',
    entity: 'chart',
    entityId: chart.id,
    before: { planned: planned.map(versionRecord) },
    after: { planned: [] },
    reason: why,
  });
  await tellChart(tx, chart, last.version, `${planned.map(plannedText).join(' ')} cancelled by ${ctx.by.email}: ${why}`);
  return last.version;
}

/** @throws AppError `invalid_input` for a change without effect. A new baseline is a change, and so is a phase with its own beginning. */
function refuseIdle(change: ChartChange, begun: PhaseRow, next: VersionContent, alerts: boolean): void {
  if (change.limits === null || alerts || !sameContent(begun, next)) return;
  const { effectiveFrom } = change;
  if (effectiveFrom !== undefined && Date.parse(effectiveFrom) !== begun.effectiveFrom) return;
  throw new AppError('invalid_input', `Nothing differs from version ${begun.version}.`, { field: 'limits' });
}

/** @throws AppError `invalid_input` for a phase that begins before the one in force, or too far ahead. */
function refuseTime(from: number, begun: PhaseRow, now: number): void {
  const refuse = (text: string) => new AppError('invalid_input', text, { field: 'effectiveFrom' });
  const said = (ms: number) => new Date(ms).toISOString();
  if (from < begun.effectiveFrom)
    throw refuse(`The version in force began ${said(begun.effectiveFrom)}; a new phase cannot begin before it.`);
  if (from > now + AHEAD_MS) throw refuse(`${said(from)} is more than 31 days ahead; a phase begins within the next 31.`);
}

/**
 * @throws AppError `invalid_input` for a second planned version, and for what cannot be planned: alerts are switched for the chart, not for a
 * version.
 */
function refusePlan(chart: ChartRow, change: ChartChange, other: PhaseRow | undefined): void {
  if (other !== undefined)
    throw new AppError('invalid_input', `There is ${plannedText(other)} already: cancel it first, then plan this one.`, {
      field: 'effectiveFrom',
    });
  if (change.alerting !== undefined && change.alerting !== chart.alerting)
    throw new AppError('invalid_input', 'Alerts are switched at once: leave this out of a version that begins later.', {
      field: 'alerting',
    });
}

const pointIn = z.strictObject({ chart: recordIdIn('chart'), record: recordIdIn('point'), reason: reasonIn });

/** Excludes a point from limits and rules. It stays visible with the reason; no alert is opened or changed. */
export const excludePoint = verb({ name: 'chart-point.exclude', least: 'engineer', input: pointIn }, async (ctx, point) =>
  setExcluded(ctx, point, 'exclude'),
);

/** Includes an excluded point again: as much a change of what is judged as the exclusion, so it needs a reason as well. */
export const includePoint = verb({ name: 'chart-point.include', least: 'engineer', input: pointIn }, async (ctx, point) =>
  setExcluded(ctx, point, 'include'),
);

async function setExcluded(
  ctx: Ctx,
  { chart: chartId, record, reason }: z.output<typeof pointIn>,
  action: 'exclude' | 'include',
): Promise<void> {
  const excluded = action === 'exclude' ? reason : null;
  await transaction(async (tx) => {
    const { chart } = await lockChart(tx, chartId, ctx.now());
    const point = await tx.one<{ at: Date; excluded: string | null }>(
      sql`SELECT at, excluded FROM chart_point WHERE chart_id = ${chart.id} AND record_id = ${record} FOR UPDATE`,
    );
    if (point === undefined) throw new AppError('not_found', 'there is no such point on this chart');
    if (action === 'exclude' && point.excluded !== null)
      throw new AppError('conflict', `the point is excluded already: "${point.excluded}"`);
    if (action === 'include' && point.excluded === null)
      throw new AppError('conflict', 'the point is not excluded: somebody took it back in meanwhile');
    await tx.exec(
      sql`UPDATE chart_point SET excluded = ${excluded} WHERE chart_id = ${chart.id} AND record_id = ${record} AND at = ${point.at}`,
    );
    await audit(tx, ctx, {
      action,
      entity: 'chart_point',
      entityId: `${chart.id}/${record}`,
      before: { excluded: point.excluded },
      after: { excluded },
      reason,
    });
    await judgeCharts(tx, [chart], new Map([[chart.id, point.at.getTime()]]));
  });
}
