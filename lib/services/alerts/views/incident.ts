import { db, sql } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { idFromAddress } from '../../address/id-from-address';
import { holdWords } from '../../holds/hold';
import { unsettled } from '../unsettled';
import { ALERT_COLUMNS, type AlertRow, alertRow, type RawAlert } from './list';

/** Something on the time axis of an incident. */
export interface IncidentMark {
  kind: 'alert' | 'event' | 'hold';
  /** Its lane: an alert's title, "pm CVD-01 A", "hold lot A1043". */
  what: string;
  detail: string;
  fromMs: number;
  /** Null: a moment, or still lasting. */
  toMs: number | null;
  href: string | null;
  severity: string | null;
}

/** A wafer, or a lot (slot 0), and how many alerts of the incident have a signal of it. */
export interface CommonWafer {
  lot: string;
  slot: number;
  alerts: number;
}

export interface IncidentView {
  id: string;
  title: string;
  area: string;
  openedMs: number;
  owner: string | null;
  version: number;
  /** Those that wait first. */
  alerts: AlertRow[];
  marks: IncidentMark[];
  /** Those that most alerts share first. */
  wafers: CommonWafer[];
  history: { id: number; atMs: number; actor: string; kind: string; text: string; alertId: string | null }[];
  /** Unsettled alerts of other incidents, those of its tools first: what may be joined. */
  others: { id: string; title: string; place: string; severity: string }[];
  people: string[];
}

const MOST = 200;
const HOUR = 3_600_000;
/** Events of the tools are shown from this long before the first signal to this long after the last. */
const AROUND_MS = 24 * HOUR;

/** One incident: its alerts on the time axis of the process, beside the events of their tools and the holds. @throws AppError `not_found`. */
export async function incidentView(id: string): Promise<IncidentView> {
  const key = idFromAddress('incident', id);
  const head = await db().one<{
    id: string;
    title: string;
    area: string;
    opened_at: Date;
    owner: string | null;
    version: number;
  }>(sql`SELECT * FROM incident WHERE id = ${key}`);
  if (head === undefined) throw new AppError('not_found', `there is no incident ${id}`);
  const raw = await db().rows<RawAlert>(sql`
    SELECT ${ALERT_COLUMNS} FROM alert WHERE incident_id = ${key} ORDER BY (NOT ${unsettled()}), array_position(ARRAY['high', 'medium', 'low'], severity), first_at, id LIMIT ${MOST}`);
  const alerts = raw.map(alertRow);
  const [events, holds, wafers, history, others, people] = await Promise.all([
    eventsAround(alerts),
    holdsOf(key),
    commonWafers(key),
    db().rows<{ id: number; at: Date; actor: string; kind: string; text: string; alert_id: string | null }>(
      sql`SELECT id, at, actor, kind, text, alert_id FROM incident_event WHERE incident_id = ${key} ORDER BY id DESC LIMIT ${MOST}`,
    ),
    othersOf(key, alerts),
    db().rows<{ email: string }>(
      sql`SELECT email FROM "user" WHERE role <> 'viewer' AND disabled_at IS NULL ORDER BY email LIMIT 200`,
    ),
  ]);
  return {
    id: head.id,
    title: head.title,
    area: head.area,
    openedMs: head.opened_at.getTime(),
    owner: head.owner,
    version: head.version,
    alerts,
    marks: [...alerts.map(alertMark), ...events, ...holds].sort((a, b) => a.fromMs - b.fromMs),
    wafers,
    history: history.map(({ at, alert_id, ...h }) => ({ ...h, atMs: at.getTime(), alertId: alert_id })),
    others,
    people: people.map((p) => p.email),
  };
}

const alertMark = (a: AlertRow): IncidentMark => ({
  kind: 'alert',
  what: a.title,
  detail: `${a.count} signals`,
  fromMs: a.firstMs,
  toMs: a.lastMs,
  href: `/alerts/${a.id}`,
  severity: a.severity,
});

async function eventsAround(alerts: readonly AlertRow[]): Promise<IncidentMark[]> {
  const tools = [...new Set(alerts.map((a) => a.tool).filter((t) => t !== null))];
  if (tools.length === 0) return [];
  const from = new Date(Math.min(...alerts.map((a) => a.firstMs)) - AROUND_MS);
  const to = new Date(Math.max(...alerts.map((a) => a.lastMs)) + AROUND_MS);
  const rows = await db().rows<{ tool: string; chamber: string | null; kind: string; at: Date; description: string }>(sql`
    SELECT tool, chamber, kind, at, description FROM equipment_event WHERE tool = ANY(${tools}::text[]) AND at BETWEEN ${from} AND ${to} ORDER BY at LIMIT 50`);
  return rows.map((e) => ({
    kind: 'event',
    what: `${e.kind} ${e.tool} ${e.chamber ?? ''}`.trim(),
    detail: e.description,
    fromMs: e.at.getTime(),
    toMs: null,
    href: null,
    severity: null,
  }));
}

async function holdsOf(incident: string): Promise<IncidentMark[]> {
  const rows = await db().rows<{
    id: string;
    scope: string;
    lot: string | null;
    tool: string | null;
    chamber: string | null;
    reason: string;
    placed_at: Date;
    released_at: Date | null;
  }>(sql`
    SELECT h.id, h.scope, h.lot, h.tool, h.chamber, h.reason, h.placed_at, h.released_at FROM process_hold h JOIN alert a ON a.id = h.alert_id
    WHERE a.incident_id = ${incident} ORDER BY h.placed_at LIMIT 50`);
  return rows.map((h) => ({
    kind: 'hold',
    what: `hold ${holdWords(h)}`,
    detail: h.reason,
    fromMs: h.placed_at.getTime(),
    toMs: h.released_at?.getTime() ?? null,
    href: `/holds?hold=${h.id}`,
    severity: null,
  }));
}

const commonWafers = (incident: string): Promise<CommonWafer[]> =>
  db().rows<CommonWafer>(sql`
    SELECT lot, slot, count(DISTINCT alert_id)::int AS alerts FROM (
      SELECT a.id AS alert_id, a.lot, COALESCE(a.slot, 0)::int AS slot FROM alert a WHERE a.incident_id = ${incident} AND a.lot IS NOT NULL
      UNION SELECT s.alert_id, s.detail->>'lot', COALESCE((s.detail->>'slot')::int, 0) FROM alert a JOIN alert_signal s ON s.alert_id = a.id WHERE a.incident_id = ${incident} AND s.detail->>'lot' IS NOT NULL) q
    GROUP BY lot, slot ORDER BY alerts DESC, lot, slot LIMIT 60`);

async function othersOf(incident: string, alerts: readonly AlertRow[]): Promise<IncidentView['others']> {
  const tools = alerts.map((a) => a.tool).filter((t) => t !== null);
  const rows = await db().rows<{ id: string; title: string; tool: string | null; chamber: string | null; severity: string }>(sql`
    SELECT id, title, tool, chamber, severity FROM alert WHERE ${unsettled()} AND incident_id IS DISTINCT FROM ${incident}
    ORDER BY (tool = ANY(${tools}::text[])) DESC NULLS LAST, last_at DESC, id LIMIT 100`);
  return rows.map(({ tool, chamber, ...r }) => ({ ...r, place: `${tool ?? ''} ${chamber ?? ''}`.trim() }));
}

/** The incident of an alert, where it has other alerts too. */
export async function incidentBeside(
  alertId: string,
): Promise<{ id: string; others: { id: string; title: string; state: string; severity: string }[]; total: number } | null> {
  const rows = await db().rows<{
    incident_id: string;
    id: string;
    title: string;
    state: string;
    severity: string;
    total: number;
  }>(sql`
    SELECT o.incident_id, o.id, o.title, o.state::text, o.severity, count(*) OVER ()::int AS total FROM alert a JOIN alert o ON o.incident_id = a.incident_id AND o.id <> a.id
    WHERE a.id = ${alertId} ORDER BY (NOT ${unsettled(sql`o`)}), array_position(ARRAY['high', 'medium', 'low'], o.severity), o.first_at, o.id LIMIT 8`);
  const first = rows[0];
  if (first === undefined) return null;
  return { id: first.incident_id, total: first.total + 1, others: rows.map(({ incident_id: _i, total: _t, ...r }) => r) };
}
