import { z } from 'zod';
import { sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { recordIdIn } from '@/lib/formats/scalars';
import { audit } from '../audit';
import { alertEvent } from '../live/alert-event';
import { feed } from '../live/feed';
import { type Ctx, timeOf, verb } from '../verb';
import { type AlertAction, alertAction } from './action-schema';
import { AFFECTING } from './affected-lots';
import { refuseChanged } from './changed-meanwhile';
import { pinChecklist } from './checklist';
import { closeAlert } from './close';
import { minutesWords } from './escalation';
import { keepIncident } from './incidents/gather';
import { CLOCK, policyOf, putUnderPolicy, setWake } from './policy';
import { endSnooze } from './snooze';
import { isSettled, moved } from './states';
import { unsettled } from './unsettled';
import type { Done, WorkedAlert } from './worked-alert';

/**
 * Takes an alert through its life: acknowledge, start, wait, snooze, comment, hand over, close, reopen. `seen` is the version that the person saw: a change by
 * somebody else in between is reported, not overwritten. Null for a system that follows alerts up and knows no version.
 * @throws AppError `not_found`, `precondition_failed` (changed meanwhile, with what changed), `conflict` (the state does not allow it), `invalid_input`.
 */
export const actOnAlert = verb(
  {
    name: 'alert.act',
    least: 'operator',
    input: z.strictObject({ alert: recordIdIn('alert'), seen: z.int().nullable(), action: alertAction }),
    body: 'action',
  },
  (ctx, { alert, seen, action }) => act(ctx, alert, seen, action),
);

/** One act on one alert, in a transaction of its own. @returns the title of the alert. */
export const act = (ctx: Ctx, id: string, seen: number | null, a: AlertAction): Promise<string> =>
  transaction(async (tx) => {
    const alert = await tx.one<WorkedAlert>(
      sql`SELECT ${CLOCK}, ${AFFECTING}, version, dedupe_key, check_state FROM alert WHERE id = ${id} FOR UPDATE`,
    );
    if (alert === undefined) throw new AppError('not_found', `there is no alert ${id}`);
    await refuseChanged(tx, id, seen, alert.version);
    const done = await apply(tx, ctx, alert, a);
    await setWake(tx, id);
    await audit(tx, ctx, {
      action: a.do,
      entity: 'alert',
      entityId: id,
      before: { state: alert.state, assignee: alert.assignee },
      after: done.after,
      ...(done.reason === undefined ? {} : { reason: done.reason }),
    });
    if (done.past !== null)
      await feed(tx, [
        { kind: 'alert', text: `${alert.title}: ${done.past} by ${ctx.by.email}`, detail: { alertId: id, severity: null } },
      ]);
    return alert.title;
  });

async function apply(tx: Tx, ctx: Ctx, alert: WorkedAlert, a: AlertAction): Promise<Done> {
  const actor = ctx.by.email;
  switch (a.do) {
    case 'acknowledge':
      moved(alert.state, 'acknowledge');
      await tx.exec(sql`
        UPDATE alert SET state = 'acknowledged', acknowledged_at = ${timeOf(ctx)}, assignee = COALESCE(assignee, ${actor}), version = version + 1 WHERE id = ${alert.id}`);
      await alertEvent(tx, alert.id, actor, 'acknowledged', a.comment ?? null);
      return { after: { state: 'acknowledged' }, past: 'acknowledged' };
    case 'start':
      await startWork(tx, ctx, alert);
      return { after: { state: 'in_work' }, past: 'taken into work' };
    case 'wait':
      return wait(tx, ctx, alert, a);
    case 'comment':
      await tx.exec(sql`UPDATE alert SET version = version + 1 WHERE id = ${alert.id}`);
      await alertEvent(tx, alert.id, actor, 'commented', a.comment);
      return { after: {}, past: null };
    case 'assign':
      return assign(tx, ctx, alert, a);
    case 'snooze':
      return snooze(tx, ctx, alert, a);
    case 'wake':
      if (alert.snoozed_until === null) throw new AppError('conflict', 'the alert is not snoozed');
      await endSnooze(tx, alert, timeOf(ctx), actor, null, true);
      return { after: { snoozedUntil: null }, past: 'woken' };
    case 'close':
      return closeAlert(tx, ctx, alert, a);
    case 'waive':
      if (alert.check_state !== 'running') throw new AppError('conflict', 'no check of the action is running');
      await tx.exec(
        sql`UPDATE alert SET check_state = 'waived', check_reason = ${a.reason}, version = version + 1 WHERE id = ${alert.id}`,
      );
      await alertEvent(tx, alert.id, actor, 'waived', a.reason);
      return { after: { check: 'waived' }, past: 'check waived', reason: a.reason };
    case 'reopen':
      return reopen(tx, ctx, alert, a.comment);
  }
}

/** Takes an alert into work. */
export async function startWork(tx: Tx, ctx: Ctx, alert: Pick<WorkedAlert, 'id' | 'state'>): Promise<void> {
  moved(alert.state, 'start');
  await tx.exec(sql`
    UPDATE alert SET state = 'in_work', acknowledged_at = COALESCE(acknowledged_at, ${timeOf(ctx)}), assignee = COALESCE(assignee, ${ctx.by.email}), waiting_for = NULL, waiting_until = NULL,
      version = version + 1 WHERE id = ${alert.id}`);
  await alertEvent(tx, alert.id, ctx.by.email, 'started', null);
}

async function wait(tx: Tx, ctx: Ctx, alert: WorkedAlert, a: Extract<AlertAction, { do: 'wait' }>): Promise<Done> {
  moved(alert.state, 'wait');
  const until = a.minutes === undefined ? null : new Date(ctx.now() + a.minutes * 60_000);
  await tx.exec(sql`
    UPDATE alert SET state = 'waiting', acknowledged_at = COALESCE(acknowledged_at, ${timeOf(ctx)}), assignee = COALESCE(assignee, ${ctx.by.email}), waiting_for = ${a.for}, waiting_until = ${until},
      version = version + 1 WHERE id = ${alert.id}`);
  const limit = a.minutes === undefined ? '' : `, for ${minutesWords(a.minutes)} at most`;
  await alertEvent(tx, alert.id, ctx.by.email, 'waits', `${a.for}${limit}`, { until: until?.toISOString() ?? null });
  return { after: { state: 'waiting', for: a.for, until }, past: 'set to waiting' };
}

async function assign(tx: Tx, ctx: Ctx, alert: WorkedAlert, a: Extract<AlertAction, { do: 'assign' }>): Promise<Done> {
  if (a.assignee !== null) await requirePerson(tx, a.assignee);
  await tx.exec(sql`UPDATE alert SET assignee = ${a.assignee}, version = version + 1 WHERE id = ${alert.id}`);
  const isHandOver = alert.assignee !== null && alert.assignee !== a.assignee;
  const to = `${isHandOver ? `${alert.assignee} → ` : ''}${a.assignee ?? 'nobody'}`;
  await alertEvent(
    tx,
    alert.id,
    ctx.by.email,
    isHandOver ? 'handed_over' : 'assigned',
    a.note ? `${to}: ${a.note}` : to,
    { from: alert.assignee, to: a.assignee },
    a.assignee === null || a.assignee === ctx.by.email ? [] : [a.assignee],
  );
  return {
    after: { assignee: a.assignee },
    past: isHandOver ? 'handed over' : 'assigned',
    ...(a.note ? { reason: a.note } : {}),
  };
}

/** @throws AppError `invalid_input` for an address that belongs to no user: the alert would never be seen. */
async function requirePerson(tx: Tx, email: string): Promise<void> {
  const user = await tx.one(sql`SELECT 1 FROM "user" WHERE email = ${email} AND disabled_at IS NULL`);
  if (user === undefined)
    throw new AppError('invalid_input', `assignee: there is no user "${email}"; give the address that a user signs in with`, {
      field: 'assignee',
    });
}

async function snooze(tx: Tx, ctx: Ctx, alert: WorkedAlert, a: Extract<AlertAction, { do: 'snooze' }>): Promise<Done> {
  if (isSettled(alert.state)) throw new AppError('conflict', 'the alert is settled; there is nothing to snooze');
  const { snooze_max_min: most } = await policyOf(tx, alert);
  if (a.minutes > most)
    throw new AppError(
      'invalid_input',
      most === 0
        ? `minutes: the policy of ${alert.area} allows no snooze of severity ${alert.severity}`
        : `minutes: the policy of ${alert.area} allows at most ${minutesWords(most)} for severity ${alert.severity}`,
      { field: 'minutes', most },
    );
  const now = timeOf(ctx);
  const until = new Date(now.getTime() + a.minutes * 60_000);
  // A snooze that replaces another goes on from that one's beginning: escalation waits for both.
  await tx.exec(sql`
    UPDATE alert SET snoozed_at = COALESCE(snoozed_at, ${now}), snoozed_until = ${until}, snooze_reason = ${a.reason}, version = version + 1 WHERE id = ${alert.id}`);
  await alertEvent(tx, alert.id, ctx.by.email, 'snoozed', `for ${minutesWords(a.minutes)}: ${a.reason}`, {
    until: until.toISOString(),
  });
  return { after: { snoozedUntil: until }, past: `snoozed for ${minutesWords(a.minutes)}`, reason: a.reason };
}

async function reopen(tx: Tx, ctx: Ctx, alert: WorkedAlert, comment: string): Promise<Done> {
  moved(alert.state, 'reopen');
  const other = await tx.one<{ id: string }>(sql`SELECT id FROM alert WHERE dedupe_key = ${alert.dedupe_key} AND ${unsettled()}`);
  if (other !== undefined)
    throw new AppError('conflict', 'a newer alert of the same cause is open; use that one', { alertId: other.id });
  await tx.exec(sql`
    UPDATE alert SET state = 'open', closed_at = NULL, acknowledged_at = NULL, due_at = NULL, check_state = NULL, check_points = NULL, check_from = NULL, check_records = '{}', check_reason = NULL,
      version = version + 1 WHERE id = ${alert.id}`);
  await pinChecklist(tx, await putUnderPolicy(tx, alert, timeOf(ctx)), alert.id, true);
  await keepIncident(tx, alert.id);
  await alertEvent(tx, alert.id, ctx.by.email, 'reopened', comment);
  return { after: { state: 'open' }, past: 'reopened', reason: comment };
}
