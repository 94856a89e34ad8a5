import { db, sql } from '@/lib/db';
import { unsettled } from '../alerts/unsettled';
import { type ScreenRow, screenCharts } from '../spc/views/list';
import { pipelineStatus, workState } from '../system/status';

export interface OverviewAlert {
  id: string;
  severity: string;
  state: string;
  title: string;
  area: string;
  tool: string | null;
  chamber: string | null;
  lot: string | null;
  slot: number | null;
  count: number;
  firstMs: number;
  lastMs: number;
  dueMs: number | null;
  assignee: string | null;
}

export interface OverviewChamber {
  name: string;
  /** Charted points, and points where a rule fired, in the last eight hours. */
  points: number;
  out: number;
  openAlerts: number;
  lastRunMs: number | null;
}

export interface OverviewTool {
  name: string;
  area: string;
  kind: string;
  chambers: OverviewChamber[];
}

export interface Overview {
  /** Time of reading. */
  atMs: number;
  newestDataMs: number | null;
  alerts: {
    open: number;
    acknowledged: number;
    /** Of those that wait, at the time of reading. */
    overdue: number;
    bySeverity: { severity: string; n: number }[];
    byArea: { area: string; n: number; oldestMs: number }[];
    oldestMs: number | null;
  };
  needsYou: OverviewAlert[];
  /** Lots, tools and chambers on hold. */
  holds: number;
  loops: { closed: number; shadow: number; suspended: number };
  /** `trouble`: says that due work is not being taken; null when all is well. */
  flow: { pending: number; dead: number; lagS: number; wafersLastHour: number; runsLastHour: number; trouble: string | null };
  tools: OverviewTool[];
  worst: ScreenRow[];
  chartTotal: number;
  feed: { id: number; atMs: number; kind: string; text: string; detail: Readonly<Record<string, unknown>> }[];
}

const HOUR = 3_600_000;
const STABILITY_HOURS = 8;
const NEEDS_YOU = 12;
const WORST = 10;
const FEED = 30;

/** Everything of the overview page, read side by side. `nowMs`: the time of the request. */
export async function overview(nowMs: number): Promise<Overview> {
  const [alerts, needsYou, holds, loops, status, work, tools, worst, feed, rates] = await Promise.all([
    alertCounts(nowMs),
    openAlerts(),
    activeHolds(),
    db().rows<{ state: 'closed' | 'shadow' | 'suspended'; n: number }>(
      sql`SELECT state::text, count(*)::int AS n FROM control_loop GROUP BY state`,
    ),
    pipelineStatus(),
    workState(),
    toolStates(nowMs),
    screenCharts({
      fromMs: nowMs - 7 * 24 * HOUR,
      toMs: nowMs,
      area: null,
      operation: null,
      product: null,
      tool: null,
      source: null,
      onlyOut: false,
      limit: WORST,
    }),
    recentFeed(),
    ratesSince(new Date(nowMs - HOUR)),
  ]);
  const count = (state: string): number => loops.find((l) => l.state === state)?.n ?? 0;
  return {
    atMs: nowMs,
    newestDataMs: rates.newest?.getTime() ?? null,
    alerts,
    needsYou,
    holds,
    loops: { closed: count('closed'), shadow: count('shadow'), suspended: count('suspended') },
    flow: {
      pending: status.pending,
      dead: status.dead,
      lagS: status.lagS,
      wafersLastHour: rates.wafers,
      runsLastHour: rates.runs,
      trouble: work.trouble,
    },
    tools,
    worst: worst.rows.filter((r) => r.n > 0),
    chartTotal: worst.total,
    feed,
  };
}

async function activeHolds(): Promise<number> {
  return (await db().one<{ n: number }>(sql`SELECT count(*)::int AS n FROM process_hold WHERE released_at IS NULL`))!.n;
}

async function alertCounts(nowMs: number): Promise<Overview['alerts']> {
  const rows = await db().rows<{ state: string; severity: string; area: string; n: number; overdue: number; oldest: Date }>(sql`
    SELECT state::text, severity, area, count(*)::int AS n, count(*) FILTER (WHERE due_at < ${new Date(nowMs)})::int AS overdue, min(raised_at) AS oldest FROM alert WHERE ${unsettled()} GROUP BY state, severity, area`);
  const open = rows.filter((r) => r.state === 'open');
  const sum = (list: typeof rows): number => list.reduce((s, r) => s + r.n, 0);
  const group = (key: 'severity' | 'area') => [...groupBy(open, (r) => r[key])];
  return {
    open: sum(open),
    acknowledged: sum(rows) - sum(open),
    overdue: rows.reduce((s, r) => s + r.overdue, 0),
    bySeverity: group('severity').map(([severity, list]) => ({ severity, n: sum(list) })),
    byArea: group('area').map(([area, list]) => ({
      area,
      n: sum(list),
      oldestMs: Math.min(...list.map((r) => r.oldest.getTime())),
    })),
    oldestMs: open.length > 0 ? Math.min(...open.map((r) => r.oldest.getTime())) : null,
  };
}

async function openAlerts(): Promise<OverviewAlert[]> {
  const rows = await db().rows<
    Omit<OverviewAlert, 'firstMs' | 'lastMs' | 'dueMs'> & { first_at: Date; last_at: Date; due_at: Date | null }
  >(sql`
    SELECT id, severity, state::text, title, area, tool, chamber, lot, slot, count, first_at, last_at, assignee, due_at FROM alert WHERE ${unsettled()}
    ORDER BY (snoozed_until IS NOT NULL), (alert.state), array_position(ARRAY['critical', 'high', 'medium', 'low'], severity), last_at DESC LIMIT ${NEEDS_YOU}`);
  return rows.map(({ first_at, last_at, due_at, ...r }) => ({
    ...r,
    firstMs: first_at.getTime(),
    lastMs: last_at.getTime(),
    dueMs: due_at?.getTime() ?? null,
  }));
}

async function toolStates(nowMs: number): Promise<OverviewTool[]> {
  const since = new Date(nowMs - STABILITY_HOURS * HOUR);
  const rows = await db().rows<{
    tool: string;
    area: string;
    kind: string;
    chamber: string;
    points: number | null;
    n_out: number | null;
    alerts: number | null;
    last_run: Date | null;
  }>(sql`
    SELECT t.name AS tool, t.area, t.kind, c.name AS chamber, p.points, p.n_out, a.alerts, r.last_run
    FROM tool t JOIN chamber c ON c.tool = t.name JOIN area ON area.name = t.area
    LEFT JOIN (SELECT tool, chamber, count(*)::int AS points, (count(*) FILTER (WHERE cardinality(rules) > 0))::int AS n_out FROM chart_point
      WHERE at >= ${since} AND excluded IS NULL GROUP BY tool, chamber) p ON p.tool = t.name AND p.chamber = c.name
    LEFT JOIN (SELECT tool, chamber, count(*)::int AS alerts FROM alert WHERE state = 'open' GROUP BY tool, chamber) a ON a.tool = t.name AND a.chamber = c.name
    LEFT JOIN (SELECT tool, chamber, max(started_at) AS last_run FROM run WHERE started_at >= ${new Date(nowMs - 24 * HOUR)} GROUP BY tool, chamber) r ON r.tool = t.name AND r.chamber = c.name
    ORDER BY area.position, t.position, t.name, c.name`);
  return [...groupBy(rows, (r) => r.tool)].map(([name, list]) => ({
    name,
    area: list[0]!.area,
    kind: list[0]!.kind,
    chambers: list.map((r) => ({
      name: r.chamber,
      points: r.points ?? 0,
      out: r.n_out ?? 0,
      openAlerts: r.alerts ?? 0,
      lastRunMs: r.last_run?.getTime() ?? null,
    })),
  }));
}

async function ratesSince(since: Date): Promise<{ wafers: number; runs: number; newest: Date | null }> {
  const row = await db().one<{ wafers: number; runs: number; newest: Date | null }>(sql`
    SELECT (SELECT count(*) FROM measurement WHERE measured_at >= ${since})::int AS wafers, (SELECT count(*) FROM run WHERE started_at >= ${since})::int AS runs,
      (SELECT max(at) FROM feed_event) AS newest`);
  return row!;
}

async function recentFeed(): Promise<Overview['feed']> {
  const rows = await db().rows<{ id: number; at: Date; kind: string; text: string; detail: Record<string, unknown> }>(sql`
    SELECT id, at, kind, text, detail FROM feed_event ORDER BY id DESC LIMIT ${FEED}`);
  return rows.map((r) => ({ id: r.id, atMs: r.at.getTime(), kind: r.kind, text: r.text, detail: r.detail }));
}

function groupBy<T, K>(items: readonly T[], key: (item: T) => K): Map<K, T[]> {
  const out = new Map<K, T[]>();
  for (const item of items) out.set(key(item), [...(out.get(key(item)) ?? []), item]);
  return out;
}
