import { db, sql, where } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { lastGoodMaps, lotMaps, type SiteMap, siteMaps } from './evidence';
import { type RunTrace, runHead, runTrace } from './run';
import { type SpcChartView, spcChart, violationsOf, type WhyRed } from './spc-chart';
import { idFromAddress } from './uuid';

export interface AlertRow {
  id: string;
  severity: string;
  state: 'open' | 'acknowledged' | 'closed';
  kind: string;
  title: string;
  area: string;
  tool: string | null;
  chamber: string | null;
  product: string | null;
  operation: string | null;
  lot: string | null;
  slot: number | null;
  rule: number | null;
  count: number;
  firstMs: number;
  lastMs: number;
  raisedMs: number;
  closedMs: number | null;
  assignee: string | null;
  version: number;
}

export interface AlertFilter {
  /** "active" is open and acknowledged. */
  readonly state: 'active' | 'open' | 'acknowledged' | 'closed' | 'all';
  readonly severity: string | null;
  readonly area: string | null;
  readonly tool: string | null;
  readonly assignee: string | null;
  readonly fromMs: number;
  readonly limit: number;
}

interface Times {
  first_at: Date;
  last_at: Date;
  raised_at: Date;
  closed_at: Date | null;
}
type Raw = Omit<AlertRow, 'firstMs' | 'lastMs' | 'raisedMs' | 'closedMs'> & Times;

const COLUMNS = sql`id, severity, state::text, kind, title, area, tool, chamber, product, operation, lot, slot, rule, count, first_at, last_at, raised_at, closed_at, assignee, version`;

const toRow = ({ first_at, last_at, raised_at, closed_at, ...r }: Raw): AlertRow => ({
  ...r,
  firstMs: first_at.getTime(),
  lastMs: last_at.getTime(),
  raisedMs: raised_at.getTime(),
  closedMs: closed_at?.getTime() ?? null,
});

/** Alerts by state, severity and age; open ones are listed whatever their age, closed ones since `fromMs`. */
export async function listAlerts(f: AlertFilter): Promise<{ rows: AlertRow[]; total: number; assignees: string[] }> {
  const state =
    f.state === 'active'
      ? sql`state <> 'closed'`
      : f.state === 'all'
        ? sql`(state <> 'closed' OR last_at >= ${new Date(f.fromMs)})`
        : f.state === 'closed'
          ? sql`(state = 'closed' AND last_at >= ${new Date(f.fromMs)})`
          : sql`state::text = ${f.state}`;
  const [rows, assignees] = await Promise.all([
    db().rows<Raw & { total: number }>(sql`
      SELECT ${COLUMNS}, count(*) OVER ()::int AS total FROM alert
      ${where([
        state,
        f.severity !== null && sql`severity = ${f.severity}`,
        f.area !== null && sql`area = ${f.area}`,
        f.tool !== null && sql`tool = ${f.tool}`,
        f.assignee === 'nobody' ? sql`assignee IS NULL` : f.assignee !== null && sql`assignee = ${f.assignee}`,
      ])}
      ORDER BY (alert.state), array_position(ARRAY['critical', 'high', 'medium', 'low'], severity), last_at DESC LIMIT ${f.limit}`),
    db().rows<{ email: string }>(sql`SELECT email FROM "user" ORDER BY email LIMIT 200`),
  ]);
  return {
    rows: rows.map(({ total: _total, ...r }) => toRow(r)),
    total: rows[0]?.total ?? 0,
    assignees: assignees.map((a) => a.email),
  };
}

export interface AlertView {
  alert: AlertRow & {
    chartId: string | null;
    recordId: string | null;
    runId: string | null;
    value: number | null;
    cause: string | null;
    action: string | null;
    disposition: string | null;
  };
  history: { id: number; atMs: number; actor: string; kind: string; text: string | null }[];
  chart: SpcChartView | null;
  why: WhyRed[];
  /** Maps of the wafers behind the alert, newest violation first, and of the last good lot. */
  bad: SiteMap[];
  good: SiteMap[];
  trace: RunTrace | null;
  moves: {
    atMs: number;
    lot: string;
    setpoint: number;
    advised: number;
    dHat: number;
    mode: string;
    loopId: string;
    loop: string;
    knob: string;
    knobUnit: string;
  }[];
  /** What the points of this alert have in common, against all points of the same operation in the window. */
  commonality: { what: string; value: string; inAlert: number; ofAlert: number; inAll: number; ofAll: number }[];
  /** Alerts around the same time on the same tool. */
  related: AlertRow[];
  assignees: string[];
}

const DAY = 86_400_000;
const MAX_BAD_MAPS = 6;

/** The evidence page of one alert. @throws AppError `not_found`. */
export async function alertView(id: string): Promise<AlertView> {
  const raw = await db().one<
    Raw & {
      chartId: string | null;
      recordId: string | null;
      runId: string | null;
      value: number | null;
      cause: string | null;
      action: string | null;
      disposition: string | null;
    }
  >(sql`
    SELECT ${COLUMNS}, chart_id AS "chartId", record_id AS "recordId", run_id AS "runId", value, cause, action, disposition FROM alert WHERE id = ${idFromAddress('alert', id)}`);
  if (raw === undefined) throw new AppError('not_found', `there is no alert ${id}`);
  const { chartId, recordId, runId, value, cause, action, disposition, ...rest } = raw;
  const alert: AlertView['alert'] = { ...toRow(rest), chartId, recordId, runId, value, cause, action, disposition };
  const from = alert.firstMs - 7 * DAY;
  const to = alert.lastMs + 2 * DAY;
  const [history, chart, why, records, trace, moves, related, assignees] = await Promise.all([
    historyOf(id),
    chartId === null ? null : spcChart(chartId, from, to),
    chartId === null ? [] : violationsOf(chartId, from, to),
    db().rows<{ record_id: string }>(sql`
      SELECT DISTINCT v.record_id, v.at FROM violation v WHERE v.alert_id = ${id} ORDER BY v.at DESC LIMIT 50`),
    traceOf(runId),
    movesOf(alert, from, to),
    relatedOf(alert),
    db().rows<{ email: string }>(sql`SELECT email FROM "user" WHERE role <> 'viewer' ORDER BY email LIMIT 200`),
  ]);
  const ids = [...new Set([...(recordId === null ? [] : [recordId]), ...records.map((r) => r.record_id)])].slice(0, MAX_BAD_MAPS);
  const own = await siteMaps(ids);
  const bad =
    own.length === 0 && alert.lot !== null && alert.operation !== null && chart !== null
      ? await lotMaps(alert.lot, alert.operation, chart.chart.parameter)
      : own;
  const first = bad[0];
  const [good, commonality] = await Promise.all([
    first && alert.operation && chart
      ? lastGoodMaps({
          operation: alert.operation,
          parameter: first.parameter,
          product: chart.chart.product ?? alert.product ?? '',
          tool: alert.tool,
          chamber: alert.chamber,
          beforeMs: alert.firstMs,
        })
      : [],
    commonalityOf(alert, from, to),
  ]);
  return { alert, history, chart, why, bad, good, trace, moves, commonality, related, assignees: assignees.map((a) => a.email) };
}

async function historyOf(id: string): Promise<AlertView['history']> {
  const rows = await db().rows<{ id: number; at: Date; actor: string; kind: string; text: string | null }>(
    sql`SELECT id, at, actor, kind, text FROM alert_event WHERE alert_id = ${id} ORDER BY id`,
  );
  return rows.map(({ at, ...r }) => ({ ...r, atMs: at.getTime() }));
}

async function traceOf(runId: string | null): Promise<RunTrace | null> {
  if (runId === null) return null;
  const run = await runHead(runId);
  return run === undefined ? null : runTrace(run);
}

async function movesOf(a: AlertView['alert'], from: number, to: number): Promise<AlertView['moves']> {
  if (a.operation === null || a.tool === null) return [];
  const rows = await db().rows<Omit<AlertView['moves'][number], 'atMs'> & { at: Date }>(sql`
    SELECT v.at, v.lot, v.setpoint, v.advised, v.d_hat AS "dHat", v.mode::text, l.id AS "loopId", l.name AS loop, l.knob, l.knob_unit AS "knobUnit"
    FROM advice v JOIN control_loop l ON l.id = v.loop_id
    WHERE l.operation = ${a.operation} AND v.tool = ${a.tool} AND (${a.chamber}::text IS NULL OR v.chamber = ${a.chamber}) AND v.at BETWEEN ${new Date(from)} AND ${new Date(to)}
    ORDER BY abs(extract(epoch FROM v.at - ${new Date(a.firstMs)})) LIMIT 12`);
  return rows.map(({ at, ...r }) => ({ ...r, atMs: at.getTime() })).sort((x, y) => y.atMs - x.atMs);
}

async function relatedOf(a: AlertView['alert']): Promise<AlertRow[]> {
  const rows = await db().rows<Raw>(sql`
    SELECT ${COLUMNS} FROM alert WHERE id <> ${a.id} AND last_at >= ${new Date(a.firstMs - DAY)} AND first_at <= ${new Date(a.lastMs + DAY)}
      AND (tool = ${a.tool} OR operation = ${a.operation}) ORDER BY (tool = ${a.tool}) DESC, last_at DESC LIMIT 8`);
  return rows.map(toRow);
}

/** For chamber, recipe version and product: how often among the alert's points and how often among all runs of the operation. */
async function commonalityOf(a: AlertView['alert'], from: number, to: number): Promise<AlertView['commonality']> {
  if (a.operation === null) return [];
  return db().rows(sql`
    WITH bad AS (
      SELECT DISTINCT p.run_id FROM violation v JOIN chart_point p ON p.chart_id = v.chart_id AND p.at = v.at AND p.record_id = v.record_id WHERE v.alert_id = ${a.id} AND p.run_id IS NOT NULL),
    runs AS (
      SELECT r.id, r.tool || ' ' || r.chamber AS chamber, r.recipe || ' v' || r.recipe_version AS recipe, r.product, r.id IN (SELECT run_id FROM bad) AS is_bad
      FROM run r WHERE r.operation = ${a.operation} AND r.started_at BETWEEN ${new Date(from)} AND ${new Date(to)}),
    long AS (SELECT is_bad, x.what, x.value FROM runs, LATERAL (VALUES ('chamber', chamber), ('recipe', recipe), ('product', product)) AS x(what, value)),
    totals AS (SELECT count(*) FILTER (WHERE is_bad)::int AS bad, count(*)::int AS total FROM runs)
    SELECT what, value, (count(*) FILTER (WHERE is_bad))::int AS "inAlert", t.bad AS "ofAlert", count(*)::int AS "inAll", t.total AS "ofAll"
    FROM long, totals t GROUP BY what, value, t.bad, t.total HAVING count(*) FILTER (WHERE is_bad) > 0
    ORDER BY (count(*) FILTER (WHERE is_bad))::float8 / t.bad / (count(*)::float8 / t.total) DESC LIMIT 12`);
}
