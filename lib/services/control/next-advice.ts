import {
  type AdviceExplanation,
  decide,
  initialThread,
  type LoopMode,
  type RunToRunConfig,
  type ThreadState,
} from '@/lib/control';
import { type Db, sql } from '@/lib/db';
import { checkLoopConfig } from './check-config';
import { LATEST_FIRST } from './thread-storage';
import { threadId } from './threads';

/** What a decision needs to know of its loop. */
export interface DecidingLoop {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly operation: string;
  readonly product: string;
  readonly knob: string;
  readonly state: LoopMode;
  readonly config: RunToRunConfig;
}

export interface AdviceEvidence extends AdviceExplanation {
  readonly lastObserved: string | null;
  readonly lastLot: string | null;
  readonly lastSlot: number | null;
}

export interface NextAdvice {
  readonly loopId: string;
  readonly threadId: string;
  readonly chamber: string;
  readonly advised: number;
  readonly handedOut: number;
  readonly explanation: AdviceEvidence;
  /** The thread's journal was known up to this number. */
  readonly seen: number;
  readonly lastApplied: number | null;
  readonly lastAdviceId: string | null;
}

/**
 * What these loops advise a tool's chambers at a time: the state of each thread, the setpoint of the newest run of the same product and operation on
 * the chamber in the 14 days before, and the decision from both. Both advice and pages use this, so that they cannot differ.
 * @throws AppError `invalid_input` naming loop and field when a stored configuration could not be entered today: no setpoint is computed from it.
 */
export async function nextAdvice(
  tx: Db,
  loops: readonly DecidingLoop[],
  places: readonly { readonly tool: string; readonly chamber: string }[],
  at: Date,
): Promise<NextAdvice[]> {
  for (const l of loops)
    checkLoopConfig(l.config, {
      loop: l.name,
      remedy: `version ${l.version} in force cannot advise; activate a version that can on the loop's page, /control/${l.id}`,
    });
  const asked = loops.flatMap((loop) => places.map((p) => ({ loop, ...p, thread: threadId(loop.id, p.tool, p.chamber) })));
  const threads = await tx.rows<{
    id: string;
    state: ThreadState;
    learned: number;
    last_at: Date | null;
    lot: string | null;
    slot: number | null;
  }>(sql`
    SELECT t.id, t.state, t.learned, t.last_at, s.lot, s.slot FROM control_thread t
    LEFT JOIN LATERAL (SELECT lot, slot FROM control_step s WHERE s.thread_id = t.id ORDER BY ${LATEST_FIRST} LIMIT 1) s ON true
    WHERE t.id = ANY(${asked.map((p) => p.thread)}::uuid[])`);
  const inUse = await tx.rows<{ thread: string; setpoints: Record<string, number>; advice_id: string | null }>(sql`
    SELECT u.thread, q.setpoints, q.advice_id
    FROM unnest(${asked.map((p) => p.thread)}::text[], ${asked.map((p) => p.tool)}::text[], ${asked.map((p) => p.chamber)}::text[],
      ${asked.map((p) => p.loop.product)}::text[], ${asked.map((p) => p.loop.operation)}::text[]) AS u(thread, tool, chamber, product, operation)
    CROSS JOIN LATERAL (
      SELECT setpoints, advice_id FROM run r WHERE r.tool = u.tool AND r.chamber = u.chamber AND r.product = u.product AND r.operation = u.operation
        AND r.started_at < ${at} AND r.started_at > ${at}::timestamptz - INTERVAL '14 days' ORDER BY r.started_at DESC LIMIT 1) q`);
  const threadOf = new Map(threads.map((t) => [t.id, t]));
  const useOf = new Map(inUse.map((q) => [q.thread, q]));
  return asked.map(({ loop, chamber, thread }): NextAdvice => {
    const t = threadOf.get(thread);
    const use = useOf.get(thread);
    const lastApplied = use !== undefined && Object.hasOwn(use.setpoints, loop.knob) ? use.setpoints[loop.knob]! : null;
    const d = decide(t?.state ?? initialThread(), loop.config, lastApplied, loop.state);
    return {
      loopId: loop.id,
      threadId: thread,
      chamber,
      advised: d.advised,
      handedOut: d.handedOut,
      explanation: {
        ...d.explanation,
        lastObserved: t?.last_at?.toISOString() ?? null,
        lastLot: t?.lot ?? null,
        lastSlot: t?.slot ?? null,
      },
      seen: t?.learned ?? 0,
      lastApplied,
      lastAdviceId: lastApplied === null ? null : (use?.advice_id ?? null),
    };
  });
}
