import { sql, type Tx } from '@/lib/db';
import { audit } from '../audit';
import { type Ctx, timeOf } from '../verb';

const ACTION = { approved: 'approve', rejected: 'reject', withdrawn: 'withdraw' } as const;

/** Ends a pending proposal, with its line in the audit trail. */
export async function endProposal(
  tx: Tx,
  ctx: Ctx,
  p: { readonly id: string; readonly loopId: string; readonly author: string },
  state: keyof typeof ACTION,
  reason: string,
): Promise<void> {
  await tx.exec(
    sql`UPDATE loop_proposal SET state = ${state}, decided_by = ${ctx.by.email}, decided_at = ${timeOf(ctx)}, decision_reason = ${reason} WHERE id = ${p.id}`,
  );
  await audit(tx, ctx, {
    action: ACTION[state],
    entity: 'loop',
    entityId: p.loopId,
    after: { proposal: p.id, author: p.author },
    reason,
  });
}
