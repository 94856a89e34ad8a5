import { checkRunToRun, type RunToRunConfig } from '@/lib/control';
import { sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { reasonOf } from '@/lib/errors/reason';
import { parsedId } from '@/lib/formats/parsed';
import { feed } from '../live/feed';
import { activate, type ChangeOutcome, enter, judged, lockLoop } from './change-loop';
import { endProposal } from './end-proposal';

interface ProposalRow {
  readonly loop_id: string;
  readonly kind: 'change' | 'close';
  readonly base_version: number;
  readonly config: RunToRunConfig;
  readonly author: string;
  readonly reason: string;
  readonly state: string;
}

async function pending(tx: Tx, proposalId: string): Promise<ProposalRow> {
  const p = await tx.one<ProposalRow>(
    sql`SELECT loop_id, kind, base_version, config, author, reason, state FROM loop_proposal WHERE id = ${parsedId('proposal', proposalId)} FOR UPDATE`,
  );
  if (p === undefined) throw new AppError('not_found', 'there is no such proposal');
  if (p.state !== 'pending') throw new AppError('conflict', `the proposal is ${p.state} already`);
  return p;
}

/**
 * A second engineer puts a proposed change in force. It is judged again by what is known now.
 * @throws AppError `forbidden` for its own author; `precondition_failed` when the loop has changed since or would not be stable;
 * `conflict` when it was decided already.
 */
export async function approveProposal(proposalId: string, reason: unknown, actor: string): Promise<ChangeOutcome> {
  const why = reasonOf(reason);
  return transaction(async (tx) => {
    const p = await pending(tx, proposalId);
    if (p.author === actor)
      throw new AppError('forbidden', 'a second person decides: ask another engineer to approve your proposal');
    const loop = await lockLoop(tx, p.loop_id, null);
    if (loop.version !== p.base_version)
      throw new AppError(
        'precondition_failed',
        `the loop is at version ${loop.version} by now, the proposal was made beside ${p.base_version}; reject it and propose again`,
      );
    checkRunToRun(p.config);
    await judged(tx, loop, p.config, p.kind === 'close' ? null : loop.config);
    await endProposal(tx, { id: proposalId, loopId: loop.id, author: p.author }, 'approved', actor, why);
    if (p.kind === 'change') return { kind: 'in_force', version: await activate(tx, loop, p.config, p.reason, p.author, actor) };
    if (loop.state === 'closed') throw new AppError('conflict', 'the loop is closed already');
    await enter(tx, loop, 'closed', p.reason, p.author, actor);
    return { kind: 'in_force', version: loop.version };
  });
}

/** Ends a proposal without a change: another engineer rejects it, or its author takes it back. @throws AppError `conflict`, `not_found`. */
export async function rejectProposal(proposalId: string, reason: unknown, actor: string): Promise<void> {
  const why = reasonOf(reason);
  await transaction(async (tx) => {
    const p = await pending(tx, proposalId);
    const state = p.author === actor ? 'withdrawn' : 'rejected';
    await endProposal(tx, { id: proposalId, loopId: p.loop_id, author: p.author }, state, actor, why);
    await feed(tx, [
      { kind: 'advice', text: `a proposed change was ${state} by ${actor}: ${why}`, detail: { loopId: p.loop_id } },
    ]);
  });
}
