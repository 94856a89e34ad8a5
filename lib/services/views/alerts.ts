import { db, sql, where } from '@/lib/db';

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
export type RawAlert = Omit<AlertRow, 'firstMs' | 'lastMs' | 'raisedMs' | 'closedMs'> & Times;

export const ALERT_COLUMNS = sql`id, severity, state::text, kind, title, area, tool, chamber, product, operation, lot, slot, rule, count, first_at, last_at, raised_at, closed_at, assignee, version`;

export const alertRow = ({ first_at, last_at, raised_at, closed_at, ...r }: RawAlert): AlertRow => ({
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
    db().rows<RawAlert & { total: number }>(sql`
      SELECT ${ALERT_COLUMNS}, count(*) OVER ()::int AS total FROM alert
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
    rows: rows.map(({ total: _total, ...r }) => alertRow(r)),
    total: rows[0]?.total ?? 0,
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
