import { z } from 'zod';
import { bulkInsert, sql, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { reasonIn } from '@/lib/formats/reason';
import { recordIdIn, time } from '@/lib/formats/scalars';
import { enqueueLater } from '@/lib/queue/outbox';
import { SIGMA_CHOICES } from '@/lib/spc';
import { audit } from '../../audit';
import { timeOf, verb } from '../../verb';
import type { ChartRow } from '../store';
import { limitPolicy } from './policy';

/** Most charts of one request. */
const MOST_CHARTS = 1_000;

const studyOptions = z.strictObject({
  /** Process time of the first point that may count, and of the last. */
  from: time,
  to: time,
  sigma: z.enum(SIGMA_CHOICES),
  use: z.enum(['last', 'all']),
});
/** Window and choices of a study, as stored. */
export type StoredOptions = z.infer<typeof studyOptions>;

/** What was asked for, chart by chart. */
export interface ProposedCharts {
  /** Proposals that are being computed. */
  readonly proposals: readonly string[];
  /** Charts of which a proposal waits already; they are left as they are. */
  readonly waiting: readonly { readonly chart: string; readonly proposal: string }[];
}

/**
 * Asks for a study of the history of charts: the new limits that it gives, compared with those in force, wait for a decision. Nothing changes before that.
 * @throws AppError `not_found` for a chart that does not exist; `invalid_input`; `conflict` where a proposal waits for each of them.
 */
export const proposeLimits = verb(
  {
    name: 'limits.propose',
    least: 'engineer',
    input: z.strictObject({
      charts: z.array(recordIdIn('chart')).min(1).max(MOST_CHARTS),
      options: studyOptions.refine((o) => Date.parse(o.from) < Date.parse(o.to), {
        path: ['to'],
        message: 'must lie after the beginning of the window',
      }),
      reason: reasonIn,
    }),
    names: { from: 'From', to: 'To', sigma: 'Sigma', use: 'Points' },
  },
  async (ctx, { charts: asked, options, reason }): Promise<ProposedCharts> =>
    transaction(async (tx) => {
      const ids = [...new Set(asked)];
      const charts = await tx.rows<Pick<ChartRow, 'id' | 'version'>>(
        sql`SELECT id, version FROM chart WHERE id = ANY(${ids}::uuid[]) ORDER BY id FOR UPDATE`,
      );
      const missing = ids.find((id) => !charts.some((c) => c.id === id));
      if (missing !== undefined) throw new AppError('not_found', `there is no chart ${missing}`, { field: 'charts' });
      const open = await tx.rows<{ id: string; chart_id: string }>(
        sql`SELECT id, chart_id FROM limit_proposal WHERE chart_id = ANY(${ids}::uuid[]) AND state IN ('computing', 'pending')`,
      );
      const waiting = open.map((p) => ({ chart: p.chart_id, proposal: p.id }));
      const free = charts.filter((c) => !waiting.some((w) => w.chart === c.id));
      if (free.length === 0)
        throw new AppError('conflict', 'a proposal waits for each of these charts already: decide about it first', {
          proposal: waiting[0]!.proposal,
        });
      const { secondPerson } = await limitPolicy(tx);
      await bulkInsert(
        tx,
        'limit_proposal',
        free.map((c) => ({
          chart_id: c.id,
          kind: 'study',
          base_version: c.version,
          state: 'computing',
          options,
          author: ctx.by.email,
          reason,
          second_person: secondPerson,
          created_at: timeOf(ctx),
        })),
      );
      const made = await tx.rows<{ id: string; chart_id: string }>(
        sql`SELECT id, chart_id FROM limit_proposal WHERE chart_id = ANY(${free.map((c) => c.id)}::uuid[]) AND state = 'computing'`,
      );
      await enqueueLater(
        tx,
        made.map((p) => ({ queue: 'limits' as const, payload: { v: 1 as const, proposalId: p.id } })),
      );
      for (const p of made)
        await audit(tx, ctx, {
          action: 'propose',
          entity: 'chart',
          entityId: p.chart_id,
          after: { proposal: p.id, options },
          reason,
        });
      return { proposals: made.map((p) => p.id), waiting };
    }),
);
