import { sql, type Tx } from '@/lib/db';
import { audit } from '../audit';

const ACTION = { approved: 'approve', rejected: 'reject', withdrawn: 'withdraw' } as const;

/** A pending proposal ends, with its line in the trail. */
export async function endProposal(
  tx: Tx,
  p: { readonly id: string; readonly loopId: string; readonly author: string },
  state: keyof typeof ACTION,
  actor: string,
  reason: string,
): Promise<void> {
  await tx.exec(
    sql`UPDATE loop_proposal SET state = ${state}, decided_by = ${actor}, decided_at = now(), decision_reason = ${reason} WHERE id = ${p.id}`,
  );
  await audit(tx, {
    actor,
    action: ACTION[state],
    entity: 'loop',
    entityId: p.loopId,
    after: { proposal: p.id, author: p.author },
    reason,
  });
}
