import { z } from 'zod';
import { db, sql, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { recordIdIn } from '@/lib/formats/scalars';
import type { Ref } from '@/lib/queue/jobs';
import { enqueueLater } from '@/lib/queue/outbox';
import { audit } from '../audit';
import { codeVersion } from '../system/code-version';
import { timeOf, verb } from '../verb';
import { draftSeen, lockDraft, spectraFor, stopTrials } from './drafts';
import { certified } from './recipes';

/** Stored wafers of a trial: enough to see a shift over the wafer and between wafers, few enough to wait for. */
const TRIAL_WAFERS = 10;

/**
 * Starts the trial of a draft on the newest stored spectra that it can fit; a running trial of the draft stops.
 * @returns the trial's id.
 * @throws AppError `invalid_input` naming the field that no recipe may have; `conflict` where no stored spectra fit; otherwise as `lockDraft`.
 */
export const startTrial = verb(
  { name: 'recipe-trial.start', least: 'engineer', input: draftSeen },
  async (ctx, { draft, revision }): Promise<string> => {
    const stored = await db().one<{ content: unknown }>(sql`SELECT content FROM metrology_recipe_draft WHERE id = ${draft}`);
    if (stored === undefined) throw new AppError('not_found', 'there is no such draft');
    const { recipe, certificate } = await certified(stored.content);
    return transaction(async (tx) => {
      const d = await lockDraft(tx, draft, revision, ['draft', 'proposed']);
      const found = await tx.rows<{ id: string; measured_at: Date }>(spectraFor(d, recipe, TRIAL_WAFERS));
      if (found.length === 0)
        throw new AppError(
          'conflict',
          `no stored spectra of ${d.recipe_id === null ? d.operation : d.name} have the channels of the draft; without any it needs a second engineer`,
        );
      const refs: Ref[] = found.reverse().map((f) => ({ id: f.id, at: f.measured_at.getTime() }));
      await stopTrials(tx, ctx, d.id);
      const made = await tx.one<{ id: string }>(sql`
        INSERT INTO metrology_recipe_trial (draft_id, revision, base_version, content, certificate, refs, code_version, author)
        VALUES (${d.id}, ${d.revision}, ${d.base_version}, ${JSON.stringify(recipe)}::jsonb, ${certificate === null ? null : JSON.stringify(certificate)}::jsonb,
          ${JSON.stringify(refs)}::jsonb, ${codeVersion('spectra')}, ${ctx.by.email}) RETURNING id`);
      await audit(tx, ctx, {
        action: 'try',
        entity: 'metrology recipe draft',
        entityId: d.id,
        after: { trial: made!.id, wafers: refs.length },
      });
      await enqueueLater(tx, [{ queue: 'trial', payload: { v: 1, trialId: made!.id, step: 0 } }]);
      return made!.id;
    });
  },
);

/** Stops a trial after its current wafer. @throws AppError `conflict` when it is not running. */
export const stopTrial = verb(
  { name: 'recipe-trial.stop', least: 'engineer', input: z.strictObject({ trial: recordIdIn('trial') }) },
  async (ctx, { trial }) =>
    transaction(async (tx) => {
      const stopped = await tx.one<{ draft_id: string }>(
        sql`UPDATE metrology_recipe_trial SET state = 'stopped', updated_at = ${timeOf(ctx)} WHERE id = ${trial} AND state = 'running' RETURNING draft_id`,
      );
      if (stopped === undefined) throw new AppError('conflict', 'this trial is not running');
      await audit(tx, ctx, {
        action: 'stop trial',
        entity: 'metrology recipe draft',
        entityId: stopped.draft_id,
        after: { trial },
      });
    }),
);
