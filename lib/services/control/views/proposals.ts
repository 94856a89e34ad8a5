import type { LoopJudgement } from '@/lib/control';
import { db, sql } from '@/lib/db';
import type { LoopHead } from './loop-head';

export interface LoopProposal {
  id: string;
  kind: 'change' | 'close';
  baseVersion: number;
  config: LoopHead['config'];
  author: string;
  reason: string;
  judgement: LoopJudgement;
  state: 'pending' | 'approved' | 'rejected' | 'withdrawn';
  createdMs: number;
  decidedBy: string | null;
  decidedMs: number | null;
  decisionReason: string | null;
}

/** Proposals of a loop, newest first. */
export async function proposalsOf(loopId: string): Promise<LoopProposal[]> {
  const rows = await db().rows<Omit<LoopProposal, 'createdMs' | 'decidedMs'> & { created_at: Date; decided_at: Date | null }>(sql`
    SELECT id, kind, base_version AS "baseVersion", config, author, reason, judgement, state, created_at, decided_by AS "decidedBy", decided_at, decision_reason AS "decisionReason"
    FROM loop_proposal WHERE loop_id = ${loopId} ORDER BY created_at DESC LIMIT 50`);
  return rows.map(({ created_at, decided_at, ...r }) => ({
    ...r,
    createdMs: created_at.getTime(),
    decidedMs: decided_at?.getTime() ?? null,
  }));
}
