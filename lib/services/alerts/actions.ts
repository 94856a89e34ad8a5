import { z } from 'zod';
import { sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { REASON_MAX, REASON_MIN, reasonProblem } from '@/lib/errors/reason';
import { recordIdIn } from '@/lib/formats/scalars';
import { audit } from '../audit';
import { feed } from '../live/feed';
import { type Ctx, timeOf, verb } from '../verb';
import { alertEvent } from './raise';

export const DISPOSITIONS = ['use_as_is', 'rework', 'scrap', 're_measure', 'false_alarm'] as const;
export const CAUSES = [
  'process_drift',
  'equipment_fault',
  'consumable',
  'wrong_recipe',
  'sensor_fault',
  'metrology',
  'after_maintenance',
  'unknown',
] as const;

/** What a person writes to close, reopen or comment goes into the audit trail, under the rules of every reason. */
const text = z
  .string()
  .trim()
  .max(REASON_MAX)
  .refine((v) => reasonProblem(v) === null, `say it in at least ${REASON_MIN} characters`);

export const alertAction = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('acknowledge'), comment: z.string().trim().max(4000).optional() }),
  z.strictObject({ do: z.literal('comment'), comment: text }),
  z.strictObject({ do: z.literal('assign'), assignee: z.string().trim().max(200).nullable() }),
  z.strictObject({
    do: z.literal('close'),
    cause: z.enum(CAUSES),
    action: text,
    disposition: z.enum(DISPOSITIONS),
  }),
  z.strictObject({ do: z.literal('reopen'), comment: text }),
]);
export type AlertAction = z.infer<typeof alertAction>;

interface AlertRow {
  id: string;
  state: 'open' | 'acknowledged' | 'closed';
  version: number;
  title: string;
  assignee: string | null;
  dedupe_key: string;
}

/**
 * Acknowledges, comments, assigns, closes or reopens an alert. `seen` is the version that the person saw: a change by somebody else in between is
 * reported, not overwritten. Null for a system that follows alerts up and knows no version.
 * @throws AppError `not_found`, `precondition_failed` (changed meanwhile), `conflict` (the state does not allow it).
 */
export const actOnAlert = verb(
  {
    name: 'alert.act',
    least: 'operator',
    input: z.strictObject({ alert: recordIdIn('alert'), seen: z.int().nullable(), action: alertAction }),
    body: 'action',
  },
  async (ctx, { alert: id, seen, action: a }) =>
    transaction(async (tx) => {
      const alert = await tx.one<AlertRow>(
        sql`SELECT id, state, version, title, assignee, dedupe_key FROM alert WHERE id = ${id} FOR UPDATE`,
      );
      if (alert === undefined) throw new AppError('not_found', `there is no alert ${id}`);
      if (seen !== null && seen !== alert.version)
        throw new AppError('precondition_failed', 'the alert was changed meanwhile; look at it again');
      const next = await apply(tx, ctx, alert, a);
      await audit(tx, ctx, {
        action: a.do,
        entity: 'alert',
        entityId: id,
        before: { state: alert.state, assignee: alert.assignee },
        after: next,
      });
      if (a.do !== 'comment')
        await feed(tx, [
          { kind: 'alert', text: `${alert.title}: ${PAST[a.do]} by ${ctx.by.email}`, detail: { alertId: id, severity: null } },
        ]);
    }),
);

/** @throws AppError `invalid_input` for an address that belongs to no user: the alert would never be seen. */
async function requirePerson(tx: Tx, email: string): Promise<void> {
  const user = await tx.one(sql`SELECT 1 FROM "user" WHERE email = ${email} AND disabled_at IS NULL`);
  if (user === undefined)
    throw new AppError('invalid_input', `assignee: there is no user "${email}"; give the address that a user signs in with`, {
      field: 'assignee',
    });
}

const PAST = { acknowledge: 'acknowledged', assign: 'assigned', close: 'closed', reopen: 'reopened' } as const;

async function apply(tx: Tx, ctx: Ctx, alert: AlertRow, a: AlertAction): Promise<object> {
  const actor = ctx.by.email;
  switch (a.do) {
    case 'acknowledge':
      if (alert.state !== 'open') throw new AppError('conflict', `the alert is ${alert.state}; only an open one is acknowledged`);
      await tx.exec(
        sql`UPDATE alert SET state = 'acknowledged', assignee = COALESCE(assignee, ${actor}), version = version + 1 WHERE id = ${alert.id}`,
      );
      await alertEvent(tx, alert.id, actor, 'acknowledged', a.comment ?? null);
      return { state: 'acknowledged' };
    case 'comment':
      await tx.exec(sql`UPDATE alert SET version = version + 1 WHERE id = ${alert.id}`);
      await alertEvent(tx, alert.id, actor, 'commented', a.comment);
      return {};
    case 'assign':
      if (a.assignee !== null) await requirePerson(tx, a.assignee);
      await tx.exec(sql`UPDATE alert SET assignee = ${a.assignee}, version = version + 1 WHERE id = ${alert.id}`);
      await alertEvent(tx, alert.id, actor, 'assigned', a.assignee === null ? 'nobody' : a.assignee);
      return { assignee: a.assignee };
    case 'close':
      if (alert.state === 'closed') throw new AppError('conflict', 'the alert is closed already');
      await tx.exec(
        sql`UPDATE alert SET state = 'closed', cause = ${a.cause}, action = ${a.action}, disposition = ${a.disposition}, closed_at = ${timeOf(ctx)}, version = version + 1 WHERE id = ${alert.id}`,
      );
      await alertEvent(tx, alert.id, actor, 'closed', a.action, { cause: a.cause, disposition: a.disposition });
      return { state: 'closed', cause: a.cause, disposition: a.disposition };
    case 'reopen': {
      if (alert.state !== 'closed') throw new AppError('conflict', `the alert is ${alert.state}; only a closed one is reopened`);
      const other = await tx.one<{ id: string }>(
        sql`SELECT id FROM alert WHERE dedupe_key = ${alert.dedupe_key} AND state <> 'closed'`,
      );
      if (other !== undefined)
        throw new AppError('conflict', 'a newer alert of the same cause is open; use that one', { alertId: other.id });
      await tx.exec(sql`UPDATE alert SET state = 'open', closed_at = NULL, version = version + 1 WHERE id = ${alert.id}`);
      await alertEvent(tx, alert.id, actor, 'reopened', a.comment);
      return { state: 'open' };
    }
  }
}
