import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { reasonIn } from '@/lib/formats/reason';
import { recordIdIn, unique } from '@/lib/formats/scalars';
import { audit } from '../../audit';
import { alertEvent } from '../../live/alert-event';
import { feed } from '../../live/feed';
import { verb } from '../../verb';
import { incidentEvent, lockIncidents, ownIncident } from './gather';

const MOST = 200;
const alertsIn = z
  .array(recordIdIn('alert'))
  .min(1, 'choose at least one alert')
  .max(MOST)
  .superRefine(unique((a) => a, ''));

interface Head {
  id: string;
  title: string;
  version: number;
  owner: string | null;
}

/** Incident and alerts, locked in the order in which stages lock them: alerts first. */
async function lock(tx: Tx, incident: string, seen: number, alerts: readonly string[]) {
  const rows = await tx.rows<{ id: string; title: string; incident_id: string | null }>(
    sql`SELECT id, title, incident_id FROM alert WHERE id = ANY(${[...alerts]}::uuid[]) ORDER BY id FOR UPDATE`,
  );
  const missing = alerts.find((id) => !rows.some((r) => r.id === id));
  if (missing !== undefined) throw new AppError('not_found', `there is no alert ${missing}`);
  await lockIncidents(tx);
  const head = await tx.one<Head>(sql`SELECT id, title, version, owner FROM incident WHERE id = ${incident} FOR UPDATE`);
  if (head === undefined) throw new AppError('not_found', `there is no incident ${incident}`);
  if (head.version !== seen) throw await changedMeanwhile(tx, head, seen);
  return { head, rows };
}

async function changedMeanwhile(tx: Tx, head: Head, seen: number): Promise<AppError> {
  const changes = await tx.rows<{ actor: string; text: string }>(
    sql`SELECT actor, text FROM incident_event WHERE incident_id = ${head.id} AND version > ${seen} ORDER BY id DESC LIMIT 5`,
  );
  const told = changes.map((c) => `${c.actor}: ${c.text}`).join('; ');
  return new AppError(
    'precondition_failed',
    `the incident was changed meanwhile${told === '' ? '' : `: ${told}`}; look at it again, then repeat what you were about to do`,
    { version: head.version, changes },
  );
}

/** Moves one alert, and says so in all three histories. */
async function move(
  tx: Tx,
  a: { id: string; title: string; incident_id: string | null },
  to: string,
  by: string,
  reason: string,
) {
  if (a.incident_id !== null && a.incident_id !== to)
    await incidentEvent(tx, a.incident_id, by, 'left', `${a.title}: ${reason}`, a.id);
  await tx.exec(sql`UPDATE alert SET incident_id = ${to} WHERE id = ${a.id}`);
}

/**
 * Takes alerts of other incidents into this one: they are of the same event although no rule saw it.
 * @throws AppError `conflict` for an alert that is in it already; `precondition_failed` when the incident was changed meanwhile.
 */
export const joinIncident = verb(
  {
    name: 'incident.join',
    least: 'operator',
    input: z.strictObject({ incident: recordIdIn('incident'), seen: z.int(), alerts: alertsIn, reason: reasonIn }),
  },
  async (ctx, { incident, seen, alerts, reason }): Promise<number> =>
    transaction(async (tx) => {
      const { head, rows } = await lock(tx, incident, seen, alerts);
      const there = rows.find((r) => r.incident_id === incident);
      if (there !== undefined)
        throw new AppError('conflict', `"${there.title}" is in this incident already`, { field: 'alerts' });
      for (const a of rows) {
        await move(tx, a, incident, ctx.by.email, reason);
        await incidentEvent(tx, incident, ctx.by.email, 'joined', `${a.title}: ${reason}`, a.id);
        await alertEvent(tx, a.id, ctx.by.email, 'incident_joined', `${head.title}: ${reason}`, { incidentId: incident });
      }
      await audit(tx, ctx, { action: 'join', entity: 'incident', entityId: incident, after: { alerts }, reason });
      await feed(tx, [
        { kind: 'alert', text: `${head.title}: ${rows.length} joined by ${ctx.by.email}`, detail: { incidentId: incident } },
      ]);
      return rows.length;
    }),
);

/**
 * Takes alerts out of an incident into a new one of their own: they are of another event.
 * @returns the new incident.
 * @throws AppError `invalid_input` for an alert that is not in it, or where none would stay.
 */
export const splitIncident = verb(
  {
    name: 'incident.split',
    least: 'operator',
    input: z.strictObject({ incident: recordIdIn('incident'), seen: z.int(), alerts: alertsIn, reason: reasonIn }),
  },
  async (ctx, { incident, seen, alerts, reason }): Promise<{ incident: string }> =>
    transaction(async (tx) => {
      const { head, rows } = await lock(tx, incident, seen, alerts);
      const other = rows.find((r) => r.incident_id !== incident);
      if (other !== undefined)
        throw new AppError('invalid_input', `alerts: "${other.title}" is not in this incident`, { field: 'alerts' });
      const { n } = (await tx.one<{ n: number }>(sql`SELECT count(*)::int AS n FROM alert WHERE incident_id = ${incident}`))!;
      if (n <= rows.length)
        throw new AppError('invalid_input', 'alerts: leave at least one in the incident; all of them are one already', {
          field: 'alerts',
        });
      const made = randomUUID();
      await ownIncident(tx, made, rows[0]!.id);
      for (const a of rows) {
        await move(tx, a, made, ctx.by.email, reason);
        await alertEvent(tx, a.id, ctx.by.email, 'incident_left', `${head.title}: ${reason}`, {
          incidentId: made,
          from: incident,
        });
      }
      await incidentEvent(tx, made, ctx.by.email, 'joined', `split from "${head.title}": ${reason}`);
      await audit(tx, ctx, {
        action: 'split',
        entity: 'incident',
        entityId: incident,
        after: { alerts, incident: made },
        reason,
      });
      await feed(tx, [
        { kind: 'alert', text: `${head.title}: ${rows.length} split off by ${ctx.by.email}`, detail: { incidentId: made } },
      ]);
      return { incident: made };
    }),
);

/** Gives an incident to somebody, or to nobody. Its alerts keep their owners; one act on all of them hands them over. */
export const ownAnIncident = verb(
  {
    name: 'incident.assign',
    least: 'operator',
    input: z.strictObject({
      incident: recordIdIn('incident'),
      seen: z.int(),
      owner: z.string().trim().max(200).nullable(),
      note: z.string().trim().max(500).optional(),
    }),
  },
  async (ctx, { incident, seen, owner, note }) =>
    transaction(async (tx) => {
      const { head } = await lock(tx, incident, seen, []);
      if (
        owner !== null &&
        (await tx.one(sql`SELECT 1 FROM "user" WHERE email = ${owner} AND disabled_at IS NULL`)) === undefined
      )
        throw new AppError('invalid_input', `owner: there is no user "${owner}"; give the address that a user signs in with`, {
          field: 'owner',
        });
      await tx.exec(sql`UPDATE incident SET owner = ${owner} WHERE id = ${incident}`);
      await incidentEvent(
        tx,
        incident,
        ctx.by.email,
        'owned',
        `${head.owner ?? 'nobody'} → ${owner ?? 'nobody'}${note ? `: ${note}` : ''}`,
      );
      await audit(tx, ctx, {
        action: 'assign',
        entity: 'incident',
        entityId: incident,
        before: { owner: head.owner },
        after: { owner },
        ...(note ? { reason: note } : {}),
      });
    }),
);
