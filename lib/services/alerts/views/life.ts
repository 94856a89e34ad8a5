import { db, sql } from '@/lib/db';
import type { HoldRow } from '../../holds/hold';
import { type HoldLine, heldLines, holdLine } from '../../holds/views/held';
import { AFFECTING, type AffectedBy, type AffectingAlert, affectedLots, MOST_LOTS } from '../affected-lots';
import { type AlertCode, codesFor } from '../codes';
import type { Decision } from '../dispositions';
import { nextStep, targetWords } from '../escalation';
import { CLOCK, type ClockRow, clockOf, policyOf } from '../policy';
import { earlierMeasurement, repeatWords } from '../repeat';

export interface DispositionRow {
  decision: Decision;
  reason: string;
  author: string;
  atMs: number;
}

export interface LotLine {
  lot: string;
  /** Why it is here; null: a person decided about it without evidence of the alert. */
  by: AffectedBy | null;
  /** Wafers in the windows of signals. */
  slots: number[];
  /** In force for the whole lot. */
  decision: DispositionRow | null;
  /** In force for single wafers. */
  wafers: (DispositionRow & { slot: number })[];
  /** Decisions that were replaced. */
  earlier: number;
  onHold: boolean;
}

export interface RequestLine {
  id: string;
  alertId: string | null;
  lot: string;
  slot: number;
  operation: string;
  parameter: string;
  dueMs: number;
  reason: string;
  askedBy: string;
  askedMs: number;
  state: 'open' | 'fulfilled' | 'withdrawn';
  measurementId: string | null;
  mean: number | null;
  unit: string | null;
  /** The measurement that fulfilled it took the place of an earlier one. */
  revises: string | null;
  endedMs: number | null;
  endedBy: string | null;
  endReason: string | null;
}

/** How an alert is worked: its clock, its lots, holds and requests, and the check of its action. */
export interface AlertLife {
  waitingFor: string | null;
  waitingUntilMs: number | null;
  snoozeReason: string | null;
  /** The policy that it is under, and whether it was put under it: otherwise it was raised before there were policies. */
  policy: { area: string; severity: string; version: number; pinned: boolean; snoozeMaxMin: number; checkPoints: number };
  /** The step of the escalation that comes next; null: none. */
  next: { n: number; of: number; atMs: number; to: string } | null;
  check: { state: string; points: number; fromMs: number; records: string[]; reason: string | null; seen: number } | null;
  lots: LotLine[];
  /** More lots than are listed. */
  moreLots: boolean;
  /** Placed from this alert, active ones first. */
  holds: HoldLine[];
  /** Active holds of its lot, tool and chamber, wherever they came from. */
  heldNow: HoldLine[];
  requests: RequestLine[];
  codes: Pick<AlertCode, 'kind' | 'code' | 'label'>[];
  /** What its wafer was before it was measured again. */
  repeat: { words: string; measurementId: string } | null;
  /** Who was told in person, newest first. */
  told: { email: string; state: string; error: string | null; atMs: number }[];
}

const ms = (d: Date | null): number | null => d?.getTime() ?? null;

type LifeRow = ClockRow &
  AffectingAlert & {
    snooze_reason: string | null;
    check_state: string | null;
    check_points: number | null;
    check_from: Date | null;
    check_records: string[];
    check_reason: string | null;
    record_id: string | null;
  };

/** @param id - of an alert that exists. */
export async function alertLife(id: string, nowMs: number): Promise<AlertLife> {
  const a = (await db().one<LifeRow>(sql`
    SELECT ${CLOCK}, ${AFFECTING}, snooze_reason, check_state, check_points, check_from, check_records, check_reason, record_id FROM alert WHERE id = ${id}`))!;
  const [policy, lots, holds, heldNow, requests, codes, earlier, told, seen] = await Promise.all([
    policyOf(db(), a),
    lotLines(a, nowMs),
    db().rows<HoldRow>(
      sql`SELECT * FROM process_hold WHERE alert_id = ${id} ORDER BY (released_at IS NOT NULL), placed_at DESC LIMIT 50`,
    ),
    heldLines({ lot: a.lot, tool: a.tool, chambers: a.chamber === null ? [] : [a.chamber] }),
    requestLines(sql`r.alert_id = ${id}`, 50),
    codesFor(db(), a.area),
    a.record_id === null ? null : earlierMeasurement(db(), a.record_id),
    db().rows<{ email: string; state: string; error: string | null; at: Date }>(sql`
      SELECT n.email, n.state, n.error, n.created_at AS at FROM notification n WHERE n.alert_id = ${id} AND n.in_person ORDER BY n.created_at DESC, n.email LIMIT 50`),
    pointsSince(a),
  ]);
  const next = nextStep(policy.steps, clockOf(a));
  return {
    waitingFor: a.waiting_for,
    waitingUntilMs: ms(a.waiting_until),
    snoozeReason: a.snooze_reason,
    policy: {
      area: policy.area,
      severity: policy.severity,
      version: policy.version,
      pinned: a.policy_version !== null,
      snoozeMaxMin: policy.snooze_max_min,
      checkPoints: a.chart_id === null ? 0 : policy.check_points,
    },
    next:
      next === null
        ? null
        : { n: next.index + 1, of: policy.steps.length, atMs: next.at, to: next.step.to.map(targetWords).join(', ') },
    check:
      a.check_state === null
        ? null
        : {
            state: a.check_state,
            points: a.check_points!,
            fromMs: a.check_from!.getTime(),
            records: a.check_records,
            reason: a.check_reason,
            seen,
          },
    lots: lots.slice(0, MOST_LOTS),
    moreLots: lots.length >= MOST_LOTS,
    holds: holds.map(holdLine),
    heldNow,
    requests,
    codes: codes.map(({ kind, code, label }) => ({ kind, code, label })),
    repeat: earlier === null ? null : { words: repeatWords(earlier), measurementId: earlier.id },
    told: told.map(({ at, ...t }) => ({ ...t, atMs: at.getTime() })),
  };
}

/** Points that have come since the action, of those that the check waits for. */
async function pointsSince(a: LifeRow): Promise<number> {
  if (a.check_from === null || a.chart_id === null) return 0;
  const row = await db().one<{ n: number }>(sql`
    SELECT count(*)::int AS n FROM (SELECT 1 FROM chart_point WHERE chart_id = ${a.chart_id} AND at > ${a.check_from} AND excluded IS NULL LIMIT ${a.check_points}) q`);
  return row!.n;
}

async function lotLines(a: LifeRow, nowMs: number): Promise<LotLine[]> {
  const [affected, rows] = await Promise.all([
    affectedLots(db(), a, nowMs),
    db().rows<{ lot: string; slot: number; decision: Decision; reason: string; author: string; at: Date; n: number }>(sql`
      SELECT DISTINCT ON (lot, slot) lot, slot, decision, reason, author, at, count(*) OVER (PARTITION BY lot, slot)::int AS n FROM alert_disposition WHERE alert_id = ${a.id} ORDER BY lot, slot, id DESC`),
  ]);
  const names = [...affected.map((l) => l.lot), ...rows.map((r) => r.lot)];
  const held = new Set(
    (
      await db().rows<{ lot: string }>(
        sql`SELECT lot FROM process_hold WHERE scope = 'lot' AND released_at IS NULL AND lot = ANY(${names}::text[])`,
      )
    ).map((h) => h.lot),
  );
  return [...new Set(names)].map((lot) => {
    const own = rows.filter((r) => r.lot === lot);
    const view = ({ decision, reason, author, at }: (typeof rows)[number]): DispositionRow => ({
      decision,
      reason,
      author,
      atMs: at.getTime(),
    });
    const whole = own.find((r) => r.slot === 0);
    const evidence = affected.find((l) => l.lot === lot);
    return {
      lot,
      by: evidence?.by ?? null,
      slots: evidence?.slots ?? [],
      decision: whole === undefined ? null : view(whole),
      wafers: own.filter((r) => r.slot > 0).map((r) => ({ ...view(r), slot: r.slot })),
      earlier: own.reduce((s, r) => s + r.n - 1, 0),
      onHold: held.has(lot),
    };
  });
}

/** Requests for measurements, those that wait first, by their time. @param which - a condition on `r`. */
export async function requestLines(which: ReturnType<typeof sql>, limit: number): Promise<RequestLine[]> {
  const rows = await db().rows<
    Omit<RequestLine, 'dueMs' | 'askedMs' | 'endedMs'> & { due_at: Date; asked_at: Date; ended_at: Date | null }
  >(sql`
    SELECT r.id, r.alert_id AS "alertId", r.lot, r.slot, r.operation, r.parameter, r.due_at, r.reason, r.asked_by AS "askedBy", r.asked_at, r.state, r.measurement_id AS "measurementId", m.mean, m.unit,
      m.revises, r.ended_at, r.ended_by AS "endedBy", r.end_reason AS "endReason"
    FROM measurement_request r LEFT JOIN measurement m ON m.id = r.measurement_id WHERE ${which} ORDER BY (r.state <> 'open'), CASE WHEN r.state = 'open' THEN r.due_at END, r.ended_at DESC, r.id LIMIT ${limit}`);
  return rows.map(({ due_at, asked_at, ended_at, ...r }) => ({
    ...r,
    dueMs: due_at.getTime(),
    askedMs: asked_at.getTime(),
    endedMs: ms(ended_at),
  }));
}
