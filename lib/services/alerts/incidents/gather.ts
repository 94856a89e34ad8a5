import { bulkInsert, type Sql, sql, type Tx } from '@/lib/db';
import { alertEvent } from '../../live/alert-event';
import { ITSELF } from '../../live/itself';
import { unsettled } from '../unsettled';

/** Two alerts belong together only where the first signal of the new one comes within this time of the signals of the other, process time. */
export const WINDOW_HOURS = 24;

/** Why two alerts are of one event, in the order in which it is asked; the words are kept with the incident. */
export const RULES = ['wafer', 'chamber', 'sensor', 'event', 'tool'] as const;
export type GatherRule = (typeof RULES)[number];

const WORDS: Readonly<Record<GatherRule, string>> = {
  wafer: 'same wafer',
  chamber: 'same chamber',
  sensor: 'same sensor of the tool',
  event: 'after the same event of the tool',
  tool: 'same tool',
};

/** Held until the end of a transaction that gathers or changes incidents: two charts of one chamber may raise at the same moment. */
export const lockIncidents = (tx: Tx): Promise<number> =>
  tx.exec(sql`SELECT pg_advisory_xact_lock(hashtextextended('incidents', 0))`);

/** The sensor of a chart of traces: the second part of "trace.SENSOR.STEP.INDICATOR"; null: it charts something else. */
const sensorOf = (chart: Sql): Sql =>
  sql`CASE WHEN ${chart}.characteristic LIKE 'trace.%' THEN split_part(${chart}.characteristic, '.', 2) END`;

/**
 * The rule: a new alert `a` joins the incident of an unsettled alert `o` whose signals, from its first to its last, lie within 24 h of its own first signal, where
 * 1. both are of one wafer, or of one lot where either is of the whole lot;
 * 2. both are of one chamber;
 * 3. both chart the same sensor of one tool;
 * 4. both first signals follow, within 24 h, the same event of one tool as a whole;
 * 5. both are of one tool, and either is of no single chamber.
 * The first rule that holds decides, among several incidents the one with the latest signal, then the one that was raised first.
 */
const match = (id: string) => sql`
  WITH own AS (SELECT a.*, ${sensorOf(sql`c`)} AS sensor FROM alert a LEFT JOIN chart c ON c.id = a.chart_id WHERE a.id = ${id}),
  near AS (
    SELECT o.incident_id, o.id, o.last_at, o.raised_at, CASE
      WHEN o.lot = own.lot AND (o.slot = own.slot OR COALESCE(o.slot, 0) = 0 OR COALESCE(own.slot, 0) = 0) THEN 1
      WHEN o.tool = own.tool AND o.chamber = own.chamber THEN 2
      WHEN o.tool = own.tool AND own.sensor IS NOT NULL AND ${sensorOf(sql`oc`)} = own.sensor THEN 3
      WHEN o.tool = own.tool AND EXISTS (SELECT 1 FROM equipment_event e WHERE e.tool = own.tool AND e.chamber IS NULL
        AND e.at BETWEEN greatest(o.first_at, own.first_at) - ${WINDOW_HOURS} * INTERVAL '1 hour' AND least(o.first_at, own.first_at)) THEN 4
      WHEN o.tool = own.tool AND (o.chamber IS NULL OR own.chamber IS NULL) THEN 5 END AS rule
    FROM own JOIN alert o ON o.id <> own.id AND o.incident_id IS NOT NULL AND ${unsettled(sql`o`)} AND (o.lot = own.lot OR o.tool = own.tool)
      AND own.first_at BETWEEN o.first_at - ${WINDOW_HOURS} * INTERVAL '1 hour' AND o.last_at + ${WINDOW_HOURS} * INTERVAL '1 hour'
    LEFT JOIN chart oc ON oc.id = o.chart_id)
  SELECT n.incident_id AS incident, n.rule, n.id AS other FROM near n WHERE n.rule IS NOT NULL ORDER BY n.rule, n.last_at DESC, n.raised_at, n.id LIMIT 1`;

/**
 * Gives an alert that was just raised its incident, in the transaction that raises it: that of an alert of the same event, or one of its own. The rows of the
 * other alerts are read and not locked.
 */
export async function gather(tx: Tx, alertId: string): Promise<void> {
  await lockIncidents(tx);
  const found = await tx.one<{ incident: string; rule: number; other: string }>(match(alertId));
  if (found === undefined) {
    await ownIncident(tx, alertId, alertId);
    return;
  }
  const rule = WORDS[RULES[found.rule - 1]!];
  const a = (await tx.one<{ title: string }>(sql`
    UPDATE alert SET incident_id = ${found.incident} WHERE id = ${alertId} RETURNING title`))!;
  await incidentEvent(tx, found.incident, ITSELF, 'gathered', `${rule}: ${a.title}`, alertId);
  await alertEvent(tx, alertId, ITSELF, 'gathered', `${rule}: one event with other alerts`, {
    incidentId: found.incident,
    rule: RULES[found.rule - 1],
    with: found.other,
  });
}

/** A reopened alert goes on in its incident; one from before there were incidents gets one of its own. */
export async function keepIncident(tx: Tx, alertId: string): Promise<void> {
  if ((await tx.one(sql`SELECT 1 FROM alert WHERE id = ${alertId} AND incident_id IS NULL`)) !== undefined)
    await ownIncident(tx, alertId, alertId);
}

/** Makes an incident of one alert and puts it there. */
export async function ownIncident(tx: Tx, id: string, alertId: string): Promise<void> {
  await tx.exec(sql`
    INSERT INTO incident (id, title, area, opened_at) SELECT ${id}, title, area, now() FROM alert WHERE id = ${alertId}`);
  await tx.exec(sql`UPDATE alert SET incident_id = ${id} WHERE id = ${alertId}`);
}

/** A line of the history of an incident, which counts as a change of it. */
export async function incidentEvent(
  tx: Tx,
  incident: string,
  actor: string,
  kind: 'gathered' | 'joined' | 'left' | 'owned',
  text: string,
  alertId: string | null = null,
): Promise<void> {
  // What is gathered by itself changes nothing that a person decides: it counts as no version, as a further signal of an alert does.
  const step = kind === 'gathered' ? 0 : 1;
  const row = (await tx.one<{ version: number }>(
    sql`UPDATE incident SET version = version + ${step} WHERE id = ${incident} RETURNING version`,
  ))!;
  await bulkInsert(tx, 'incident_event', [{ incident_id: incident, actor, kind, text, alert_id: alertId, version: row.version }]);
}
