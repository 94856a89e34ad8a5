import { db, sql, where } from '@/lib/db';
import { type CursorKey, pageOf, readCursor } from '../../address/cursor';

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
  /** Closed alerts are listed if they were closed at or after this time. */
  readonly fromMs: number;
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: string | null;
}

interface Times {
  first_at: Date;
  last_at: Date;
  raised_at: Date;
  closed_at: Date | null;
}
export type RawAlert = Omit<AlertRow, 'firstMs' | 'lastMs' | 'raisedMs' | 'closedMs'> & Times;

export const ALERT_COLUMNS = sql`id, severity, state::text, kind, title, area, tool, chamber, product, operation, lot, slot, rule, count, first_at, last_at, raised_at, closed_at, assignee, version`;

export const alertRow = ({ first_at, last_at, raised_at, closed_at, ...r }: RawAlert): AlertRow => ({
  ...r,
  firstMs: first_at.getTime(),
  lastMs: last_at.getTime(),
  raisedMs: raised_at.getTime(),
  closedMs: closed_at?.getTime() ?? null,
});

/** State, severity, process time and id of the last row of a page. */
const ALERT_KEYS: readonly CursorKey[] = ['integer', 'integer', 'integer', 'uuid'];
/** Alerts that wait come first, worst first, then newest; closed ones follow by the time they were closed. */
const STATE_RANK = sql`array_position(ARRAY['open', 'acknowledged', 'closed'], state::text)`;
const SEVERITY_RANK = sql`CASE WHEN state = 'closed' THEN 0 ELSE COALESCE(array_position(ARRAY['critical', 'high', 'medium', 'low'], severity), 9) END`;
const LISTED_AT = sql`CASE WHEN state = 'closed' THEN COALESCE(closed_at, last_at) ELSE last_at END`;

export interface AlertPage {
  rows: AlertRow[];
  /** Of all pages. */
  total: number;
  /** Closed before `fromMs` and matching the other filters. */
  older: number;
  /** Of the next page. */
  next: string | null;
  assignees: string[];
}

/** Alerts by state, severity and age; open ones are listed whatever their age, closed ones that were closed since `fromMs`. */
export async function listAlerts(f: AlertFilter): Promise<AlertPage> {
  const filters = [
    f.state === 'active' && sql`state <> 'closed'`,
    f.state !== 'active' && f.state !== 'all' && sql`state::text = ${f.state}`,
    f.severity !== null && sql`severity = ${f.severity}`,
    f.area !== null && sql`area = ${f.area}`,
    f.tool !== null && sql`tool = ${f.tool}`,
    f.assignee === 'nobody' ? sql`assignee IS NULL` : f.assignee !== null && sql`assignee = ${f.assignee}`,
  ];
  const isOlder = sql`(state = 'closed' AND COALESCE(closed_at, last_at) < ${new Date(f.fromMs)})`;
  const [state, severity, at, id] = readCursor(f.after ?? null, ALERT_KEYS) ?? [];
  const [rows, [count], assignees] = await Promise.all([
    db().rows<RawAlert & { state_rank: number; severity_rank: number; listed_at: Date }>(sql`
      SELECT * FROM (SELECT ${ALERT_COLUMNS}, ${STATE_RANK} AS state_rank, ${SEVERITY_RANK} AS severity_rank, ${LISTED_AT} AS listed_at
        FROM alert ${where([...filters, sql`NOT ${isOlder}`])}) q
      ${where([
        state !== undefined &&
          sql`(state_rank, severity_rank, -extract(epoch FROM listed_at), id) > (${state}::bigint, ${severity}::bigint, -(${at}::numeric / 1000), ${id}::uuid)`,
      ])}
      ORDER BY state_rank, severity_rank, listed_at DESC, id LIMIT ${f.limit + 1}`),
    db().rows<{ total: number; older: number }>(sql`
      SELECT count(*) FILTER (WHERE NOT ${isOlder})::int AS total, count(*) FILTER (WHERE ${isOlder})::int AS older FROM alert ${where(filters)}`),
    db().rows<{ email: string }>(sql`SELECT email FROM "user" ORDER BY email LIMIT 200`),
  ]);
  const { page, next } = pageOf(rows, f.limit, (r) => [r.state_rank, r.severity_rank, r.listed_at.getTime(), r.id]);
  return {
    rows: page.map(({ state_rank: _state, severity_rank: _severity, listed_at: _at, ...r }) => alertRow(r)),
    total: count!.total,
    older: count!.older,
    next,
    assignees: assignees.map((a) => a.email),
  };
}

/** What the page of one alert says beside its row in the list. */
export interface AlertFacts {
  chartId: string | null;
  recordId: string | null;
  runId: string | null;
  value: number | null;
  cause: string | null;
  action: string | null;
  disposition: string | null;
}

export type AlertHead = AlertRow & AlertFacts;
