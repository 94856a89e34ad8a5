import { sql, type Tx } from '@/lib/db';
import { tellEvent } from '../../live/notify-event';

const WORDS: Readonly<Record<string, string>> = {
  study: 'new limits of a study wait for a decision',
  change: 'a change waits for another engineer',
  first: 'first limits wait for an approval',
};

/** Tells that a proposal waits; in the transaction in which it begins to wait. */
export async function tellProposal(tx: Tx, id: string): Promise<void> {
  const p = await tx.one<{ kind: string; author: string; reason: string; chart_id: string; title: string; area: string }>(sql`
    SELECT p.kind, p.author, p.reason, c.id AS chart_id, c.title, c.area FROM limit_proposal p JOIN chart c ON c.id = p.chart_id WHERE p.id = ${id} AND p.state = 'pending'`);
  if (p === undefined) return;
  await tellEvent(tx, {
    kind: 'proposal_waits',
    area: p.area,
    severity: null,
    title: `${p.title}: ${WORDS[p.kind] ?? 'a proposal waits'}`,
    text: p.reason,
    actor: p.author,
    subject: {
      proposal: { id, of: 'limits', kind: p.kind, author: p.author, reason: p.reason, chart: { id: p.chart_id, title: p.title } },
    },
    path: `/spc/limits/${id}`,
  });
}
