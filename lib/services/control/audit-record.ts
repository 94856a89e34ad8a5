import { replayThread } from '@/lib/control';
import { type Db, db } from '@/lib/db';
import { type LoopThreadRecord, loopRecord } from './record';

export interface RecordAudit {
  /** Decisions made again, and those of them that are the recorded one to the last bit (estimate, advice and what was handed out). */
  readonly decisions: number;
  readonly same: number;
  /** Decisions that moved the setpoint. */
  readonly moves: number;
  readonly first: { readonly adviceId: string; readonly recorded: number; readonly replayed: number } | null;
}

/** Makes every recorded decision again, each by the version that was in force, from what its thread knew. */
export function auditThreads(threads: readonly LoopThreadRecord[]): RecordAudit {
  let decisions = 0;
  let same = 0;
  let moves = 0;
  let first: RecordAudit['first'] = null;
  for (const t of threads) {
    const again = replayThread(t, { config: null, gain: 0 }).decisions;
    t.decisions.forEach((d, i) => {
      const r = again[i]!;
      decisions++;
      if (r.handedOut !== (r.lastApplied ?? d.config.xNominal)) moves++;
      if (r.advised === d.advised && r.handedOut === d.handedOut && r.dHat === d.dHat) same++;
      else first ??= { adviceId: d.id, recorded: d.advised, replayed: r.advised };
    });
  }
  return { decisions, same, moves, first };
}

/** `auditThreads` of everything that a loop advised since a time. */
export async function auditLoop(loopId: string, from: Date, tx: Db = db()): Promise<RecordAudit> {
  return auditThreads(await loopRecord(tx, loopId, from));
}
