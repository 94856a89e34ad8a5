import { db, sql } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { type RequestLine, requestLines } from '../../alerts/views/life';
import { ALERT_COLUMNS, type AlertRow, alertRow, type RawAlert } from '../../alerts/views/list';
import { JUDGEMENT, type PointJudgement } from '../../characteristics/judged-point';
import { type HoldListRow, holdList } from '../../holds/views/list';

export interface LotHead {
  name: string;
  product: string;
  route: string;
  wafers: number;
  startedMs: number;
}

export interface LotStep {
  operation: string;
  /** Where its wafers ran: "CVD-01 A, B"; empty: not yet, or not reported. */
  tools: string[];
  runs: number;
  firstRunId: string | null;
  firstMs: number | null;
  lastMs: number | null;
  measured: number;
  alerts: number;
}

export interface LotMeasurement {
  id: string;
  slot: number;
  operation: string;
  parameter: string;
  mean: number;
  sd: number | null;
  unit: string;
  station: string;
  measuredMs: number;
  /** A later one took its place. */
  superseded: boolean;
  revises: boolean;
}

export type LotPoint = PointJudgement & {
  chartId: string;
  title: string;
  recordId: string;
  slot: number;
  value: number;
  unit: string;
  atMs: number;
};

export interface LotDisposition {
  alertId: string;
  title: string;
  slot: number;
  decision: string;
  reason: string;
  author: string;
  atMs: number;
  /** A later one of the same alert and wafer took its place. */
  replaced: boolean;
}

export interface LotView {
  lot: LotHead;
  steps: LotStep[];
  measurements: LotMeasurement[];
  measurementTotal: number;
  points: LotPoint[];
  alerts: AlertRow[];
  dispositions: LotDisposition[];
  holds: HoldListRow[];
  requests: RequestLine[];
}

const MOST = 200;

/** Everything that is known of one lot. @throws AppError `not_found`. */
export async function lotView(name: string): Promise<LotView> {
  const head = await db().one<Omit<LotHead, 'startedMs'> & { started: Date }>(
    sql`SELECT name, product, route, wafers, started_at AS started FROM lot WHERE name = ${name}`,
  );
  if (head === undefined) throw new AppError('not_found', `there is no lot ${name}`);
  const { started, ...rest } = head;
  const [steps, measurements, [count], points, alerts, dispositions, holds, requests] = await Promise.all([
    stepsOf(name, head.route),
    measurementsOf(name),
    db().rows<{ n: number }>(sql`SELECT count(*)::int AS n FROM measurement WHERE lot = ${name}`),
    pointsOf(name),
    alertsOf(name),
    dispositionsOf(name),
    holdList({ state: 'all', scope: 'lot', lot: name, limit: 50 }),
    requestLines(sql`r.lot = ${name}`, 50),
  ]);
  return {
    lot: { ...rest, startedMs: started.getTime() },
    steps,
    measurements,
    measurementTotal: count!.n,
    points,
    alerts,
    dispositions,
    holds: holds.rows,
    requests,
  };
}

/** The operations of its route in order, and any other at which it ran. */
async function stepsOf(lot: string, route: string): Promise<LotStep[]> {
  const rows = await db().rows<Omit<LotStep, 'firstMs' | 'lastMs'> & { first: Date | null; last: Date | null }>(sql`
    WITH ran AS (
      SELECT operation, array_agg(DISTINCT tool || ' ' || chamber) AS tools, count(*)::int AS runs, (array_agg(id ORDER BY started_at, slot))[1] AS run, min(started_at) AS first, max(ended_at) AS last
      FROM run WHERE lot = ${lot} GROUP BY operation),
    measured AS (SELECT operation, count(DISTINCT slot)::int AS n FROM measurement WHERE lot = ${lot} AND superseded_by IS NULL GROUP BY operation),
    alerted AS (SELECT operation, count(*)::int AS n FROM alert WHERE lot = ${lot} GROUP BY operation),
    steps AS (
      SELECT o.name AS operation, o.place FROM route q CROSS JOIN LATERAL unnest(q.operations) WITH ORDINALITY AS o(name, place) WHERE q.name = ${route}
      UNION ALL SELECT operation, NULL FROM ran WHERE operation NOT IN (SELECT unnest(operations) FROM route WHERE name = ${route}))
    SELECT s.operation, COALESCE(r.tools, '{}') AS tools, COALESCE(r.runs, 0) AS runs, r.run AS "firstRunId", r.first, r.last, COALESCE(m.n, 0) AS measured, COALESCE(a.n, 0) AS alerts
    FROM steps s LEFT JOIN ran r USING (operation) LEFT JOIN measured m USING (operation) LEFT JOIN alerted a USING (operation) ORDER BY s.place NULLS LAST, r.first LIMIT ${MOST}`);
  return rows.map(({ first, last, ...r }) => ({ ...r, firstMs: first?.getTime() ?? null, lastMs: last?.getTime() ?? null }));
}

async function measurementsOf(lot: string): Promise<LotMeasurement[]> {
  const rows = await db().rows<Omit<LotMeasurement, 'measuredMs'> & { measured: Date }>(sql`
    SELECT id, slot, operation, parameter, mean, sd, unit, station, measured_at AS measured, superseded_by IS NOT NULL AS superseded, revises IS NOT NULL AS revises
    FROM measurement WHERE lot = ${lot} ORDER BY measured_at DESC, slot, parameter LIMIT ${MOST}`);
  return rows.map(({ measured, ...r }) => ({ ...r, measuredMs: measured.getTime() }));
}

/** Its charted points, those with a signal first. */
async function pointsOf(lot: string): Promise<LotPoint[]> {
  const rows = await db().rows<Omit<LotPoint, 'atMs'> & { at: Date }>(sql`
    SELECT p.chart_id AS "chartId", c.title, p.record_id AS "recordId", p.slot, p.value, c.unit, ${JUDGEMENT}, p.at
    FROM (SELECT id FROM measurement WHERE lot = ${lot} UNION SELECT id FROM overlay_measurement WHERE lot = ${lot}
      UNION SELECT md5(${lot} || '|' || operation || '|' || parameter)::uuid FROM (SELECT DISTINCT operation, parameter FROM measurement WHERE lot = ${lot}) q) r(id)
    JOIN chart_point p ON p.record_id = r.id JOIN chart c ON c.id = p.chart_id ORDER BY cardinality(p.rules) DESC, p.at DESC, c.title LIMIT ${MOST}`);
  return rows.map(({ at, ...r }) => ({ ...r, atMs: at.getTime() }));
}

/** Alerts that a point of it opened or added to, or that a decision about it belongs to. */
async function alertsOf(lot: string): Promise<AlertRow[]> {
  const rows = await db().rows<RawAlert>(sql`
    SELECT ${ALERT_COLUMNS} FROM alert WHERE lot = ${lot}
      OR id IN (SELECT s.alert_id FROM measurement m JOIN alert_signal s ON s.record_id = m.id WHERE m.lot = ${lot})
      OR id IN (SELECT alert_id FROM alert_disposition WHERE lot = ${lot}) ORDER BY last_at DESC LIMIT 50`);
  return rows.map(alertRow);
}

async function dispositionsOf(lot: string): Promise<LotDisposition[]> {
  const rows = await db().rows<Omit<LotDisposition, 'atMs'> & { at: Date }>(sql`
    SELECT d.alert_id AS "alertId", a.title, d.slot, d.decision, d.reason, d.author, d.at,
      EXISTS (SELECT 1 FROM alert_disposition n WHERE n.alert_id = d.alert_id AND n.lot = d.lot AND n.slot = d.slot AND n.id > d.id) AS replaced
    FROM alert_disposition d JOIN alert a ON a.id = d.alert_id WHERE d.lot = ${lot} ORDER BY d.id DESC LIMIT ${MOST}`);
  return rows.map(({ at, ...r }) => ({ ...r, atMs: at.getTime() }));
}
