import { createHmac } from 'node:crypto';
import { createTransport, type Transporter } from 'nodemailer';
import { config } from '@/lib/config';
import { bulkInsert, db, type RowOf, sql } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { eventWords } from '../alerts/event-words';
import { type AlertSignal, signalsTold } from '../alerts/signals';
import { ITSELF } from '../live/alert-event';
import { postWebhook } from './webhook';

interface Message {
  readonly event: {
    readonly id: number;
    readonly kind: string;
    /** The kind in words. */
    readonly words: string;
    readonly at: string;
    readonly actor: string;
    readonly text: string | null;
  };
  readonly alert: {
    readonly id: string;
    readonly title: string;
    readonly severity: string;
    readonly state: string;
    readonly area: string;
    readonly tool: string | null;
    readonly chamber: string | null;
    readonly lot: string | null;
    readonly slot: number | null;
    readonly url: string;
    /** Its evidence, newest first: signals of a chart with the limits that judged them, including those that no longer hold. */
    readonly signals: readonly AlertSignal[];
  };
}

type Channel = RowOf<'notify_channel', 'id' | 'name' | 'kind' | 'target' | 'secret'>;

/**
 * Sends an alert event to every channel that wants it, and to the people who are told in person. What was delivered before (by an earlier attempt of the same job) is not sent again; if any
 * channel fails, the job is retried for the remaining ones. Receivers get the event id to recognise a repeat.
 * @throws AppError `dependency_unavailable` when a channel could not be reached.
 */
export async function deliverAlertEvent(alertEventId: number): Promise<void> {
  const found = await readMessage(alertEventId);
  if (found === null) return;
  const channels = await db().rows<Channel>(sql`
    SELECT id, name, kind, target, secret FROM notify_channel
    WHERE active AND kind <> 'mes' AND (severities = '{}' OR ${found.alert.severity} = ANY(severities)) AND (areas = '{}' OR ${found.alert.area} = ANY(areas))`);
  await bulkInsert(
    db(),
    'notify_delivery',
    channels.map((c) => ({ channel_id: c.id, alert_event_id: alertEventId, state: 'pending' })),
    'ignore',
  );
  const done = await db().rows<{ channel_id: string }>(
    sql`SELECT channel_id FROM notify_delivery WHERE alert_event_id = ${alertEventId} AND state = 'delivered'`,
  );
  const skip = new Set(done.map((d) => d.channel_id));
  const failures: string[] = [];
  for (const c of channels.filter((q) => !skip.has(q.id))) {
    const outcome = await deliver(c, found);
    await db().exec(sql`UPDATE notify_delivery SET state = ${outcome.error === null ? 'delivered' : 'failed'}, attempts = attempts + 1, status_code = ${outcome.status}, error = ${outcome.error},
      delivered_at = CASE WHEN ${outcome.error === null} THEN now() END WHERE channel_id = ${c.id} AND alert_event_id = ${alertEventId}`);
    if (outcome.error !== null) failures.push(`${c.name}: ${outcome.error}`);
  }
  failures.push(...(await tellPeople(alertEventId, found)));
  if (failures.length > 0) throw new AppError('dependency_unavailable', `not delivered: ${failures.join('; ')}`);
}

async function readMessage(id: number): Promise<Message | null> {
  const r = await db().one<{
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
  }>(sql`SELECT e.kind, e.at, e.actor, e.text, a.id AS alert_id, a.title, a.severity, a.state::text, a.area, a.tool, a.chamber, a.lot, a.slot
    FROM alert_event e JOIN alert a ON a.id = e.alert_id WHERE e.id = ${id}`);
  if (r === undefined) return null;
  return {
    event: { id, kind: r.kind, words: eventWords(r.kind, r.actor), at: r.at.toISOString(), actor: r.actor, text: r.text },
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
      url: `${config().APP_URL}/alerts/${r.alert_id}`,
      signals: await signalsTold(db(), r.alert_id),
    },
  };
}

interface Outcome {
  readonly status: number | null;
  readonly error: string | null;
}

function deliver(c: Channel, m: Message): Promise<Outcome> {
  return c.kind === 'webhook' ? post(c, m) : mail(c.target, m);
}

/**
 * Tells the people who are told of this event in person, by mail. Without mail they see it on screen alone, which is noted and no failure.
 * @returns what failed, in words.
 */
async function tellPeople(alertEventId: number, m: Message): Promise<string[]> {
  const waiting = await db().rows<{ email: string }>(
    sql`SELECT email FROM alert_notice WHERE alert_event_id = ${alertEventId} AND state IN ('pending', 'failed') ORDER BY email`,
  );
  const failures: string[] = [];
  for (const { email } of waiting) {
    const hasMail = Boolean(config().SMTP_URL);
    const { error } = hasMail ? await mail(email, m) : { error: 'mail is not set up' };
    const state = !hasMail ? 'on_screen' : error === null ? 'delivered' : 'failed';
    await db().exec(sql`
      UPDATE alert_notice SET state = ${state}, attempts = attempts + 1, error = ${error}, delivered_at = CASE WHEN ${state === 'delivered'} THEN now() END
      WHERE alert_event_id = ${alertEventId} AND email = ${email}`);
    if (state === 'failed') failures.push(`${email}: ${error}`);
  }
  return failures;
}

/** The signature covers time and body, so that a receiver can refuse forged or replayed messages. */
export function sign(secret: string, timestamp: string, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
}

function post(c: Channel, m: Message): Promise<Outcome> {
  const body = JSON.stringify(m);
  const timestamp = String(Math.floor(Date.now() / 1000));
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'user-agent': 'driftless',
    'x-driftless-event': String(m.event.id),
    'x-driftless-timestamp': timestamp,
  };
  if (c.secret !== null) headers['x-driftless-signature'] = sign(c.secret, timestamp, body);
  return postWebhook(c.target, headers, body);
}

let transport: Transporter | undefined;

async function mail(to: string, m: Message): Promise<Outcome> {
  const url = config().SMTP_URL;
  if (!url) return { status: null, error: 'SMTP_URL is not set' };
  transport ??= createTransport(url);
  const where = [m.alert.tool, m.alert.chamber].filter((w) => w !== null).join(' ');
  try {
    await transport.sendMail({
      from: config().MAIL_FROM,
      to,
      subject: `[${m.alert.severity}] ${m.event.kind === 'opened' ? '' : `${m.event.words}: `}${m.alert.title}`,
      text: [
        m.alert.title,
        '',
        `${m.event.words}${m.event.actor === ITSELF ? '' : ` by ${m.event.actor}`} at ${m.event.at}`,
        `Where: ${where || m.alert.area}${m.alert.lot === null ? '' : `, lot ${m.alert.lot} wafer ${m.alert.slot}`}`,
        ...(m.event.text === null ? [] : [`Text: ${m.event.text}`]),
        '',
        m.alert.url,
      ].join('\n'),
      headers: { 'X-Driftless-Event': String(m.event.id) },
    });
    return { status: null, error: null };
  } catch (e) {
    return { status: null, error: (e as Error).message };
  }
}
