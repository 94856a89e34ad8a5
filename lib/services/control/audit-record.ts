import { type ReplayedDecision, replayThread } from '@/lib/control';
import { type Db, db } from '@/lib/db';
import { type AdviceRecord, type LoopThreadRecord, loopRecord } from './record';

export interface RecordAudit {
  /** Decisions made again, and how many equal the recorded one to the last bit (estimate, advice and the setpoint handed out). */
  readonly decisions: number;
  readonly same: number;
  /** Decisions that moved the setpoint. */
  readonly moves: number;
  readonly first: { readonly adviceId: string; readonly recorded: number; readonly replayed: number } | null;
}

/** A recorded decision beside the same decision made again. */
export interface ComparedDecision {
  readonly recorded: AdviceRecord;
  readonly again: ReplayedDecision;
  /** Estimate, advice and the setpoint handed out are equal to the last bit. */
  readonly same: boolean;
}

/** Makes every recorded decision again, each by the version in force at the time, from what its thread knew. */
export function* compareDecisions(threads: readonly LoopThreadRecord[]): Generator<ComparedDecision> {
  for (const t of threads) {
    const { decisions } = replayThread(t, { config: null, gain: 0 });
    for (const [i, recorded] of t.decisions.entries()) {
      const again = decisions[i]!;
      const same = again.advised === recorded.advised && again.handedOut === recorded.handedOut && again.dHat === recorded.dHat;
      yield { recorded, again, same };
    }
  }
}

/** Counts of what `compareDecisions` finds. */
export function auditThreads(threads: readonly LoopThreadRecord[]): RecordAudit {
  let decisions = 0;
  let same = 0;
  let moves = 0;
  let first: RecordAudit['first'] = null;
  for (const d of compareDecisions(threads)) {
    decisions++;
    if (d.again.handedOut !== (d.again.lastApplied ?? d.recorded.config.xNominal)) moves++;
    if (d.same) same++;
    else first ??= { adviceId: d.recorded.id, recorded: d.recorded.advised, replayed: d.again.advised };
  }
  return { decisions, same, moves, first };
}

/** `auditThreads` of everything that a loop advised since a time. */
export async function auditLoop(loopId: string, from: Date, tx: Db = db()): Promise<RecordAudit> {
  return auditThreads(await loopRecord(tx, loopId, from));
}
