import { sql, type Tx } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { alertEvent } from '../live/alert-event';
import { type Ctx, timeOf } from '../verb';
import type { AlertAction } from './action-schema';
import { requireChecklist } from './checklist';
import { requireCode } from './codes';
import { type Decision, decide, decisionWords, namesOf, undecidedLots } from './dispositions';
import { policyOf } from './policy';
import { moved } from './states';
import type { Done, WorkedAlert } from './worked-alert';

type Close = Extract<AlertAction, { do: 'close' }>;

/**
 * Closes an alert with its cause and what was done, and begins the check whether it helped.
 * @throws AppError `invalid_input` where lots are left of which nothing was decided, for codes that the area does not have, and for a check that is waived
 *   without a reason.
 */
export async function closeAlert(tx: Tx, ctx: Ctx, alert: WorkedAlert, a: Close): Promise<Done> {
  moved(alert.state, 'close');
  await requireChecklist(tx, alert);
  await requireCode(tx, 'cause', alert.area, a.cause, 'cause');
  if (a.actionCode !== undefined) await requireCode(tx, 'action', alert.area, a.actionCode, 'actionCode');
  const decided = await decideRest(tx, ctx, alert, a);
  const check = await checkOf(tx, ctx, alert, a);
  const now = timeOf(ctx);
  await tx.exec(sql`
    UPDATE alert SET state = 'closed', cause = ${a.cause}, action = ${a.action}, action_code = ${a.actionCode ?? null}, disposition = ${a.disposition ?? null}, closed_at = ${now},
      acknowledged_at = COALESCE(acknowledged_at, ${now}), waiting_for = NULL, waiting_until = NULL, snoozed_at = NULL, snoozed_until = NULL, snooze_reason = NULL,
      check_state = ${check === null ? null : 'running'}, check_points = ${check?.points ?? null}, check_from = ${check?.from ?? null}, check_records = '{}', check_reason = NULL, version = version + 1
    WHERE id = ${alert.id}`);
  const after = {
    state: 'closed',
    cause: a.cause,
    actionCode: a.actionCode ?? null,
    disposition: a.disposition ?? null,
    lots: decided,
    verifyPoints: check?.points ?? 0,
  };
  const next =
    check !== null
      ? ` Verified by the next ${check.points} points without a signal.`
      : a.waiver === undefined
        ? ''
        : ` Check waived: ${a.waiver}`;
  await alertEvent(tx, alert.id, ctx.by.email, 'closed', `${a.action}${next}`, after);
  return { after, past: 'closed', reason: a.waiver ?? a.action };
}

/** Decides of the lots that are left as the closing says. @returns their names. */
async function decideRest(tx: Tx, ctx: Ctx, alert: WorkedAlert, a: Close): Promise<string[]> {
  const rest = await undecidedLots(tx, alert, ctx.now());
  if (rest.length === 0) return rest;
  if (a.disposition === undefined)
    throw new AppError(
      'invalid_input',
      `disposition: nothing is decided of ${namesOf(rest)}; decide lot by lot on the page of the alert, or say what happens to all of them`,
      { field: 'disposition', lots: rest },
    );
  const isFalse = a.disposition === 'false_alarm';
  const decision: Decision = a.disposition === 'false_alarm' ? 'use_as_is' : a.disposition;
  const reason = isFalse ? `false alarm: ${a.action}` : a.action;
  await decide(
    tx,
    alert.id,
    rest.map((lot) => ({ lot, slot: 0, decision, reason })),
    ctx.by.email,
    timeOf(ctx),
  );
  await alertEvent(tx, alert.id, ctx.by.email, 'disposed', `${namesOf(rest)}: ${decisionWords(decision)}, on closing`, {
    lots: rest,
    decision,
  });
  return rest;
}

/** The check that a closing begins; null where there is no chart to see it on, or it is waived. */
async function checkOf(tx: Tx, ctx: Ctx, alert: WorkedAlert, a: Close): Promise<{ points: number; from: Date } | null> {
  const from = a.actedAt === undefined ? timeOf(ctx) : new Date(a.actedAt);
  if (from.getTime() > ctx.now())
    throw new AppError('invalid_input', 'actedAt: lies in the future; close the alert when the action has taken effect', {
      field: 'actedAt',
    });
  if (alert.chart_id === null) {
    if ((a.verifyPoints ?? 0) > 0)
      throw new AppError('invalid_input', 'verifyPoints: this alert has no chart whose points could verify it; leave it out', {
        field: 'verifyPoints',
      });
    return null;
  }
  const { check_points: asked } = await policyOf(tx, alert);
  const points = a.verifyPoints ?? (a.waiver === undefined ? asked : 0);
  if (points > 0) return { points, from };
  if (asked > 0 && a.waiver === undefined)
    throw new AppError(
      'invalid_input',
      `waiver: the policy asks for ${asked} points without a signal; say why they are not waited for`,
      { field: 'waiver' },
    );
  return null;
}
