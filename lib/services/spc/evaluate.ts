import { sql, type Tx } from '@/lib/db';
import type { Payload } from '@/lib/queue/jobs';
import { judgeEffects } from '../alerts/effect';
import { endSignals } from '../alerts/end-signals';
import { type RaisedViolation, raiseAlerts } from '../alerts/raise';
import { fulfilRequests } from '../alerts/requests';
import { holdAgain } from '../alerts/signals';
import { characteristicValues } from '../characteristics/values';
import { isJoint, jointPoints, removeGone } from './joint';
import { type ChartJudgement, judgeChart } from './judge-chart';
import { proposeBaselines } from './phase-one';
import { type FreshPoints, insertPoints, pointsFor } from './points';
import { keepRollups } from './rollups';
import { type ChartRow, lockCharts, phasesOf, removeRevised, stretches } from './store';
import { TAKEN } from './taken';
import { targetsOf } from './targets';
import type { SeenContext } from './templates/contexts';
import { makeNewCharts } from './templates/live';
import { knownViolations, violationKey, writeJudgements } from './write-judgements';

const NOTHING_FRESH: FreshPoints = new Set();

/**
 * Charts the values of these records: adds points to every chart whose context they fit, and applies the rules again from the earliest of them on, in
 * process order. Idempotent; a late record re-judges what follows it.
 */
export async function evaluateCharts(
  tx: Tx,
  source: Payload<'spc'>['source'],
  refs: Payload<'spc'>['refs'],
): Promise<{ points: number; violations: number }> {
  if (source === 'measurement') await fulfilRequests(tx, refs);
  const seen = await makeNewCharts(tx, source, refs, new Date());
  const values = seen.length === 0 ? [] : await characteristicValues(tx, source, refs, await chartedIn(tx, seen));
  // A corrected measurement or count leaves every chart it is on, even where the correction has no value.
  const corrections = source === 'measurement' || source === 'count' ? refs.map((r) => r.id) : [];
  if (values.length === 0 && corrections.length === 0) return { points: 0, violations: 0 };
  const charts = await lockCharts(tx, values, corrections);
  const joint = await jointPoints(tx, charts.filter(isJoint), source, refs, values);
  const points = [...pointsFor(charts, values), ...joint.points];
  const since = new Map<string, number>();
  const from = (chartId: string, at: number) => since.set(chartId, Math.min(since.get(chartId) ?? Number.POSITIVE_INFINITY, at));
  const { fresh, left } = points.length === 0 ? { fresh: NOTHING_FRESH, left: [] } : await insertPoints(tx, points);
  for (const { chartId, at } of [...left, ...(await removeRevised(tx, corrections)), ...(await removeGone(tx, joint.gone))])
    from(chartId, at);
  for (const { chart, value } of points) from(chart.id, value.at);
  const touched = charts.filter((c) => since.has(c.id));
  if (touched.length === 0) return { points: 0, violations: 0 };
  const { violations, withdrawn } = await judgeCharts(tx, touched, since, { fresh });
  await endSignals(tx, withdrawn);
  return { points: points.length, violations };
}

/** What new data are charted at all, of the operations that these records are of. */
async function chartedIn(tx: Tx, seen: readonly SeenContext[]): Promise<ReadonlySet<string>> {
  const rows = await tx.rows<{ characteristic: string }>(
    sql`SELECT DISTINCT t.characteristic FROM chart c ${TAKEN} WHERE c.active AND c.operation = ANY(${[...new Set(seen.map((c) => c.operation))]}::text[])`,
  );
  return new Set(rows.map((r) => r.characteristic));
}

/** Why charts are judged. */
export interface Judging {
  /** Points that arrived with this evaluation; none when limits, rules or exclusions changed, or history is filled in. */
  readonly fresh?: FreshPoints;
  /** How far the history of charts that are being filled is complete, process time: their baseline lies before it. */
  readonly readTo?: ReadonlyMap<string, number>;
}

/**
 * Judges these charts from `since` on: for new points, new limits and excluded points alike. Every point is marked by what applies to it; an alert
 * comes only of new data: of a signal that was not known before, whose window holds a point of `fresh`, by a version that was in force before those
 * points arrived. A chart whose history is being filled raises none: its windows have gaps.
 * @returns how many signals the judged intervals hold, and the alerts that lost one: new data may close these, a change of limits or rules may not.
 */
export async function judgeCharts(
  tx: Tx,
  charts: readonly ChartRow[],
  since: ReadonlyMap<string, number>,
  { fresh = NOTHING_FRESH, readTo }: Judging = {},
): Promise<{ violations: number; withdrawn: string[] }> {
  const phases = await phasesOf(
    tx,
    charts.map((c) => c.id),
  );
  const targets = await targetsOf(tx, charts);
  const rebased = await proposeBaselines(tx, charts, phases, since, targets, readTo);
  const from = new Map([...since].map(([id, t]) => [id, Math.min(t, rebased.get(id) ?? t)]));
  const rows = await stretches(tx, from);
  const judged: ChartJudgement = { changes: [], violations: [] };
  for (const chart of charts)
    judgeChart(chart, phases.get(chart.id)!, rows.get(chart.id) ?? [], from.get(chart.id)!, judged, targets.get(chart.id));
  const filling = new Set(charts.filter((c) => c.fill_id !== null).map((c) => c.id));
  const known = await knownViolations(tx, from);
  const withdrawn = await writeJudgements(tx, judged, from);
  await keepRollups(tx, from);
  const isNews = (v: RaisedViolation): boolean =>
    v.chart.alerting &&
    !filling.has(v.chart.id) &&
    !known.has(violationKey(v.chart.id, v.recordId, v.rule)) &&
    v.members.some((m) => fresh.has(`${v.chart.id}|${m}`)) &&
    v.at.getTime() < (rebased.get(v.chart.id) ?? Number.POSITIVE_INFINITY);
  if (fresh.size > 0) await judgeEffects(tx, [...from.keys()]);
  await raiseAlerts(tx, judged.violations.filter(isNews));
  await holdAgain(tx, judged.violations);
  return { violations: judged.violations.length, withdrawn };
}
