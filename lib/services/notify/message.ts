import { config } from '@/lib/config';
import { type Db, type RowOf, sql } from '@/lib/db';
import { eventWords } from '../alerts/event-words';
import { signalsTold } from '../alerts/signals';
import { type HoldRow, holdTold } from '../holds/hold';
import { ITSELF } from '../live/itself';
import type { DigestContent } from './digest-content';

export type NotificationRow = RowOf<
  'notification',
  | 'id'
  | 'event_key'
  | 'receiver'
  | 'channel_id'
  | 'email'
  | 'kind'
  | 'alert_id'
  | 'alert_event_id'
  | 'event_id'
  | 'area'
  | 'severity'
  | 'title'
  | 'body'
  | 'attempts'
>;

/** A message that is being sent. */
export type Claimed = NotificationRow & {
  readonly give_up_at: Date;
  readonly rules: { id: string }[];
  /** Its quiet hours are over. */
  readonly held_until: Date | null;
};

/** A message in words, and as a webhook gets it. */
export interface Message {
  /** Header of a mail, first line of a chat. */
  readonly subject: string;
  readonly severity: string | null;
  /** What happened, where, and what was said of it: name and value. */
  readonly facts: readonly (readonly [string, string])[];
  /** Lines of a list, such as the messages of quiet hours. */
  readonly lines: readonly string[];
  readonly url: string;
  /** As JSON to a webhook. */
  readonly json: object;
}

/** Content of the message that ends quiet hours. */
export interface SummaryBody {
  readonly heldFrom: string;
  readonly until: string;
  readonly ids: readonly number[];
}

const page = (path: string): string => `${config().APP_URL}${path}`;

/** @returns null where what it tells of is gone. */
export async function messageOf(on: Db, n: NotificationRow): Promise<Message | null> {
  if (n.alert_event_id !== null) return alertMessage(on, n.alert_event_id);
  if (n.event_id !== null) return eventMessage(on, n.event_id);
  if (n.kind === 'summary') return summaryMessage(on, n.id, n.body as unknown as SummaryBody);
  if (n.kind === 'digest') return digestMessage(n, n.body as unknown as DigestContent);
  return testMessage(n.event_key, n.title);
}

interface AlertRow {
  kind: string;
  at: Date;
  actor: string;
  text: string | null;
  alert_id: string;
  title: string;
  severity: string;
  state: string;
  area: string;
  tool: string | null;
  chamber: string | null;
  lot: string | null;
  slot: number | null;
}

async function alertMessage(on: Db, id: number): Promise<Message | null> {
  const r = await on.one<AlertRow>(sql`
    SELECT e.kind, e.at, e.actor, e.text, a.id AS alert_id, a.title, a.severity, a.state::text, a.area, a.tool, a.chamber, a.lot, a.slot
    FROM alert_event e JOIN alert a ON a.id = e.alert_id WHERE e.id = ${id}`);
  if (r === undefined) return null;
  const words = eventWords(r.kind, r.actor);
  const url = page(`/alerts/${r.alert_id}`);
  const where = [r.tool, r.chamber].filter((w) => w !== null).join(' ') || r.area;
  return {
    subject: `[${r.severity}] ${r.kind === 'opened' ? '' : `${words}: `}${r.title}`,
    severity: r.severity,
    facts: [
      ['What', `${words}${r.actor === ITSELF ? '' : ` by ${r.actor}`} at ${r.at.toISOString()}`],
      ['Where', `${where}${r.lot === null ? '' : `, lot ${r.lot}${r.slot === null ? '' : ` wafer ${r.slot}`}`}`],
      ...(r.text === null || r.text === r.title ? [] : [['Text', r.text] as const]),
      ['State', r.state.replaceAll('_', ' ')],
    ],
    lines: [],
    url,
    json: {
      event: { id, kind: r.kind, words, at: r.at.toISOString(), actor: r.actor, text: r.text },
      alert: {
        id: r.alert_id,
        title: r.title,
        severity: r.severity,
        state: r.state,
        area: r.area,
        tool: r.tool,
        chamber: r.chamber,
        lot: r.lot,
        slot: r.slot,
        url,
        // Its evidence, newest first: signals of a chart with the limits that judged them, including those that no longer hold.
        signals: await signalsTold(on, r.alert_id),
      },
    },
  };
}

async function eventMessage(on: Db, id: number): Promise<Message | null> {
  const r = await on.one<{
    kind: string;
    at: Date;
    area: string | null;
    severity: string | null;
    title: string;
    text: string | null;
    actor: string;
    subject: { readonly hold?: { readonly id: string } };
    path: string;
  }>(sql`SELECT kind, at, area, severity, title, text, actor, subject, path FROM notify_event WHERE id = ${id}`);
  if (r === undefined) return null;
  return {
    subject: `${r.severity === null ? '' : `[${r.severity}] `}${r.title}`,
    severity: r.severity,
    facts: [
      ['What', `by ${r.actor} at ${r.at.toISOString()}`],
      ...(r.area === null ? [] : [['Where', r.area] as const]),
      ...(r.text === null ? [] : [['Text', r.text] as const]),
    ],
    lines: [],
    url: page(r.path),
    json: {
      event: { id: `event-${id}`, kind: r.kind, words: r.title, at: r.at.toISOString(), actor: r.actor, text: r.text },
      ...(await subjectNow(on, r.subject)),
      url: page(r.path),
    },
  };
}

/** A hold is told as it is when the message is sent, so that one that arrives out of order does no harm. */
async function subjectNow(on: Db, subject: { readonly hold?: { readonly id: string } }): Promise<object> {
  if (subject.hold === undefined) return subject;
  const row = await on.one<HoldRow>(sql`SELECT * FROM process_hold WHERE id = ${subject.hold.id}`);
  return { ...subject, ...(row === undefined ? {} : { hold: holdTold(row) }) };
}

/** Messages that a summary lists; of more it says the number. */
const MOST_LISTED = 100;

async function summaryMessage(on: Db, id: number, b: SummaryBody): Promise<Message> {
  const rows = await on.rows<{
    kind: string;
    title: string;
    severity: string | null;
    created_at: Date;
    alert_id: string | null;
    state: string | null;
  }>(sql`
    SELECT n.kind, n.title, n.severity, n.created_at, n.alert_id, a.state::text FROM notification n LEFT JOIN alert a ON a.id = n.alert_id
    WHERE n.id = ANY(${[...b.ids]}::bigint[]) ORDER BY array_position(ARRAY['high', 'medium', 'low'], n.severity), n.created_at, n.id LIMIT ${MOST_LISTED}`);
  const more = b.ids.length - rows.length;
  const subject = `Quiet hours are over: ${b.ids.length} messages since ${b.heldFrom.slice(0, 16).replace('T', ' ')} UTC`;
  const said = (r: (typeof rows)[number]): string =>
    `${r.severity === null ? '' : `[${r.severity}] `}${eventWords(r.kind, '')}: ${r.title}${r.state === null ? '' : ` (now ${r.state.replaceAll('_', ' ')})`}`;
  return {
    subject,
    severity: null,
    facts: [['Until', b.until]],
    lines: [...rows.map(said), ...(more > 0 ? [`and ${more} more`] : [])],
    url: page('/alerts'),
    json: {
      event: { id: `summary-${id}`, kind: 'summary', words: subject, at: b.until, actor: ITSELF, text: null },
      messages: rows.map((r) => ({
        kind: r.kind,
        title: r.title,
        severity: r.severity,
        at: r.created_at.toISOString(),
        alertId: r.alert_id,
        stateNow: r.state,
      })),
      more,
    },
  };
}

function digestMessage(n: NotificationRow, d: DigestContent): Message {
  return {
    subject: n.title,
    severity: null,
    facts: [
      ['Since', d.from],
      ['Raised', String(d.raised)],
      ['Closed', String(d.closed)],
      ['Overdue', String(d.overdue)],
    ],
    lines: [
      ...d.open.map((o) => `${o.area}: ${o.n} open ${o.severity}, oldest since ${o.oldest.slice(0, 16).replace('T', ' ')} UTC`),
      ...d.charts.map((c) => `worst chart: ${c.title}, ${c.out} of ${c.n} points with a signal`),
      ...d.holds.map((h) => `on hold: ${h.what} since ${h.since.slice(0, 16).replace('T', ' ')} UTC: ${h.reason}`),
      ...(d.moreHolds > 0 ? [`and ${d.moreHolds} more holds`] : []),
      ...(d.limitProposals > 0 ? [`proposals of limits that wait: ${d.limitProposals}`] : []),
      ...(d.loopProposals > 0 ? [`proposals of loops that wait: ${d.loopProposals}`] : []),
    ],
    url: page('/alerts'),
    json: {
      event: { id: n.event_key.replace(':', '-'), kind: 'digest', words: n.title, at: d.to, actor: ITSELF, text: null },
      digest: d,
    },
  };
}

/** A message that says of itself that it is a test. */
export function testMessage(key: string, by: string): Message {
  const subject = 'Test from Driftless: this channel works';
  return {
    subject,
    severity: null,
    facts: [['What', `a test, asked for by ${by}. Nothing has happened in the fab`]],
    lines: [],
    url: page('/settings'),
    json: { event: { id: key.replace(':', '-'), kind: 'test', words: 'test', actor: by, text: subject }, test: true },
  };
}
