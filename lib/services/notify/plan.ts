import { type Db, sql, type Tx } from '@/lib/db';
import { resolveTargets } from '../alerts/escalation-targets';
import { personalState } from '../live/alert-event';
import { type ChannelFilter, peopleIn, type Receiver, type Rule, type RuledEvent, receiversOf, rulesFor } from './rules';

/** An event on its way to its receivers. */
export interface PlannedEvent extends RuledEvent {
  /** Same key, same event. */
  readonly key: string;
  readonly alertId: string | null;
  readonly alertEventId: number | null;
  readonly eventId: number | null;
  readonly title: string;
  readonly actor: string;
}

/** What a task of the queue names. */
export type EventRef = { readonly alertEventId: number } | { readonly eventId: number };

interface EventRow {
  kind: string;
  area: string | null;
  severity: string | null;
  title: string;
  actor: string;
  alert_id: string | null;
}

/** @returns null where it is gone. */
export async function readEvent(on: Db, ref: EventRef): Promise<PlannedEvent | null> {
  const isAlert = 'alertEventId' in ref;
  const r = await on.one<EventRow>(
    isAlert
      ? sql`SELECT e.kind, a.area, a.severity, a.title, e.actor, a.id AS alert_id FROM alert_event e JOIN alert a ON a.id = e.alert_id WHERE e.id = ${ref.alertEventId}`
      : sql`SELECT kind, area, severity, title, actor, NULL AS alert_id FROM notify_event WHERE id = ${ref.eventId}`,
  );
  if (r === undefined) return null;
  const { alert_id, ...event } = r;
  return {
    ...event,
    key: isAlert ? `alert:${ref.alertEventId}` : `event:${ref.eventId}`,
    alertId: alert_id,
    alertEventId: isAlert ? ref.alertEventId : null,
    eventId: isAlert ? null : ref.eventId,
  };
}

/** Rules in force, in order. */
export const rulesInForce = (on: Db): Promise<Rule[]> =>
  on.rows<Rule>(sql`SELECT id, name, version, spec FROM notify_rule WHERE active ORDER BY position, name LIMIT 200`);

/** Channels that messages may go to. */
export const channelsInUse = (on: Db): Promise<ChannelFilter[]> =>
  on.rows<ChannelFilter>(
    sql`SELECT id, name, kind, target, severities, areas FROM notify_channel WHERE active AND kind <> 'mes' ORDER BY name LIMIT 500`,
  );

/** Addresses behind the people of rules, by rule. @param now - epoch ms: who is on call then. */
export async function peopleOf(on: Db, rules: readonly Rule[], now: number): Promise<Map<string, readonly string[]>> {
  const named = rules.filter((r) => peopleIn(r.spec.to).length > 0);
  const lists = await Promise.all(named.map((r) => resolveTargets(on, peopleIn(r.spec.to), now)));
  return new Map(named.map((r, i) => [r.id, lists[i]!.emails]));
}

/**
 * Decides who is told of an event, by the rules in force: one row per receiver. Decided twice, it is written once; a message to a person that was asked for
 * already (an escalation) gets the names of its rules.
 */
export async function planEvent(tx: Tx, ref: EventRef, now: number): Promise<number> {
  const e = await readEvent(tx, ref);
  if (e === null) return 0;
  const rules = rulesFor(await rulesInForce(tx), e);
  if (rules.length === 0) return 0;
  const [channels, people] = await Promise.all([channelsInUse(tx), peopleOf(tx, rules, now)]);
  return addMessages(tx, e, receiversOf(rules, e, channels, people), new Date(now));
}

/** @param body - content of a message that is not read from its event. */
export async function addMessages(
  tx: Tx,
  e: PlannedEvent,
  to: readonly Receiver[],
  at: Date,
  body: object | null = null,
): Promise<number> {
  if (to.length === 0) return 0;
  const person = personalState();
  const rules = to.map((r) => JSON.stringify(r.rules.map((x) => ({ id: x.id, name: x.name, version: x.version }))));
  return tx.exec(sql`
    INSERT INTO notification (event_key, receiver, channel_id, email, kind, alert_id, alert_event_id, event_id, area, severity, title, rules, body, state, created_at, next_at, give_up_at)
    SELECT ${e.key}, u.receiver, u.channel_id, u.email, ${e.kind}, ${e.alertId}::uuid, ${e.alertEventId}::bigint, ${e.eventId}::bigint, ${e.area}, ${e.severity}, ${e.title}, u.rules::jsonb,
      ${body === null ? null : JSON.stringify(body)}::jsonb, CASE WHEN u.email IS NULL THEN 'pending' ELSE ${person} END, ${at}, ${at}, ${at}::timestamptz + INTERVAL '1 day'
    FROM unnest(${to.map((r) => r.receiver)}::text[], ${to.map((r) => r.channelId)}::uuid[], ${to.map((r) => r.email)}::text[], ${rules}::text[]) AS u(receiver, channel_id, email, rules)
    ON CONFLICT (event_key, receiver) DO UPDATE SET rules = EXCLUDED.rules WHERE notification.in_person AND notification.rules = '[]'`);
}
