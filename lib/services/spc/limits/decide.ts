import { z } from 'zod';
import { sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { reasonIn } from '@/lib/formats/reason';
import { recordIdIn } from '@/lib/formats/scalars';
import { audit } from '../../audit';
import { type Ctx, timeOf, verb } from '../../verb';
import { activateVersion, lockChart, tellChart } from '../activate';
import { checkedChange, enterChange } from '../change-chart';
import { contentOfLimits } from '../phase-one';
import { knowRules } from '../rules/book';
import { type ProposedChange, rulesOfChange } from './proposed-change';

interface Pending {
  readonly id: string;
  readonly chart_id: string;
  readonly kind: 'study' | 'change' | 'first';
  readonly base_version: number;
  readonly state: string;
  readonly change: ProposedChange | null;
  readonly author: string;
  readonly reason: string;
  readonly second_person: boolean;
}

/** @param isEnding - it ends without a change, which needs no comparison. */
async function lockPending(tx: Tx, id: string, isEnding: boolean): Promise<Pending> {
  const p = await tx.one<Pending>(sql`
    SELECT id, chart_id, kind, base_version, state, change, author, reason, second_person FROM limit_proposal WHERE id = ${id} FOR UPDATE`);
  if (p === undefined) throw new AppError('not_found', 'there is no such proposal');
  if (p.state === 'computing' && isEnding) return p;
  if (p.state === 'computing')
    throw new AppError('conflict', 'the proposal is being computed: decide when its comparison is there');
  if (p.state === 'empty') throw new AppError('conflict', 'the study gave no limits, so there is nothing to decide');
  if (p.state !== 'pending') throw new AppError('conflict', `the proposal is ${p.state} already`);
  await knowRules(tx, rulesOfChange(p.change));
  return p;
}

const decisionIn = z.strictObject({ proposal: recordIdIn('proposal'), reason: reasonIn });

async function end(
  tx: Tx,
  ctx: Ctx,
  p: Pending,
  state: 'approved' | 'rejected' | 'withdrawn',
  reason: string,
  version: number | null,
) {
  await tx.exec(sql`
    UPDATE limit_proposal SET state = ${state}, decided_by = ${ctx.by.email}, decided_at = ${timeOf(ctx)}, decision_reason = ${reason}, version = ${version}::int WHERE id = ${p.id}`);
  await audit(tx, ctx, {
    action: state === 'approved' ? 'approve' : state === 'rejected' ? 'reject' : 'withdraw',
    entity: 'limit proposal',
    entityId: p.id,
    before: { state: 'pending', chart: p.chart_id, author: p.author },
    after: { state, version },
    reason,
  });
}

/**
 * Puts a proposal in force: its version is the author's, approved by whoever decides.
 * @returns the number of the version.
 * @throws AppError `forbidden` for its own author where the site asks for a second person; `precondition_failed` where the chart has changed since;
 *   `conflict` where it was decided or is not computed yet.
 */
export const approveLimits = verb(
  { name: 'limits.approve', least: 'engineer', input: decisionIn },
  async (ctx, { proposal, reason }): Promise<{ chart: string; version: number }> =>
    transaction(async (tx) => {
      const p = await lockPending(tx, proposal, false);
      if (p.second_person && p.author === ctx.by.email)
        throw new AppError('forbidden', 'a second person decides: ask another engineer to approve your proposal');
      const locked = await lockChart(tx, p.chart_id, ctx.now());
      const { chart, begun } = locked;
      if (chart.version !== p.base_version)
        throw new AppError(
          'precondition_failed',
          `the chart is at version ${chart.version} by now, the proposal was made beside ${p.base_version}; reject it and propose again`,
        );
      const approved = p.author === ctx.by.email ? '' : ` (approved by ${ctx.by.email}: ${reason})`;
      const said = { author: p.author, reason: `${p.reason}${approved}` };
      const change = p.change!;
      const version =
        change.kind === 'change'
          ? await enterChange(tx, ctx, locked, change.change, checkedChange(locked, change.change, ctx.now()), said)
          : await activateVersion(tx, ctx, locked, {
              next: contentOfLimits(begun, change.limits),
              alerting: chart.alerting,
              from: ctx.now(),
              change: null,
              ...said,
              after: { proposal: p.id, limits: change.limits },
            });
      await end(tx, ctx, p, 'approved', reason, version);
      return { chart: chart.id, version };
    }),
);

/** Ends a proposal without a change: another engineer rejects it, or its author takes it back. @throws AppError `conflict`, `not_found`. */
export const rejectLimits = verb(
  { name: 'limits.reject', least: 'engineer', input: decisionIn },
  async (ctx, { proposal, reason }): Promise<'withdrawn' | 'rejected'> =>
    transaction(async (tx) => {
      const p = await lockPending(tx, proposal, true);
      const state = p.author === ctx.by.email ? 'withdrawn' : 'rejected';
      const { chart } = await lockChart(tx, p.chart_id, ctx.now());
      await end(tx, ctx, p, state, reason, null);
      await tellChart(tx, chart, chart.version, `proposed limits were ${state} by ${ctx.by.email}: ${reason}`);
      return state;
    }),
);

/** Most charts that are confirmed at once. */
const MOST = 1_000;

/**
 * Says that somebody has looked at the first limits of charts, which hold since their baselines.
 * @returns how many were not confirmed yet.
 */
export const confirmFirstLimits = verb(
  {
    name: 'first-limits.confirm',
    least: 'engineer',
    input: z.strictObject({ charts: z.array(recordIdIn('chart')).min(1).max(MOST), reason: reasonIn }),
  },
  async (ctx, { charts, reason }): Promise<number> =>
    transaction(async (tx) => {
      const rows = await tx.rows<{ chart_id: string; version: number }>(sql`
        UPDATE chart_version SET confirmed_by = ${ctx.by.email}, confirmed_at = ${timeOf(ctx)}
        WHERE chart_id = ANY(${charts}::uuid[]) AND author = 'Driftless' AND version > 1 AND confirmed_at IS NULL AND cancelled_at IS NULL RETURNING chart_id, version`);
      for (const r of rows)
        await audit(tx, ctx, { action: 'confirm', entity: 'chart', entityId: r.chart_id, after: { version: r.version }, reason });
      return rows.length;
    }),
);
