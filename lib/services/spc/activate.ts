import { sql, type Tx } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { inForceAt } from '@/lib/spc';
import { audit } from '../audit';
import { feed } from '../live/feed';
import type { Ctx } from '../verb';
import { judgeCharts } from './evaluate';
import type { VersionContent } from './next-version';
import { followWith, insertVersion, plannedText } from './planned';
import { type ChartRow, chartColumns, type PhaseRow, phasesOf } from './store';

/** A chart that is being changed, with the version in force and those that are planned. */
export interface LockedChart {
  readonly chart: ChartRow;
  readonly begun: PhaseRow;
  readonly planned: readonly PhaseRow[];
}

/** Locks a chart for a change. @param now - epoch ms. @throws AppError `not_found`; `conflict` for one that is retired. */
export async function lockChart(tx: Tx, id: string, now: number): Promise<LockedChart> {
  const chart = await tx.one<ChartRow & { retired_at: Date | null }>(
    sql`SELECT ${chartColumns}, retired_at FROM chart WHERE id = ${id} FOR UPDATE`,
  );
  if (chart === undefined) throw new AppError('not_found', 'there is no such chart');
  if (chart.retired_at !== null) throw new AppError('conflict', 'the chart is retired: restore it first');
  const phases = (await phasesOf(tx, [chart.id])).get(chart.id)!;
  const begun = inForceAt(phases, 'effectiveFrom', now) ?? phases[0]!;
  return { chart, begun, planned: phases.filter((p) => p.effectiveFrom > now) };
}

/** What a version is to be, and who said so. */
export interface Activation {
  readonly next: VersionContent;
  readonly alerting: boolean;
  /** Process time from which it holds, epoch ms. */
  readonly from: number;
  /** What a person set in it; null where no person did. */
  readonly change: PhaseRow['change'];
  readonly author: string;
  readonly reason: string;
  /** What the trail keeps of it beside its number. */
  readonly after: object;
}

/**
 * Puts a version in force: a new phase from its time on. Points since then are judged again; no alert is opened or changed.
 * @param check - refuses versions that are not valid, the new one and the planned ones after it.
 * @returns its number.
 */
export async function activateVersion(
  tx: Tx,
  ctx: Ctx,
  { chart, begun, planned }: LockedChart,
  a: Activation,
  check: (v: VersionContent) => void = () => undefined,
): Promise<number> {
  const version = chart.version + 1;
  const { author, reason, next, from, alerting } = a;
  await insertVersion(tx, chart.id, begun.version, {
    version,
    from: new Date(from),
    content: next,
    change: a.change,
    author,
    reason,
  });
  const following = await followWith(tx, chart, next, planned);
  for (const v of [next, ...following]) check(v);
  await tx.exec(sql`UPDATE chart SET version = ${version}, alerting = ${alerting} WHERE id = ${chart.id}`);
  await audit(tx, ctx, {
    action: 'change',
    entity: 'chart',
    entityId: chart.id,
    author,
    before: versionRecord(begun),
    after: { version, ...a.after, ...(following.length > 0 ? { followedBy: following.map(versionRecord) } : {}) },
    reason,
  });
  await judgeCharts(tx, [{ ...chart, version, alerting }], new Map([[chart.id, from]]));
  const stays = planned.length === 0 ? '' : `; ${planned.map(plannedText).join(' ')} stays`;
  await tellChart(tx, chart, version, `version ${version} by ${author}: ${reason}${stays}`);
  return version;
}

/** Says in the live feed what became of a chart's limits. */
export const tellChart = (tx: Tx, chart: ChartRow, version: number, text: string): Promise<void> =>
  feed(tx, [{ kind: 'limits', text: `${chart.title}: ${text}`, detail: { chartId: chart.id, version } }]);

/** A version as the audit trail keeps it. */
export const versionRecord = ({ effectiveFrom, ...v }: PhaseRow): object => ({
  ...v,
  effectiveFrom: new Date(effectiveFrom).toISOString(),
});
