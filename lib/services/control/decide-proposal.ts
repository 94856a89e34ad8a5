import { z } from 'zod';
import { checkRunToRun, type RunToRunConfig } from '@/lib/control';
import { sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { reasonIn } from '@/lib/formats/reason';
import { recordIdIn } from '@/lib/formats/scalars';
import { feed } from '../live/feed';
import { verb } from '../verb';
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
    sql`SELECT loop_id, kind, base_version, config, author, reason, state FROM loop_proposal WHERE id = ${proposalId} FOR UPDATE`,
  );
  if (p === undefined) throw new AppError('not_found', 'there is no such proposal');
  if (p.state !== 'pending') throw new AppError('conflict', `the proposal is ${p.state} already`);
  return p;
}

const decisionIn = z.strictObject({ proposal: recordIdIn('proposal'), reason: reasonIn });

/**
 * A second engineer puts a proposed change in force. It is judged again with what is known now.
 * @throws AppError `forbidden` for its own author; `precondition_failed` when the loop has changed since or would not be stable;
 * `conflict` when it was decided already.
 */
export const approveProposal = verb(
  { name: 'proposal.approve', least: 'engineer', input: decisionIn },
  async (ctx, { proposal: id, reason }): Promise<ChangeOutcome> =>
    transaction(async (tx) => {
      const p = await pending(tx, id);
      if (p.author === ctx.by.email)
        throw new AppError('forbidden', 'a second person decides: ask another engineer to approve your proposal');
      const loop = await lockLoop(tx, p.loop_id, null);
      if (loop.version !== p.base_version)
        throw new AppError(
          'precondition_failed',
          `the loop is at version ${loop.version} by now, the proposal was made beside ${p.base_version}; reject it and propose again`,
        );
      checkRunToRun(p.config);
      await judged(tx, loop, p.config, p.kind === 'close' ? null : loop.config);
      await endProposal(tx, ctx, { id, loopId: loop.id, author: p.author }, 'approved', reason);
      const said = { reason: p.reason, author: p.author };
      if (p.kind === 'change') return { kind: 'in_force', version: await activate(tx, ctx, loop, p.config, said) };
      if (loop.state === 'closed') throw new AppError('conflict', 'the loop is closed already');
      await enter(tx, ctx, loop, 'closed', said);
      return { kind: 'in_force', version: loop.version };
    }),
);

/** Ends a proposal without a change: another engineer rejects it, or its author takes it back. @throws AppError `conflict`, `not_found`. */
export const rejectProposal = verb(
  { name: 'proposal.reject', least: 'engineer', input: decisionIn },
  async (ctx, { proposal: id, reason }) =>
    transaction(async (tx) => {
      const p = await pending(tx, id);
      const state = p.author === ctx.by.email ? 'withdrawn' : 'rejected';
      await endProposal(tx, ctx, { id, loopId: p.loop_id, author: p.author }, state, reason);
      const text = `a proposed change was ${state} by ${ctx.by.email}: ${reason}`;
      await feed(tx, [{ kind: 'advice', text, detail: { loopId: p.loop_id } }]);
    }),
);
