import {
  initialThread,
  type JournalEntry,
  type LoopMode,
  type RecordedDecision,
  type RunToRunConfig,
  type ThreadRecord,
  type ThreadState,
} from '@/lib/control';
import { type Db, sql } from '@/lib/db';
import { LATEST_FIRST } from './thread-storage';

/** A recorded decision, with the estimate it was made from. */
export interface AdviceRecord extends RecordedDecision {
  readonly at: Date;
  readonly version: number;
  readonly dHat: number;
  readonly clipped: boolean;
}

export interface LoopThreadRecord extends ThreadRecord {
  readonly threadId: string;
  readonly tool: string;
  readonly chamber: string;
  readonly decisions: readonly AdviceRecord[];
}

/**
 * The record of a loop from a time on, thread by thread: the decisions since, all that was learned up to the last of them, and the state left by
 * everything older. Advice from before the journal existed is not in it.
 * @param to - decisions from here on are left out; null: none.
 */
export async function loopRecord(tx: Db, loopId: string, from: Date, to: Date | null = null): Promise<LoopThreadRecord[]> {
  const configs = await tx.rows<{ version: number; config: RunToRunConfig }>(
    sql`SELECT version, config FROM loop_version WHERE loop_id = ${loopId}`,
  );
  const configOf = (version: number): RunToRunConfig => configs.find((c) => c.version === version)!.config;
  const advices = await tx.rows<{
    id: string;
    thread_id: string;
    tool: string;
    chamber: string;
    at: Date;
    seen: number;
    version: number;
    mode: LoopMode;
    setpoint: number;
    advised: number;
    d_hat: number;
    last_applied: number | null;
    last_advice_id: string | null;
    clipped: boolean;
  }>(sql`
    SELECT id, thread_id, tool, chamber, at, seen, version, mode, setpoint, advised, d_hat, last_applied, last_advice_id,
      (explanation->'clips' @> '[{"kind":"step"}]' OR explanation->'clips' @> '[{"kind":"absolute"}]') AS clipped
    FROM advice WHERE loop_id = ${loopId} AND at >= ${from} AND at < COALESCE(${to}::timestamptz, 'infinity') AND seen IS NOT NULL ORDER BY thread_id, seen, created_at, at, id`);
  const threads = [...new Set(advices.map((a) => a.thread_id))];
  if (threads.length === 0) return [];
  const first = threads.map((t) => advices.find((a) => a.thread_id === t)!.seen);
  const last = threads.map((t) => Math.max(...advices.filter((a) => a.thread_id === t).map((a) => a.seen)));
  // The last state that was not changed by anything learned after the first decision.
  const bases = await tx.rows<{ thread_id: string; at: Date; record_id: string; state: ThreadState }>(sql`
    SELECT u.thread_id, s.at, s.record_id, s.state FROM unnest(${threads}::uuid[], ${first}::int[]) AS u(thread_id, seen)
    CROSS JOIN LATERAL (SELECT min(j.at) AS at FROM control_journal j WHERE j.thread_id = u.thread_id AND j.seq > u.seen) n
    CROSS JOIN LATERAL (SELECT at, record_id, state FROM control_step s WHERE s.thread_id = u.thread_id AND (n.at IS NULL OR s.at < n.at)
      ORDER BY ${LATEST_FIRST} LIMIT 1) s`);
  const baseOf = new Map(bases.map((b) => [b.thread_id, b]));
  const journal = await tx.rows<{
    thread_id: string;
    seq: number;
    kind: JournalEntry['kind'];
    at: Date;
    source_id: string;
    version: number;
    y: number | null;
    u_y: number | null;
    x_applied: number | null;
    advice_id: string | null;
    measured_at: Date | null;
  }>(sql`
    SELECT j.thread_id, j.seq, j.kind, j.at, j.source_id, j.version, j.y, j.u_y, j.x_applied, j.advice_id, j.measured_at
    FROM unnest(${threads}::uuid[], ${last}::int[], ${threads.map((t) => baseOf.get(t)?.at ?? null)}::timestamptz[]) AS u(thread_id, seen, base)
    JOIN control_journal j ON j.thread_id = u.thread_id AND j.seq <= u.seen AND (u.base IS NULL OR j.at > u.base) ORDER BY j.thread_id, j.seq`);
  return threads.map((thread): LoopThreadRecord => {
    const mine = advices.filter((a) => a.thread_id === thread);
    return {
      threadId: thread,
      tool: mine[0]!.tool,
      chamber: mine[0]!.chamber,
      base: baseOf.get(thread)?.state ?? initialThread(),
      journal: journal
        .filter((j) => j.thread_id === thread)
        .map((j): JournalEntry => {
          const common = { seq: j.seq, at: j.at.getTime(), id: j.source_id, config: configOf(j.version) };
          if (j.kind === 'withdrawal') return { seq: j.seq, kind: 'withdrawal', id: j.source_id };
          if (j.kind === 'reset') return { ...common, kind: 'reset' };
          return {
            ...common,
            kind: 'observation',
            measuredAt: j.measured_at?.getTime() ?? null,
            y: j.y!,
            uY: j.u_y,
            xApplied: j.x_applied!,
            adviceId: j.advice_id,
          };
        }),
      decisions: mine.map((a) => ({
        id: a.id,
        at: a.at,
        seen: a.seen,
        version: a.version,
        config: configOf(a.version),
        mode: a.mode,
        lastApplied: a.last_applied,
        lastAdviceId: a.last_advice_id,
        advised: a.advised,
        handedOut: a.setpoint,
        dHat: a.d_hat,
        clipped: a.clipped,
      })),
    };
  });
}
