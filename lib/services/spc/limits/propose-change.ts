import { randomUUID } from 'node:crypto';
import { sql, type Tx } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { enqueueLater } from '@/lib/queue/outbox';
import { audit } from '../../audit';
import { type Ctx, timeOf } from '../../verb';
import { type LockedChart, tellChart } from '../activate';
import type { ChartChange } from '../next-version';
import type { ChartRow } from '../store';
import type { ProposedChange } from './proposed-change';
import { tellProposal } from './tell-proposal';

/** @throws AppError `conflict` where a proposal of the chart waits already: nothing that waits is replaced silently. */
async function refuseSecondProposal(tx: Tx, chart: Pick<ChartRow, 'id' | 'title'>): Promise<void> {
  const open = await tx.one<{ id: string; author: string; created_at: Date }>(
    sql`SELECT id, author, created_at FROM limit_proposal WHERE chart_id = ${chart.id} AND state IN ('computing', 'pending')`,
  );
  if (open === undefined) return;
  throw new AppError(
    'conflict',
    `a proposal by ${open.author} of ${open.created_at.toISOString().slice(0, 16)}Z waits for ${chart.title}: decide about it first`,
    { proposal: open.id },
  );
}

/** Keeps an entered change as a proposal; the comparison with what is in force is computed by a job. @returns its id. */
export async function proposeChange(
  tx: Tx,
  ctx: Ctx,
  { chart, begun }: LockedChart,
  p: { readonly change: ChartChange; readonly reason: string; readonly secondPerson: boolean },
): Promise<string> {
  await refuseSecondProposal(tx, chart);
  const id = randomUUID();
  const change: ProposedChange = { kind: 'change', change: p.change };
  await tx.exec(sql`
    INSERT INTO limit_proposal (id, chart_id, kind, base_version, state, change, author, reason, second_person, created_at)
    VALUES (${id}, ${chart.id}, 'change', ${chart.version}, 'pending', ${JSON.stringify(change)}::jsonb, ${ctx.by.email}, ${p.reason}, ${p.secondPerson}, ${timeOf(ctx)})`);
  await enqueueLater(tx, [{ queue: 'limits', payload: { v: 1, proposalId: id } }]);
  await tellProposal(tx, id);
  await audit(tx, ctx, {
    action: 'propose',
    entity: 'chart',
    entityId: chart.id,
    before: { version: begun.version },
    after: { proposal: id, ...p.change },
    reason: p.reason,
  });
  await tellChart(tx, chart, chart.version, `a change proposed by ${ctx.by.email} waits for another engineer: ${p.reason}`);
  return id;
}
