import { z } from 'zod';
import { sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { requireCurrentVersion } from '@/lib/errors/current-version';
import { reasonIn } from '@/lib/formats/reason';
import { recordIdIn } from '@/lib/formats/scalars';
import { inForceAt } from '@/lib/spc';
import { audit } from '../audit';
import { feed } from '../live/feed';
import { type Ctx, verb } from '../verb';
import { judgeCharts } from './evaluate';
import {
  CHANGE_WORDS,
  type ChartChange,
  chartChange,
  nextVersion,
  refuseMute,
  sameContent,
  type VersionContent,
} from './next-version';
import { followWith, insertVersion, plannedText } from './planned';
import { type ChartRow, chartColumns, type PhaseRow, phasesOf } from './store';

async function lockChart(tx: Tx, id: string): Promise<ChartRow> {
  const chart = await tx.one<ChartRow & { retired_at: Date | null }>(sql`
    SELECT ${chartColumns}, retired_at FROM chart WHERE id = ${id} FOR UPDATE`);
  if (chart === undefined) throw new AppError('not_found', 'there is no such chart');
  if (chart.retired_at !== null) throw new AppError('conflict', 'the chart is retired: restore it first');
  return chart;
}

/** How far ahead a version may be planned. */
const AHEAD_MS = 31 * 86_400_000;

/**
 * A new version of a chart's limits or rules with author and reason: a new phase from its effective time. Points since then are judged again and
 * marked; no alert is opened or changed.
 *
 * What a change leaves out stays as in the version in force when it begins. A change may be planned to begin later; only one may be planned at a
 * time. A change that holds from now keeps the planned one, which takes over from it whatever it does not set itself; `cancelScheduled` cancels the
 * planned one and leaves the version in force untouched.
 * @returns the number of the new version; of the cancelled one.
 * @throws AppError `precondition_failed` when somebody changed the chart meanwhile; `invalid_input` when it is not valid, nothing differs, it
 *   begins before the version in force, or another version is planned already.
 */
export const changeChart = verb(
  {
    name: 'chart.change',
    least: 'engineer',
    input: z.strictObject({ chart: recordIdIn('chart'), seen: z.int(), reason: reasonIn, change: chartChange }),
    body: 'change',
    names: CHANGE_WORDS,
  },
  async (ctx, { chart: id, seen, reason, change }): Promise<number> =>
    transaction(async (tx) => {
      const chart = await lockChart(tx, id);
      requireCurrentVersion('the chart', chart.version, seen);
      const now = ctx.now();
      const phases = (await phasesOf(tx, [chart.id])).get(chart.id)!;
      const begun = inForceAt(phases, 'effectiveFrom', now) ?? phases[0]!;
      const planned = phases.filter((p) => p.effectiveFrom > now);
      const entry = { chart, change, begun, planned, why: reason, now };
      return change.cancelScheduled ? cancelPlanned(tx, ctx, entry) : enterVersion(tx, ctx, entry);
    }),
);

interface Entry {
  readonly chart: ChartRow;
  readonly change: ChartChange;
  readonly begun: PhaseRow;
  readonly planned: readonly PhaseRow[];
  readonly why: string;
  readonly now: number;
}

async function enterVersion(tx: Tx, ctx: Ctx, e: Entry): Promise<number> {
  const { chart, change, begun, planned, why, now } = e;
  const from = change.effectiveFrom === undefined ? now : Date.parse(change.effectiveFrom);
  refuseTime(from, begun, now);
  if (from > now) refusePlan(chart, change, planned[0]);
  const next = nextVersion(chart.kind, begun, change);
  const alerting = change.alerting ?? chart.alerting;
  refuseIdle(change, begun, next, alerting !== chart.alerting);
  const version = chart.version + 1;
  const { rules, limits, dispersion } = change;
  const said = Object.fromEntries(Object.entries({ rules, limits, dispersion }).filter(([, v]) => v !== undefined));
  const content = { version, from: new Date(from), content: next, change: said, author: ctx.by.email, reason: why };
  await insertVersion(tx, chart.id, begun.version, content);
  const following = await followWith(tx, chart, next, planned);
  if (rules !== undefined || change.alerting !== undefined) for (const v of [next, ...following]) refuseMute(v.rules, alerting);
  await tx.exec(sql`UPDATE chart SET version = ${version}, alerting = ${alerting} WHERE id = ${chart.id}`);
  await audit(tx, ctx, {
    action: 'change',
    entity: 'chart',
    entityId: chart.id,
    before: versionOf(begun),
    after: { version, ...change, ...(following.length > 0 ? { followedBy: following.map(versionOf) } : {}) },
    reason: why,
  });
  await judgeCharts(tx, [{ ...chart, version, alerting }], new Map([[chart.id, from]]));
  const stays = planned.length === 0 ? '' : `; ${planned.map(plannedText).join(' ')} stays`;
  await tell(tx, chart, version, `version ${version} by ${ctx.by.email}: ${why}${stays}`);
  return version;
}

/** Ends what is planned. No point was judged by it, so nothing is judged again, and no run of points begins anew. */
async function cancelPlanned(tx: Tx, ctx: Ctx, { chart, change, planned, why, now }: Entry): Promise<number> {
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
    before: { planned: planned.map(versionOf) },
    after: { planned: [] },
    reason: why,
  });
  await tell(tx, chart, last.version, `${planned.map(plannedText).join(' ')} cancelled by ${ctx.by.email}: ${why}`);
  return last.version;
}

const tell = (tx: Tx, chart: ChartRow, version: number, text: string): Promise<void> =>
  feed(tx, [{ kind: 'limits', text: `${chart.title}: ${text}`, detail: { chartId: chart.id, version } }]);

/** A version as the audit trail keeps it. */
const versionOf = ({ effectiveFrom, ...v }: PhaseRow): object => ({ ...v, effectiveFrom: new Date(effectiveFrom).toISOString() });

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
    const chart = await lockChart(tx, chartId);
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
