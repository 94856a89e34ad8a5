import { db, sql, where } from '@/lib/db';
import { type CursorKey, pageOf, readCursor } from '../../address/cursor';
import { ALERT_STATES, type AlertState, SETTLED } from '../states';
import { unsettled } from '../unsettled';

export interface AlertRow {
  id: string;
  severity: string;
  state: AlertState;
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
  /** Null: raised before there were policies. */
  dueMs: number | null;
  snoozedUntilMs: number | null;
  version: number;
  /** Null: settled before there were incidents. */
  incidentId: string | null;
  /** State of the run of its checklist: waiting, running, finished; null: it has none. */
  checklistState: string | null;
}

/** An alert in the inbox. */
export interface ListedAlert extends AlertRow {
  /** Alerts of its incident among those that match the filters, itself included. */
  ofIncident: number;
}

export interface AlertFilter {
  /** "active" is neither closed nor verified. */
  readonly state: 'active' | AlertState | 'all';
  readonly severity: string | null;
  readonly area: string | null;
  readonly tool: string | null;
  readonly assignee: string | null;
  /** Only those past their due time at this time, epoch ms; null: all. */
  readonly overdueAtMs?: number | null;
  /** Only snoozed ones. */
  readonly onlySnoozed?: boolean;
  /** Closed alerts are listed if they were closed at or after this time. */
  readonly fromMs: number;
  /** Only alerts of this incident; null: all. */
  readonly incident?: string | null;
  /** One row an incident: the first of its alerts in the order of the list. */
  readonly byIncident?: boolean;
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: string | null;
}

interface Times {
  first_at: Date;
  last_at: Date;
  raised_at: Date;
  closed_at: Date | null;
  due_at: Date | null;
  snoozed_until: Date | null;
}
export type RawAlert = Omit<AlertRow, 'firstMs' | 'lastMs' | 'raisedMs' | 'closedMs' | 'dueMs' | 'snoozedUntilMs'> & Times;

export const ALERT_COLUMNS = sql`id, severity, state::text, kind, title, area, tool, chamber, product, operation, lot, slot, rule, count, first_at, last_at, raised_at, closed_at, due_at, snoozed_until, assignee, version, incident_id AS "incidentId", checklist_state AS "checklistState"`;

export const alertRow = ({ first_at, last_at, raised_at, closed_at, due_at, snoozed_until, ...r }: RawAlert): AlertRow => ({
  ...r,
  firstMs: first_at.getTime(),
  lastMs: last_at.getTime(),
  raisedMs: raised_at.getTime(),
  closedMs: closed_at?.getTime() ?? null,
  dueMs: due_at?.getTime() ?? null,
  snoozedUntilMs: snoozed_until?.getTime() ?? null,
});

/** State, severity, process time and id of the last row of a page. */
const ALERT_KEYS: readonly CursorKey[] = ['integer', 'integer', 'integer', 'uuid'];
/** Alerts that wait come first, worst first, then newest; snoozed ones follow, and settled ones by the time they were closed. */
const STATE_RANK = sql`CASE WHEN state::text = ANY(${[...SETTLED]}::text[]) THEN 9 WHEN snoozed_until IS NOT NULL THEN 8 ELSE array_position(${[...ALERT_STATES]}::text[], state::text) END`;
const SEVERITY_RANK = sql`CASE WHEN NOT ${unsettled()} THEN 0 ELSE COALESCE(array_position(ARRAY['critical', 'high', 'medium', 'low'], severity), 9) END`;
const LISTED_AT = sql`CASE WHEN NOT ${unsettled()} THEN COALESCE(closed_at, last_at) ELSE last_at END`;

export interface AlertPage {
  rows: ListedAlert[];
  /** Of all pages: alerts, or incidents where they are grouped. */
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
    f.state === 'active' && unsettled(),
    f.state !== 'active' && f.state !== 'all' && sql`state::text = ${f.state}`,
    f.severity !== null && sql`severity = ${f.severity}`,
    f.area !== null && sql`area = ${f.area}`,
    f.tool !== null && sql`tool = ${f.tool}`,
    f.overdueAtMs != null && sql`${unsettled()} AND due_at < ${new Date(f.overdueAtMs)}`,
    f.incident != null && sql`incident_id = ${f.incident}`,
    f.onlySnoozed === true && sql`snoozed_until IS NOT NULL`,
    f.assignee === 'nobody' ? sql`assignee IS NULL` : f.assignee !== null && sql`assignee = ${f.assignee}`,
  ];
  const isOlder = sql`(NOT ${unsettled()} AND COALESCE(closed_at, last_at) < ${new Date(f.fromMs)})`;
  const [state, severity, at, id] = readCursor(f.after ?? null, ALERT_KEYS) ?? [];
  const [rows, [count], assignees] = await Promise.all([
    db().rows<RawAlert & { state_rank: number; severity_rank: number; listed_at: Date; ofIncident: number }>(sql`
      SELECT * FROM (
        SELECT q.*, row_number() OVER (PARTITION BY COALESCE(q."incidentId", q.id) ORDER BY state_rank, severity_rank, listed_at DESC, id)::int AS nth,
          count(*) OVER (PARTITION BY COALESCE(q."incidentId", q.id))::int AS "ofIncident"
        FROM (SELECT ${ALERT_COLUMNS}, ${STATE_RANK} AS state_rank, ${SEVERITY_RANK} AS severity_rank, ${LISTED_AT} AS listed_at
          FROM alert ${where([...filters, sql`NOT ${isOlder}`])}) q) g
      ${where([
        f.byIncident === true && sql`nth = 1`,
        state !== undefined &&
          sql`(state_rank, severity_rank, -extract(epoch FROM listed_at), id) > (${state}::bigint, ${severity}::bigint, -(${at}::numeric / 1000), ${id}::uuid)`,
      ])}
      ORDER BY state_rank, severity_rank, listed_at DESC, id LIMIT ${f.limit + 1}`),
    db().rows<{ total: number; older: number }>(sql`
      SELECT ${f.byIncident === true ? sql`count(DISTINCT COALESCE(incident_id, id))` : sql`count(*)`} FILTER (WHERE NOT ${isOlder})::int AS total, count(*) FILTER (WHERE ${isOlder})::int AS older FROM alert ${where(filters)}`),
    db().rows<{ email: string }>(sql`SELECT email FROM "user" ORDER BY email LIMIT 200`),
  ]);
  const { page, next } = pageOf(rows, f.limit, (r) => [r.state_rank, r.severity_rank, r.listed_at.getTime(), r.id]);
  return {
    rows: page.map(({ state_rank: _state, severity_rank: _severity, listed_at: _at, ofIncident, ...r }) => ({
      ...alertRow(r),
      ofIncident,
    })),
    total: count!.total,
    older: count!.older,
    next,
    assignees: assignees.map((a) => a.email),
  };
}

/** Of all alerts that wait. */
export interface WaitingCounts {
  waiting: number;
  mine: number;
  nobody: number;
  overdue: number;
  snoozed: number;
}

/** How many alerts wait for one person, for nobody yet, past their due time, or are snoozed. */
export async function waitingCounts(email: string, nowMs: number): Promise<WaitingCounts> {
  return (await db().one<WaitingCounts>(sql`
    SELECT count(*)::int AS waiting, count(*) FILTER (WHERE assignee = ${email})::int AS mine, count(*) FILTER (WHERE assignee IS NULL)::int AS nobody,
      count(*) FILTER (WHERE due_at < ${new Date(nowMs)})::int AS overdue, count(*) FILTER (WHERE snoozed_until IS NOT NULL)::int AS snoozed FROM alert WHERE ${unsettled()}`))!;
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
  actionCode: string | null;
}

export type AlertHead = AlertRow & AlertFacts;
