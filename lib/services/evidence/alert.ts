import { sourceOf } from '@/lib/characteristic';
import { db, sql } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { idFromAddress } from '../address/id-from-address';
import { type LastGoodLot, lastGoodLot } from '../alerts/last-good-lot';
import { incidentBeside } from '../alerts/views/incident';
import { type AlertLife, alertLife } from '../alerts/views/life';
import { ALERT_COLUMNS, type AlertFacts, type AlertHead, type AlertRow, alertRow, type RawAlert } from '../alerts/views/list';
import {
  type Commonality,
  commonalityOf,
  type HistoryEntry,
  historyOf,
  type MoveRow,
  movesOf,
  relatedOf,
  type SignalRow,
  signalsOf,
} from '../alerts/views/parts';
import { type AlertRun, alertRun } from '../checklists/views/run';
import { lotVectors, type OverlayVectors } from '../overlay/views/vectors';
import { runHead } from '../runs/views/run-head';
import { type RunTrace, runTrace } from '../runs/views/run-trace';
import { spcChart } from '../spc/views/chart';
import type { SpcChartView } from '../spc/views/chart-model';
import { type PointContributions, pointContributions } from '../spc/views/contributions';
import { isMeasured, type RecipeEvidence, recipeBehind } from '../spc/views/recipe-changes';
import { violationsOf, type WhyRed } from '../spc/views/violations';
import { lotMaps, type SiteMap, siteMaps } from '../wafers/views/site-maps';

export interface AlertView {
  alert: AlertHead;
  life: AlertLife;
  /** The run of its checklist; null: it has none. */
  run: AlertRun | null;
  /** Its incident, where that has other alerts. */
  incident: Awaited<ReturnType<typeof incidentBeside>>;
  /** Oldest first; repeats are folded. */
  history: HistoryEntry[];
  /** Signals of this alert, newest first: the one that opened it, and those that came since. */
  signals: SignalRow[];
  chart: SpcChartView | null;
  why: WhyRed[];
  /** Maps of the wafers behind the alert, newest violation first, and of the last good lot. */
  bad: SiteMap[];
  good: SiteMap[];
  /** Of an alert on overlay: the first measured wafer of its lot, and of the last good lot. */
  vectors: { bad: OverlayVectors; good: OverlayVectors | null } | null;
  /** The newest lot before the first signal that was wholly in control on this chart; null without a chart or such a lot. */
  lastGood: LastGoodLot | null;
  /** A change of the metrology recipe shortly before the first signal; null where there was none, or no recipe makes the value. */
  recipe: RecipeEvidence | null;
  trace: RunTrace | null;
  /** Of a chart of several variables: what each has to do with the point that opened the alert. */
  contributions: PointContributions | null;
  moves: MoveRow[];
  /** What the runs of this alert have in common, against all runs of the same operation in the window. */
  commonality: Commonality[];
  /** Alerts around the same time on the same tool. */
  related: AlertRow[];
  assignees: string[];
}

const DAY = 86_400_000;
const MAX_MAPS = 6;

/** The evidence page of one alert. @throws AppError `not_found`. */
export async function alertView(id: string): Promise<AlertView> {
  const raw = await db().one<RawAlert & AlertFacts>(sql`
    SELECT ${ALERT_COLUMNS}, chart_id AS "chartId", record_id AS "recordId", run_id AS "runId", value, cause, action, disposition, action_code AS "actionCode" FROM alert WHERE id = ${idFromAddress('alert', id)}`);
  if (raw === undefined) throw new AppError('not_found', `there is no alert ${id}`);
  const { chartId, recordId, runId, value, cause, action, disposition, actionCode, ...rest } = raw;
  const alert: AlertHead = { ...alertRow(rest), chartId, recordId, runId, value, cause, action, disposition, actionCode };
  const from = alert.firstMs - 7 * DAY;
  const to = alert.lastMs + 2 * DAY;
  const [life, history, signals, chart, why, trace, contributions, moves, related, assignees, commonality, run, incident] =
    await Promise.all([
      alertLife(id, Date.now()),
      historyOf(id),
      signalsOf(id),
      chartId === null ? null : spcChart(chartId, from, to),
      chartId === null ? [] : violationsOf(chartId, from, to),
      traceOf(runId),
      chartId === null || recordId === null ? null : pointContributions(chartId, recordId),
      movesOf(alert, from, to),
      relatedOf(alert),
      db().rows<{ email: string }>(sql`SELECT email FROM "user" WHERE role <> 'viewer' ORDER BY email LIMIT 200`),
      commonalityOf(alert, from, to),
      alertRun(id),
      incidentBeside(id),
    ]);
  const first = { recordId, lot: alert.lot, atMs: alert.firstMs };
  const [recipe, maps] = await Promise.all([
    chart === null || !isMeasured(chart.chart.characteristic) ? null : recipeBehind(chart.chart, first),
    chart === null ? NO_MAPS : mapsOf(alert, chart, signals),
  ]);
  return {
    alert,
    life,
    run,
    incident,
    history,
    signals,
    chart,
    why,
    recipe,
    ...maps,
    trace,
    contributions,
    moves,
    commonality,
    related,
    assignees: assignees.map((a) => a.email),
  };
}

const NO_MAPS: Pick<AlertView, 'bad' | 'good' | 'vectors' | 'lastGood'> = { bad: [], good: [], vectors: null, lastGood: null };

/** Wafers of the alert beside those of the last good lot. */
async function mapsOf(alert: AlertHead, view: SpcChartView, signals: readonly SignalRow[]): Promise<typeof NO_MAPS> {
  const { chart } = view;
  const place = { operation: chart.operation, tool: chart.tool, chamber: chart.chamber };
  if (sourceOf(chart.characteristic) === 'overlay') {
    if (alert.lot === null) return NO_MAPS;
    const bad = await lotVectors({ ...place, lot: alert.lot });
    const lastGood = await lastGoodLot(chart.id, alert, bad?.product ?? null);
    if (bad === null) return { ...NO_MAPS, lastGood };
    return {
      ...NO_MAPS,
      lastGood,
      vectors: { bad, good: lastGood === null ? null : await lotVectors({ ...place, lot: lastGood.lot }) },
    };
  }
  const ids = [...new Set([...(alert.recordId === null ? [] : [alert.recordId]), ...signals.map((v) => v.recordId)])];
  const own = await siteMaps(ids.slice(0, MAX_MAPS));
  const bad =
    own.length === 0 && alert.lot !== null
      ? await lotMaps({ ...place, lot: alert.lot, parameter: chart.parameter, limit: 25 })
      : own;
  const lastGood = await lastGoodLot(chart.id, alert, bad[0]?.product ?? null);
  const good =
    lastGood === null || bad.length === 0
      ? []
      : await lotMaps({ ...place, lot: lastGood.lot, parameter: chart.parameter, limit: MAX_MAPS });
  return { bad, good, vectors: null, lastGood };
}

async function traceOf(runId: string | null): Promise<RunTrace | null> {
  if (runId === null) return null;
  const run = await runHead(runId);
  return run === undefined ? null : runTrace(run);
}
