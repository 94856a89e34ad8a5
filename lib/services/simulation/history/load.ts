import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { from as copyFrom } from 'pg-copy-streams';
import { db, pool, recordId, sql } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { fillRollups } from '../../spc/rollups';
import { insertMaster } from './master';
import { type HistoryOptions, type HistoryPlan, planHistory } from './plan';
import { type HistoryPoint, historyPoints } from './points';

const DAY_MS = 86_400_000;
/** Lines that travel together. */
const BATCH = 4000;
/** An alert of an alerting chart for one in so many of its signals; those of the last two days wait. */
const SIGNALS_AN_ALERT = 40;

export interface Loaded {
  readonly points: number;
  readonly flagged: number;
  readonly alerts: number;
  readonly copyS: number;
  readonly rollupS: number;
}

const NULL = '\\N';
const time = (ms: number): string => new Date(ms).toISOString();

/** A COPY into one table on a connection of its own; lines wait while the server is busy. */
async function copyInto(
  table: string,
  columns: string,
): Promise<{ add(line: string): Promise<void> | undefined; end(): Promise<void> }> {
  const client = await pool().connect();
  await client.query('SET statement_timeout = 0');
  const stream: Writable = client.query(copyFrom(`COPY ${table} (${columns}) FROM STDIN`));
  let lines: string[] = [];
  const send = async (): Promise<void> => {
    const text = `${lines.join('\n')}\n`;
    lines = [];
    if (!stream.write(text)) await once(stream, 'drain');
  };
  return {
    add: (line) => {
      lines.push(line);
      return lines.length < BATCH ? undefined : send();
    },
    end: async () => {
      try {
        if (lines.length > 0) await send();
        stream.end();
        await once(stream, 'finish');
        await client.query('RESET statement_timeout');
      } finally {
        client.release();
      }
    },
  };
}

const POINT_COLUMNS =
  'chart_id, at, record_id, value, plotted, u_value, dispersion, ucl, lcl, disp_cl, disp_ucl, disp_lcl, n, lot, slot, tool, chamber, version, rules, excluded';
const VIOLATION_COLUMNS = 'chart_id, at, record_id, rule, version, members, detail';

function pointLine(p: HistoryPoint): string {
  const { chart, version: v } = p;
  const spread = p.dispersion === null ? `${NULL}\t${NULL}\t${NULL}\t${NULL}` : `${p.dispersion}\t${v.dispCl}\t${v.dispUcl}\t0`;
  const [dispersion, ...limits] = spread.split('\t');
  return `${chart.id}\t${time(p.atMs)}\t${p.recordId}\t${p.value}\t${p.value}\t${chart.sigma / 10}\t${dispersion}\t${v.ucl}\t${v.lcl}\t${limits.join('\t')}\t1\t${p.lot}\t${p.slot}\t${chart.tool}\t${chart.chamber}\t${v.version}\t${p.isOut ? '{1}' : '{}'}\t${p.excluded ?? NULL}`;
}

const detailOf = (p: HistoryPoint): object => ({
  side: p.value > p.version.ucl ? 'above' : 'below',
  window: 1,
  judged: p.value,
  cl: p.version.cl,
  ucl: p.version.ucl,
  lcl: p.version.lcl,
  sigma: p.version.sigma,
  lot: p.lot,
  slot: p.slot,
});

const violationLine = (p: HistoryPoint): string =>
  `${p.chart.id}\t${time(p.atMs)}\t${p.recordId}\t1\t${p.version.version}\t{${p.recordId}}\t${JSON.stringify(detailOf(p))}`;

/**
 * Loads a history of a large fab straight into the tables, for measurements of speed: master data, charts with limits, points with their signals,
 * alerts with their events, and the rollups. The same seed and end give the same rows. Memory does not grow with the number of points.
 * @param onProgress - share done, 0 to 1.
 * @throws AppError `conflict` where the database holds records of a fab already, unless `intoExisting`.
 */
export async function loadHistory(
  o: HistoryOptions & { readonly intoExisting: boolean },
  onProgress: (share: number, note: string) => void = () => undefined,
): Promise<Loaded> {
  await refuseRealFab(o.intoExisting);
  const plan = planHistory(o);
  await insertMaster(plan, o);
  for (let t = o.endMs - o.days * DAY_MS; t < o.endMs + 31 * DAY_MS; t += 15 * DAY_MS)
    await db().exec(sql`SELECT ensure_month(${new Date(t)}::timestamptz)`);
  const started = performance.now();
  const { points, flagged, raised } = await copyPoints(plan, o, onProgress);
  await insertAlerts(raised, o.endMs);
  const copied = performance.now();
  await db().exec(
    sql`UPDATE chart_rollup_fill SET filled_from = date_trunc('day', ${new Date(o.endMs)}::timestamptz, 'UTC') + interval '1 day'`,
  );
  await fillRollups();
  await analyse();
  return {
    points,
    flagged,
    alerts: raised.length,
    copyS: (copied - started) / 1000,
    rollupS: (performance.now() - copied) / 1000,
  };
}

async function refuseRealFab(intoExisting: boolean): Promise<void> {
  const row = await db().one<{ held: boolean }>(
    sql`SELECT EXISTS (SELECT 1 FROM lot) OR EXISTS (SELECT 1 FROM chart_point) OR EXISTS (SELECT 1 FROM measurement) AS held`,
  );
  if (row!.held && !intoExisting)
    throw new AppError(
      'conflict',
      'this database holds records of a fab: load the history into an empty one, or say --into-existing if its charts may stand among the real ones',
      { field: 'into-existing' },
    );
}

async function copyPoints(plan: HistoryPlan, o: HistoryOptions, onProgress: (share: number, note: string) => void) {
  const total = plan.busiest + plan.each * (plan.charts.length - 1);
  const toPoints = await copyInto('chart_point', POINT_COLUMNS);
  const toViolations = await copyInto('violation', VIOLATION_COLUMNS);
  const raised: HistoryPoint[] = [];
  const waiting = new Set<string>();
  let points = 0;
  let flagged = 0;
  for (const p of historyPoints(plan, o)) {
    const full = toPoints.add(pointLine(p));
    if (full !== undefined) await full;
    if (++points % 100_000 === 0) onProgress(points / total, `${points / 1e6} M points`);
    if (!p.isOut) continue;
    const alsoFull = toViolations.add(violationLine(p));
    if (alsoFull !== undefined) await alsoFull;
    flagged++;
    if (!p.chart.alerting || p.chart.index === 0 || flagged % SIGNALS_AN_ALERT !== 0 || waiting.has(p.chart.id)) continue;
    if (p.atMs > o.endMs - 2 * DAY_MS) waiting.add(p.chart.id);
    raised.push(p);
  }
  await toPoints.end();
  await toViolations.end();
  return { points, flagged, raised };
}

/** Alerts with the signal that opened them and their history; those older than two days were closed within four hours. */
async function insertAlerts(raised: readonly HistoryPoint[], endMs: number): Promise<void> {
  const rows = raised.map((p) => ({
    id: recordId('history alert', p.recordId),
    chart: p.chart.id,
    key: `spc:${p.chart.id}`,
    title: `${p.chart.title}: a point beyond the control limits`,
    area: p.chart.area,
    tool: p.chart.tool,
    chamber: p.chart.chamber,
    product: p.chart.product,
    operation: p.chart.operation,
    record: p.recordId,
    lot: p.lot,
    slot: p.slot,
    value: p.value,
    at: time(p.atMs),
    version: p.version.version,
    detail: detailOf(p),
    closed: p.atMs > endMs - 2 * DAY_MS ? null : time(p.atMs + 4 * 3_600_000),
  }));
  const given = sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(id uuid, chart uuid, key text, title text, area text, tool text, chamber text, product text, operation text,
    record uuid, lot text, slot int2, value float8, at timestamptz, version int4, detail jsonb, closed timestamptz)`;
  await db().exec(sql`
    INSERT INTO alert (id, dedupe_key, kind, severity, state, title, area, tool, chamber, product, operation, chart_id, record_id, lot, slot, rule, value, first_at, last_at, raised_at,
      closed_at, cause, action)
    SELECT id, key, 'spc', 'high', CASE WHEN closed IS NULL THEN 'open' ELSE 'closed' END::alert_state, title, area, tool, chamber, product, operation, chart, record, lot, slot, 1, value,
      at, at, at, closed, CASE WHEN closed IS NOT NULL THEN 'process' END, CASE WHEN closed IS NOT NULL THEN 'recipe adjusted' END FROM ${given} ON CONFLICT DO NOTHING`);
  await db().exec(sql`
    INSERT INTO alert_signal (alert_id, chart_id, record_id, rule, at, version, members, detail)
    SELECT r.id, r.chart, r.record, 1, r.at, r.version, ARRAY[r.record], r.detail FROM ${given} JOIN alert a ON a.id = r.id ON CONFLICT DO NOTHING`);
  await db().exec(sql`
    INSERT INTO alert_event (alert_id, at, actor, kind, text, detail)
    SELECT r.id, e.at, e.actor, e.kind, e.text, r.detail FROM ${given} JOIN alert a ON a.id = r.id,
      LATERAL (VALUES (r.at, 'Driftless', 'opened', r.title), (r.closed, 'history', 'closed', 'recipe adjusted')) AS e(at, actor, kind, text) WHERE e.at IS NOT NULL`);
}

async function analyse(): Promise<void> {
  const client = await pool().connect();
  try {
    await client.query('SET statement_timeout = 0');
    for (const table of ['chart_point', 'chart_rollup', 'violation', 'chart', 'chart_version', 'alert', 'specification', 'lot'])
      await client.query(`VACUUM (ANALYZE) ${table}`);
    await client.query('RESET statement_timeout');
  } finally {
    client.release();
  }
}
