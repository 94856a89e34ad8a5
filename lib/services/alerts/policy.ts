import { z } from 'zod';
import { type Db, type RowOf, sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { reasonIn } from '@/lib/formats/reason';
import { recordIdIn, unique } from '@/lib/formats/scalars';
import { audit } from '../audit';
import { timeOf, verb } from '../verb';
import { type EscalationStep, escalationSteps, MOST_MIN, wakeTime } from './escalation';
import { requireTargets } from './escalation-targets';
import type { AlertState } from './states';

export const SEVERITIES = ['high', 'medium', 'low'] as const;
export const HOLD_SCOPES = ['none', 'lot', 'chamber', 'tool'] as const;
/** Stands for all areas that have no policy, or no code, of their own. */
export const ALL_AREAS = '*';

type PolicyRow = RowOf<
  'alert_policy',
  | 'area'
  | 'severity'
  | 'version'
  | 'active'
  | 'due_min'
  | 'snooze_max_min'
  | 'check_points'
  | 'hold_scope'
  | 'checklists'
  | 'close_needs_checklist'
  | 'author'
  | 'reason'
  | 'created_at'
>;
export type Policy = PolicyRow & { readonly steps: readonly EscalationStep[]; readonly hold_scope: (typeof HOLD_SCOPES)[number] };

/** The policy in force for an area and severity: its own, or that of all areas. */
export async function policyInForce(on: Db, area: string, severity: string): Promise<Policy> {
  const row = await on.one<Policy>(sql`
    SELECT * FROM (SELECT DISTINCT ON (area) * FROM alert_policy WHERE severity = ${severity} AND area IN (${area}, ${ALL_AREAS}) ORDER BY area, version DESC) p
    WHERE active ORDER BY (area = ${ALL_AREAS}) LIMIT 1`);
  if (row === undefined) throw new AppError('internal', `there is no policy for alerts of severity ${severity}`);
  return row;
}

/** The policy that an alert is worked by: the version that it was put under; for alerts from before there were policies, the one in force. */
export async function policyOf(
  on: Db,
  a: {
    policy_area: string | null;
    policy_severity: string | null;
    policy_version: number | null;
    area: string;
    severity: string;
  },
): Promise<Policy> {
  if (a.policy_version === null) return policyInForce(on, a.area, a.severity);
  return (await on.one<Policy>(
    sql`SELECT * FROM alert_policy WHERE area = ${a.policy_area} AND severity = ${a.policy_severity} AND version = ${a.policy_version}`,
  ))!;
}

/**
 * Puts an alert under the policy in force for its area and severity, from a time on: when it is raised, becomes worse or is reopened. Its steps begin
 * again; an earlier due time stays.
 * @param from - null: the time of the transaction.
 */
export async function putUnderPolicy(
  tx: Tx,
  alert: { id: string; area: string; severity: string },
  from: Date | null,
): Promise<Policy> {
  const policy = await policyInForce(tx, alert.area, alert.severity);
  const start = sql`COALESCE(${from}::timestamptz, now())`;
  await tx.exec(sql`
    UPDATE alert SET policy_area = ${policy.area}, policy_severity = ${policy.severity}, policy_version = ${policy.version}, clock_from = ${start}, steps_done = 0,
      due_at = least(due_at, ${start} + ${policy.due_min} * INTERVAL '1 minute') WHERE id = ${alert.id}`);
  await setWake(tx, alert.id);
  return policy;
}

const ms = (d: Date | null): number | null => d?.getTime() ?? null;

/** What `setWake` and the timer read of an alert. */
export const CLOCK = sql`id, title, area, severity, state::text, policy_area, policy_severity, policy_version, clock_from, steps_done, snoozed_at, snoozed_until, waiting_for, waiting_until, assignee, tool, chamber`;
export interface ClockRow {
  id: string;
  title: string;
  area: string;
  severity: string;
  state: AlertState;
  policy_area: string | null;
  policy_severity: string | null;
  policy_version: number | null;
  clock_from: Date | null;
  steps_done: number;
  snoozed_at: Date | null;
  snoozed_until: Date | null;
  waiting_for: string | null;
  waiting_until: Date | null;
  assignee: string | null;
  tool: string | null;
  chamber: string | null;
}

export const clockOf = (a: ClockRow) => ({
  state: a.state,
  clockFrom: ms(a.clock_from),
  stepsDone: a.steps_done,
  snoozedUntil: ms(a.snoozed_until),
  waitingUntil: ms(a.waiting_until),
});

/** Stores when the timer has to look at the alert next; after whatever changed its state, its steps or its snooze. */
export async function setWake(tx: Tx, alertId: string): Promise<void> {
  const a = (await tx.one<ClockRow>(sql`SELECT ${CLOCK} FROM alert WHERE id = ${alertId}`))!;
  const steps = a.policy_version === null ? [] : (await policyOf(tx, a)).steps;
  const wake = wakeTime(steps, clockOf(a));
  await tx.exec(sql`UPDATE alert SET wake_at = ${wake === null ? null : new Date(wake)} WHERE id = ${alertId}`);
}

const policyIn = z.strictObject({
  dueMin: z.int().min(1).max(MOST_MIN),
  steps: escalationSteps,
  snoozeMaxMin: z.int().min(0).max(MOST_MIN),
  checkPoints: z.int().min(0).max(100),
  holdScope: z.enum(HOLD_SCOPES),
  /** In order: the first that fits an alert is its own. */
  checklists: z
    .array(recordIdIn('checklist'))
    .max(20)
    .superRefine(unique((id) => id, ''))
    .default([]),
  closeNeedsChecklist: z.boolean().default(false),
});

/**
 * A new version of the policy of an area and severity, or (`policy` null) the end of an area's own. Alerts keep the version that they were raised under.
 * @throws AppError `precondition_failed` when another version came meanwhile; `invalid_input` for an area or a person that is not known.
 */
export const changePolicy = verb(
  {
    name: 'alert-policy.change',
    least: 'engineer',
    input: z.strictObject({
      area: z.string().min(1).max(120),
      severity: z.enum(SEVERITIES),
      /** Newest version that the person saw; 0: there was none. */
      seen: z.int().min(0),
      policy: policyIn.nullable(),
      reason: reasonIn,
    }),
  },
  async (ctx, { area, severity, seen, policy, reason }) =>
    transaction(async (tx) => {
      await tx.exec(sql`SELECT pg_advisory_xact_lock(hashtextextended(${`alert policy ${area} ${severity}`}, 0))`);
      if (policy === null && area === ALL_AREAS)
        throw new AppError(
          'invalid_input',
          'area: the policy of all areas stays, since every alert needs one; change it instead',
          { field: 'area' },
        );
      await requireArea(tx, area);
      await requireTargets(tx, policy?.steps.flatMap((s) => s.to) ?? [], 'steps', 'policy.steps');
      await requireChecklists(tx, policy?.checklists ?? []);
      const last = await tx.one<Policy>(
        sql`SELECT * FROM alert_policy WHERE area = ${area} AND severity = ${severity} ORDER BY version DESC LIMIT 1`,
      );
      if ((last?.version ?? 0) !== seen)
        throw new AppError(
          'precondition_failed',
          `${last?.author ?? 'somebody'} made version ${last?.version ?? 0} meanwhile; look at it again`,
        );
      if (policy === null && last?.active !== true)
        throw new AppError('conflict', `${area} has no policy of its own for severity ${severity}`);
      const base = policy ?? {
        dueMin: last!.due_min,
        steps: last!.steps,
        snoozeMaxMin: last!.snooze_max_min,
        checkPoints: last!.check_points,
        holdScope: last!.hold_scope,
        checklists: last!.checklists,
        closeNeedsChecklist: last!.close_needs_checklist,
      };
      await tx.exec(sql`
        INSERT INTO alert_policy (area, severity, version, active, due_min, steps, snooze_max_min, check_points, hold_scope, checklists, close_needs_checklist, author, reason, created_at)
        VALUES (${area}, ${severity}, ${seen + 1}, ${policy !== null}, ${base.dueMin}, ${JSON.stringify(base.steps)}::jsonb, ${base.snoozeMaxMin}, ${base.checkPoints}, ${base.holdScope},
          ${[...base.checklists]}::uuid[], ${base.closeNeedsChecklist}, ${ctx.by.email}, ${reason}, ${timeOf(ctx)})`);
      await audit(tx, ctx, {
        action: policy === null ? 'retire' : 'change',
        entity: 'alert policy',
        entityId: `${area}/${severity}`,
        before: last ?? null,
        after: { version: seen + 1, ...base },
        reason,
      });
    }),
);

/** @throws AppError `invalid_input` for an area that is not registered. */
export async function requireArea(tx: Tx, area: string): Promise<void> {
  if (area === ALL_AREAS || (await tx.one(sql`SELECT 1 FROM area WHERE name = ${area}`)) !== undefined) return;
  throw new AppError('invalid_input', `area: there is no area "${area}"; give a registered one, or ${ALL_AREAS} for all`, {
    field: 'area',
  });
}

async function requireChecklists(tx: Tx, ids: readonly string[]): Promise<void> {
  const known = new Set(
    (
      await tx.rows<{ id: string }>(
        sql`SELECT id FROM checklist WHERE id = ANY(${[...ids]}::uuid[]) AND version > 0 AND retired_at IS NULL`,
      )
    ).map((r) => r.id),
  );
  const missing = ids.find((id) => !known.has(id));
  if (missing !== undefined)
    throw new AppError(
      'invalid_input',
      `checklists: ${missing} is no checklist that is in force; put it in force first, or leave it out`,
      {
        field: 'policy.checklists',
      },
    );
}
