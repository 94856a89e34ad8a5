import { type Db, sql, type Tx } from '@/lib/db';
import { enqueueLater } from '@/lib/queue/outbox';
import {
  type BaselineLimits,
  baselineLimits,
  inForceIndex,
  kindOf,
  MOST_CONTEXT_RECORDS,
  type RawPoint,
  SIGMA_WORDS,
} from '@/lib/spc';
import { feed } from '../live/feed';
import { limitPolicy } from './limits/policy';
import type { ProposedChange } from './limits/proposed-change';
import { tellProposal } from './limits/tell-proposal';
import type { VersionContent } from './next-version';
import { followWith, insertVersion } from './planned';
import { type ChartRow, OF_EVENTS, type PhaseRow, phasesOf, spreadOf } from './store';
import { type ProductTargets, rawPoint } from './targets';

/** A baseline is frozen only when the chart has moved on this far, so that late measurements have arrived. */
const SETTLE_MS = 8 * 3_600_000;

const reasonFor = (n: number, l: BaselineLimits): string =>
  `first limits from the baseline of ${n} points (${l.used} used), ${SIGMA_WORDS[l.method]}`;

/** A chart that is collecting its baseline: the phase in force at its newest point, the time from which its points count, and what is planned. */
interface Collecting {
  readonly chart: ChartRow;
  readonly phase: PhaseRow;
  readonly since: number;
  readonly planned: readonly PhaseRow[];
  readonly newest: number;
}

/**
 * Gives a chart that collected its baseline its first limits: a new version that holds from the first point after the baseline, and is listed until somebody has confirmed it; where the site says so, the limits
 * wait for an approval instead. A planned version takes over from it whatever its own change leaves out. Later limits are proposed to engineers and never applied automatically.
 * @param since - process time from which each chart has new or re-judged points.
 * @param readTo - of charts that are being filled, the process time up to which their points are complete: later ones, which came live, are not looked at.
 *   One that is being filled and is not in it takes no baseline now.
 * @returns charts that got limits, with the process time from which they must be judged again. `phases` is updated.
 */
export async function proposeBaselines(
  tx: Tx,
  charts: readonly ChartRow[],
  phases: Map<string, PhaseRow[]>,
  since: ReadonlyMap<string, number>,
  targets: ReadonlyMap<string, ProductTargets>,
  readTo: ReadonlyMap<string, number> = new Map(),
): Promise<Map<string, number>> {
  const rebased = new Map<string, number>();
  const complete = charts.filter((c) => c.fill_id === null || readTo.has(c.id));
  const collecting = await collectingNow(tx, complete, phases, since, readTo);
  const baselines = await baselinePoints(tx, collecting, targets);
  const waits = collecting.length > 0 && (await limitPolicy(tx)).firstLimits === 'propose';
  for (const c of collecting) {
    const { chart, phase } = c;
    const mine = baselines.get(chart.id) ?? [];
    const last = mine.at(-1);
    if (last === undefined || counted(chart.kind, mine) < phase.baselineN || c.newest < last.at + SETTLE_MS) continue;
    const limits = baselineLimits(chart.kind, mine, phase);
    if (limits === null) continue;
    if (waits) {
      await proposeFirst(tx, chart, limits, reasonFor(mine.length, limits));
      continue;
    }
    const effectiveFrom = Math.max(last.at + 1, phase.effectiveFrom);
    phases.set(chart.id, [
      ...phases.get(chart.id)!.filter((p) => !c.planned.includes(p)),
      ...(await putInForce(tx, c, effectiveFrom, limits, reasonFor(mine.length, limits))),
    ]);
    rebased.set(chart.id, effectiveFrom);
    const version = chart.version + 1;
    if (chart.fill_id === null)
      await feed(tx, [
        {
          kind: 'limits',
          text: `${chart.title}: first limits from ${mine.length} points`,
          detail: { chartId: chart.id, version },
        },
      ]);
  }
  return rebased;
}

const timeOrNull = (ms: number | undefined): Date | null => (ms === undefined ? null : new Date(ms));

/**
 * Only charts that may be collecting are queried for their newest point: one of their phases without limits is in force at or after the new points.
 */
async function collectingNow(
  tx: Tx,
  charts: readonly ChartRow[],
  phases: ReadonlyMap<string, readonly PhaseRow[]>,
  since: ReadonlyMap<string, number>,
  readTo: ReadonlyMap<string, number>,
): Promise<Collecting[]> {
  const may = charts.filter((c) => {
    const list = phases.get(c.id) ?? [];
    const first = Math.max(0, inForceIndex(list, 'effectiveFrom', since.get(c.id) ?? Number.NEGATIVE_INFINITY));
    return list.slice(first).some((p) => p.cl === null);
  });
  if (may.length === 0) return [];
  const newest = await tx.rows<{ chart_id: string; at: Date }>(sql`
    SELECT u.chart_id, p.at FROM unnest(${may.map((c) => c.id)}::uuid[], ${may.map((c) => timeOrNull(readTo.get(c.id)))}::timestamptz[]) AS u(chart_id, read_to)
    CROSS JOIN LATERAL (SELECT at FROM chart_point p WHERE p.chart_id = u.chart_id AND p.excluded IS NULL AND (u.read_to IS NULL OR p.at <= u.read_to) ORDER BY at DESC LIMIT 1) p`);
  const at = new Map(newest.map((r) => [r.chart_id, r.at.getTime()]));
  return may.flatMap((chart): Collecting[] => {
    const last = at.get(chart.id);
    if (last === undefined) return [];
    const list = phases.get(chart.id)!;
    const i = Math.max(0, inForceIndex(list, 'effectiveFrom', last));
    const phase = list[i]!;
    if (phase.cl !== null) return [];
    return [{ chart, phase, since: list[baselineStart(list, i)]!.effectiveFrom, planned: list.slice(i + 1), newest: last }];
  });
}

/** A change of rules alone continues the baseline of the phase before it; one that says "collect a new baseline" begins one. */
function baselineStart(list: readonly PhaseRow[], i: number): number {
  const { change } = list[i]!;
  const goesOn = change !== null && change.limits === undefined && list[i - 1]?.cl === null;
  return goesOn ? baselineStart(list, i - 1) : i;
}

/** How many points of its baseline a chart had collected at a given time; null where the version in force then has limits. */
export async function collectedPoints(from: Db, chartId: string, at: number): Promise<number | null> {
  const list = (await phasesOf(from, [chartId])).get(chartId) ?? [];
  const i = Math.max(0, inForceIndex(list, 'effectiveFrom', at));
  const phase = list[i];
  if (phase === undefined || phase.cl !== null) return null;
  const since = list[baselineStart(list, i)]!.effectiveFrom;
  const row = await from.one<{ n: number }>(sql`
    SELECT count(*)::int AS n FROM (SELECT 1 FROM chart_point p
      JOIN chart c ON c.id = p.chart_id
      WHERE p.chart_id = ${chartId} AND p.at >= ${new Date(since)} AND p.at <= ${new Date(at)} AND p.excluded IS NULL AND ${COUNTS_IN_BASELINE} LIMIT ${phase.baselineN}) q`);
  return row?.n ?? 0;
}

/** Whether point `p` of chart `c` counts for the size of its baseline: on charts of gaps only records with an event do, of several variables only points that have all. */
const COUNTS_IN_BASELINE = sql`((p.value > 0 OR NOT c.kind = ANY(${OF_EVENTS}::text[])) AND (c.variables IS NULL OR p.value = jsonb_array_length(c.variables)))`;

const counted = (kind: ChartRow['kind'], points: readonly RawPoint[]): number =>
  kindOf(kind).carries === true ? points.filter((p) => p.value > 0).length : points.length;

type BaselineRow = Parameters<typeof rawPoint>[0] & { chart_id: string };

/** The first points of each chart since it began to collect, as many as its baseline takes, without excluded ones. */
async function baselinePoints(
  tx: Tx,
  list: readonly Collecting[],
  targets: ReadonlyMap<string, ProductTargets>,
): Promise<Map<string, RawPoint[]>> {
  const out = new Map<string, RawPoint[]>();
  if (list.length === 0) return out;
  const rows = await tx.rows<BaselineRow>(sql`
    SELECT q.* FROM unnest(${list.map((c) => c.chart.id)}::uuid[], ${list.map((c) => new Date(c.since))}::timestamptz[], ${list.map((c) => c.phase.baselineN)}::int4[], ${list.map((c) => new Date(c.newest))}::timestamptz[])
      AS u(chart_id, since, baseline_n, newest)
    JOIN chart c ON c.id = u.chart_id
    CROSS JOIN LATERAL (SELECT * FROM (
      SELECT p.chart_id, p.at, p.record_id, p.value, ${spreadOf(sql`c.kind`)} AS spread, p.n, p.size, p.product, p.vector, p.excluded,
        count(*) FILTER (WHERE ${COUNTS_IN_BASELINE}) OVER (ORDER BY p.at, p.record_id) - (${COUNTS_IN_BASELINE})::int AS before
      FROM chart_point p WHERE p.chart_id = u.chart_id AND p.at >= u.since AND p.at <= u.newest AND p.excluded IS NULL AND (c.variables IS NULL OR p.value = jsonb_array_length(c.variables)) ORDER BY p.at, p.record_id
      LIMIT CASE WHEN c.kind = ANY(${OF_EVENTS}::text[]) THEN ${MOST_CONTEXT_RECORDS}::int ELSE u.baseline_n END) w
      WHERE w.before < u.baseline_n) q
    ORDER BY q.chart_id, q.at, q.record_id`);
  for (const r of rows) {
    const points = out.get(r.chart_id) ?? [];
    points.push(rawPoint(r, targets.get(r.chart_id)));
    out.set(r.chart_id, points);
  }
  return out;
}

/** First limits that wait for an approval: the chart goes on collecting meanwhile. Once they were proposed, whatever was decided, they are not proposed again by themselves. */
async function proposeFirst(tx: Tx, chart: ChartRow, limits: BaselineLimits, reason: string): Promise<void> {
  const change: ProposedChange = { kind: 'limits', limits };
  const made = await tx.one<{ id: string }>(sql`
    INSERT INTO limit_proposal (chart_id, kind, base_version, state, change, author, reason, second_person)
    SELECT ${chart.id}, 'first', ${chart.version}, 'pending', ${JSON.stringify(change)}::jsonb, 'Driftless', ${reason}, false
    WHERE NOT EXISTS (SELECT 1 FROM limit_proposal WHERE chart_id = ${chart.id} AND (base_version = ${chart.version} AND kind = 'first' OR state IN ('computing', 'pending')))
    RETURNING id`);
  if (made === undefined) return;
  await enqueueLater(tx, [{ queue: 'limits', payload: { v: 1, proposalId: made.id } }]);
  await tellProposal(tx, made.id);
  await feed(tx, [
    {
      kind: 'limits',
      text: `${chart.title}: first limits wait for an approval`,
      detail: { chartId: chart.id, proposal: made.id },
    },
  ]);
}

/** What a version becomes with limits of a study. */
export const contentOfLimits = <V extends VersionContent>(before: V, l: BaselineLimits): V => ({
  ...before,
  cl: l.cl,
  ucl: l.ucl,
  lcl: l.lcl,
  limitsSource: 'study',
  sigmaWithin: l.sigmaWithin,
  sigmaMethod: l.method,
  dispCl: l.dispCl,
  dispUcl: l.dispUcl,
  dispLcl: l.dispLcl,
  dispSource: 'study',
  dispSigma: l.dispSigma,
  study: l.study ?? null,
});

/** @returns the new version and the planned ones after it. */
async function putInForce(tx: Tx, c: Collecting, effectiveFrom: number, l: BaselineLimits, reason: string): Promise<PhaseRow[]> {
  const { chart, phase } = c;
  const version = chart.version + 1;
  const next: PhaseRow = { ...contentOfLimits(phase, l), version, effectiveFrom, change: null };
  const content = { version, from: new Date(effectiveFrom), content: next, change: null, author: 'Driftless', reason };
  await insertVersion(tx, chart.id, phase.version, content);
  await tx.exec(sql`UPDATE chart SET version = ${version} WHERE id = ${chart.id}`);
  return [next, ...(await followWith(tx, chart, next, c.planned))];
}
