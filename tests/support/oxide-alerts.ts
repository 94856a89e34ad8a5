import { db, sql } from '@/lib/db';
import type { AlertAction } from '@/lib/services/alerts/action-schema';
import { actOnAlert } from '@/lib/services/alerts/actions';
import { changePolicy } from '@/lib/services/alerts/policy';
import { changeChart } from '@/lib/services/spc/change-chart';
import { as } from './as';
import { baseline, type CoatedLot, coater } from './coated-lots';
import type { Door } from './door';
import { oxideChart } from './oxide';

export const HOUR = 3_600_000;
export const MIN = 60_000;
/** Process time of the first lot of the baseline; alerts begin 110 hours later. */
export const T0 = Date.UTC(2026, 8, 1);

export interface StoredAlert {
  readonly id: string;
  readonly state: string;
  readonly severity: string;
  readonly version: number;
  readonly title: string;
  readonly assignee: string | null;
  readonly raised_at: Date;
  readonly due_at: Date | null;
  readonly wake_at: Date | null;
  readonly steps_done: number;
  readonly snoozed_until: Date | null;
  readonly check_state: string | null;
}

/** A line whose only alerting chart is that of single wafers of CVD-01 A, with limits from a baseline of sixty wafers about 100 nm. */
export async function oxideAlerts(door: Door) {
  const lots = coater(door);
  await lots(baseline(T0));
  await lots([{ at: T0 + 100 * HOUR, means: [100.1, 99.8, 100.2] }]);
  const { id: chart } = await oxideChart('measurement.mean', 'individuals');
  await db().exec(sql`UPDATE chart SET alerting = (id = ${chart})`);
  // One rule: runs of points that several tests make must not signal.
  const { version: seen } = (await db().one<{ version: number }>(sql`SELECT version FROM chart WHERE id = ${chart}`))!;
  await changeChart(as('ana', { now: T0 + 105 * HOUR }), {
    chart,
    seen,
    change: { rules: [1] },
    reason: 'points beyond the limits alone',
  });
  let hour = 110;
  const read = (of: ReturnType<typeof sql>) =>
    db().one<StoredAlert>(sql`
      SELECT id, state::text, severity, version, title, assignee, raised_at, due_at, wake_at, steps_done, snoozed_until, check_state FROM alert WHERE ${of} ORDER BY raised_at DESC LIMIT 1`);
  const newest = async (): Promise<StoredAlert> => (await read(sql`chart_id = ${chart}`))!;
  /** Lots, two hours after each other, each of these wafers, nm. @returns their names. */
  const make = (...means: readonly (readonly number[])[]): Promise<string[]> =>
    lots(
      means.map((m): CoatedLot => {
        hour += 2;
        return { at: T0 + hour * HOUR, means: m };
      }),
    );
  return {
    chart,
    lots,
    make,
    /** Process time of the lot that was made last. */
    at: (): number => T0 + hour * HOUR,
    alert: async (id: string): Promise<StoredAlert> => (await read(sql`id = ${id}`))!,
    /** The newest alert of the chart. */
    newest,
    /** A lot with one wafer beyond the limits: the alert that it opens. */
    opened: async (): Promise<StoredAlert> => {
      await make([108]);
      return newest();
    },
    settleAll: () =>
      db().exec(
        sql`UPDATE alert SET state = 'closed', closed_at = now(), wake_at = NULL, snoozed_at = NULL, snoozed_until = NULL, snooze_reason = NULL, check_state = NULL WHERE chart_id = ${chart}`,
      ),
  };
}

export type OxideAlerts = Awaited<ReturnType<typeof oxideAlerts>>;

/** The history of an alert: kinds and texts, oldest first. */
export const historyOf = (id: string) =>
  db().rows<{ kind: string; actor: string; text: string | null }>(
    sql`SELECT kind, actor, text FROM alert_event WHERE alert_id = ${id} ORDER BY id`,
  );

export const kindsOf = async (id: string): Promise<string[]> => (await historyOf(id)).map((e) => e.kind);

/** People who may sign in. */
export const addPeople = (people: Readonly<Record<string, string>>) =>
  db().exec(sql`
    INSERT INTO "user" (id, name, email, role, updated_at) SELECT 'u-' || e, e, e, r::role, now() FROM unnest(${Object.keys(people)}::text[], ${Object.values(people)}::text[]) AS u(e, r)`);

const STEPS = [
  { afterMin: 15, while: 'unacknowledged' as const, to: [{ role: 'operator' as const }] },
  { afterMin: 30, while: 'unacknowledged' as const, to: [{ role: 'engineer' as const }] },
  { afterMin: 240, while: 'unclosed' as const, to: [{ person: 'boss@fab.example' }] },
];

/** The next version of the policy of the area of these alerts: due in an hour, three steps, a snooze of two hours, verified by three points. */
export async function oxidePolicy(holdScope: 'none' | 'lot' | 'chamber' = 'none'): Promise<void> {
  const { version: seen } = (await db().one<{ version: number }>(
    sql`SELECT COALESCE(max(version), 0)::int AS version FROM alert_policy WHERE area = 'DEPOSITION' AND severity = 'high'`,
  ))!;
  const policy = { dueMin: 60, steps: STEPS, snoozeMaxMin: 120, checkPoints: 3, holdScope };
  await changePolicy(as('ana@fab.example'), { area: 'DEPOSITION', severity: 'high', seen, policy, reason: 'for these tests' });
}

export const omar = as('omar@fab.example', { role: 'operator' });

/** The same line with its people and its policy. */
export async function workedAlerts(door: Door): Promise<OxideAlerts> {
  const line = await oxideAlerts(door);
  await addPeople({
    'omar@fab.example': 'operator',
    'ana@fab.example': 'engineer',
    'emil@fab.example': 'engineer',
    'boss@fab.example': 'administrator',
  });
  await oxidePolicy();
  return line;
}

/** One act of an operator on an alert, whatever its version is. */
export const act = (id: string, action: AlertAction, by = omar): Promise<string> =>
  actOnAlert(by, { alert: id, seen: null, action });

/** A closing with all that it needs. */
export const closing = (over: object = {}): AlertAction =>
  ({
    do: 'close',
    cause: 'equipment_fault',
    action: 'Cleaned the chamber.',
    disposition: 'use_as_is',
    ...over,
  }) as AlertAction;
