import { db, sql, where } from '@/lib/db';
import { kindWords } from '../event-kinds';

export interface LogFilter {
  readonly fromMs: number;
  readonly toMs: number;
  readonly state: string | null;
  /** Name of a channel. */
  readonly channel: string | null;
  readonly person: string | null;
  /** Name of a rule, or "in person". */
  readonly rule: string | null;
  readonly alert: string | null;
}

export interface LogRow {
  readonly id: number;
  readonly createdMs: number;
  readonly what: string;
  readonly title: string;
  readonly severity: string | null;
  readonly area: string | null;
  readonly alertId: string | null;
  /** Name of the channel, or the address of a person. */
  readonly to: string;
  readonly isChannel: boolean;
  /** Names of the rules that asked for it. */
  readonly rules: string[];
  readonly inPerson: boolean;
  readonly state: string;
  readonly attempts: number;
  readonly status: number | null;
  readonly error: string | null;
  readonly latencyMs: number | null;
  readonly deliveredMs: number | null;
  /** Of one that waits: when it is tried next; of a held one, when its quiet hours end. */
  readonly nextMs: number | null;
  readonly summaryId: number | null;
}

export const LOG_STATES = ['pending', 'failing', 'held', 'summed', 'delivered', 'failed', 'on_screen'] as const;
/** Word of the filter for what is told whatever the rules say. */
export const IN_PERSON = 'in person';

interface Raw {
  id: number;
  created_at: Date;
  kind: string;
  title: string;
  severity: string | null;
  area: string | null;
  alert_id: string | null;
  channel: string | null;
  email: string | null;
  rules: { name: string }[];
  in_person: boolean;
  state: string;
  attempts: number;
  status_code: number | null;
  error: string | null;
  latency_ms: number | null;
  delivered_at: Date | null;
  next_at: Date;
  held_until: Date | null;
  summary_id: number | null;
}

/** Messages, newest first, older than message `below`. */
export async function logRows(f: LogFilter, below: number | null, limit: number): Promise<LogRow[]> {
  const rows = await db().rows<Raw>(sql`
    SELECT n.id, n.created_at, n.kind, n.title, n.severity, n.area, n.alert_id, c.name AS channel, n.email, n.rules, n.in_person, n.state, n.attempts, n.status_code, n.error, n.latency_ms,
      n.delivered_at, n.next_at, n.held_until, n.summary_id
    FROM notification n LEFT JOIN notify_channel c ON c.id = n.channel_id
    ${where([
      sql`n.created_at >= ${new Date(f.fromMs)} AND n.created_at <= ${new Date(f.toMs)}`,
      f.state === 'failing' ? sql`n.state = 'pending' AND n.error IS NOT NULL` : f.state !== null && sql`n.state = ${f.state}`,
      f.channel !== null && sql`c.name = ${f.channel}`,
      f.person !== null && sql`n.receiver = 'mail:' || lower(${f.person}::text)`,
      f.rule === IN_PERSON
        ? sql`n.in_person`
        : f.rule !== null && sql`n.rules @> jsonb_build_array(jsonb_build_object('name', ${f.rule}::text))`,
      f.alert !== null && sql`n.alert_id = ${f.alert}::uuid`,
      below !== null && sql`n.id < ${below}`,
    ])} ORDER BY n.id DESC LIMIT ${limit}`);
  return rows.map((r) => ({
    id: r.id,
    createdMs: r.created_at.getTime(),
    what: kindWords(r.kind),
    title: r.kind === 'test' ? `test by ${r.title}` : r.title,
    severity: r.severity,
    area: r.area,
    alertId: r.alert_id,
    to: r.channel ?? r.email ?? '–',
    isChannel: r.channel !== null,
    rules: r.rules.map((x) => x.name),
    inPerson: r.in_person,
    state: r.state,
    attempts: r.attempts,
    status: r.status_code,
    error: r.error,
    latencyMs: r.latency_ms,
    deliveredMs: r.delivered_at?.getTime() ?? null,
    nextMs: r.state === 'held' ? (r.held_until?.getTime() ?? null) : r.state === 'pending' ? r.next_at.getTime() : null,
    summaryId: r.summary_id,
  }));
}

/** All messages that match, a thousand at a time, for a file. */
export async function* logChunks(f: LogFilter): AsyncGenerator<LogRow[], void> {
  const size = 1_000;
  for (let below: number | null = null; ; ) {
    const rows: LogRow[] = await logRows(f, below, size);
    yield rows;
    if (rows.length < size) return;
    below = rows.at(-1)!.id;
  }
}

export interface LogCounts {
  readonly delivered: number;
  readonly waiting: number;
  readonly failing: number;
  readonly held: number;
  readonly failed: number;
  /** Of what was delivered, ms; null: nothing was. */
  readonly medianMs: number | null;
  readonly p95Ms: number | null;
}

/** Numbers of a time, by state. */
export async function logCounts(fromMs: number, toMs: number): Promise<LogCounts> {
  return (await db().one<LogCounts>(sql`
    SELECT count(*) FILTER (WHERE state = 'delivered')::int AS delivered, count(*) FILTER (WHERE state = 'pending' AND error IS NULL)::int AS waiting,
      count(*) FILTER (WHERE state = 'pending' AND error IS NOT NULL)::int AS failing, count(*) FILTER (WHERE state = 'held')::int AS held, count(*) FILTER (WHERE state = 'failed')::int AS failed,
      percentile_cont(0.5) WITHIN GROUP (ORDER BY latency_ms) FILTER (WHERE state = 'delivered') AS "medianMs", percentile_cont(0.95) WITHIN GROUP (ORDER BY latency_ms) FILTER (WHERE state = 'delivered') AS "p95Ms"
    FROM notification WHERE created_at >= ${new Date(fromMs)} AND created_at <= ${new Date(toMs)}`))!;
}

/** Names for the filters. */
export async function logChoices(): Promise<{ channels: string[]; people: string[]; rules: string[] }> {
  const [channels, people, rules] = await Promise.all([
    db().rows<{ name: string }>(sql`SELECT name FROM notify_channel WHERE kind <> 'mes' ORDER BY name LIMIT 200`),
    db().rows<{ name: string }>(sql`SELECT email AS name FROM "user" ORDER BY email LIMIT 500`),
    db().rows<{ name: string }>(sql`SELECT name FROM notify_rule ORDER BY position, name LIMIT 200`),
  ]);
  const of = (list: { name: string }[]): string[] => list.map((x) => x.name);
  return { channels: of(channels), people: of(people), rules: of(rules) };
}
