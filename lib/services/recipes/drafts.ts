import { z } from 'zod';
import { sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import type { MetrologyRecipe } from '@/lib/formats/metrology-recipe';
import { recordIdIn } from '@/lib/formats/scalars';
import { audit } from '../audit';
import { type Ctx, timeOf, verb } from '../verb';

const MAX_CONTENT = 1_000_000;

/**
 * A draft may hold what a recipe may not (an empty field, a parameter without a name), but it has a recipe's structure, so that a form can show it.
 */
const contentIn = z
  .looseObject({
    sample: z.looseObject({ kind: z.string() }),
    parameters: z.array(z.looseObject({ role: z.looseObject({ kind: z.string() }) })),
    channels: z.array(z.looseObject({})),
    fit: z.looseObject({}),
    accept: z.looseObject({}),
  })
  .refine((c) => JSON.stringify(c).length <= MAX_CONTENT, 'the draft is larger than a megabyte');

const draftIn = z.strictObject({
  /** Null for the first save. */
  id: z.uuid().nullable(),
  /** As seen; 0 for the first save. */
  revision: z.int().min(0),
  /** Null for a recipe that does not exist yet. */
  recipeId: z.uuid().nullable(),
  name: z.string().trim().max(120),
  operation: z.string().max(120),
  product: z.string().max(120).nullable(),
  baseVersion: z.int().min(0),
  content: contentIn,
});

export interface Draft {
  readonly id: string;
  readonly recipe_id: string | null;
  readonly name: string;
  readonly operation: string;
  readonly product: string | null;
  readonly base_version: number;
  readonly content: unknown;
  readonly revision: number;
  readonly author: string;
  readonly state: 'draft' | 'proposed' | 'in_use' | 'discarded';
  readonly reason: string | null;
}

/**
 * The draft, its row locked.
 * @throws AppError `not_found`; `conflict` unless it is in one of the states; `precondition_failed` when it was saved after the caller read it.
 */
export async function lockDraft(tx: Tx, id: string, seenRevision: number, states: readonly Draft['state'][]): Promise<Draft> {
  const d = await tx.one<Draft>(sql`
    SELECT id, recipe_id, name, operation, product, base_version, content, revision, author, state, reason FROM metrology_recipe_draft
    WHERE id = ${id} FOR UPDATE`);
  if (d === undefined) throw new AppError('not_found', 'there is no such draft');
  if (!states.includes(d.state))
    throw new AppError('conflict', `the draft is ${d.state === 'in_use' ? 'in use' : d.state} by now; reload to see it`);
  if (d.revision !== seenRevision)
    throw new AppError(
      'precondition_failed',
      `the draft was saved since, in another tab or place (save ${d.revision}, you saw ${seenRevision}); reload to see it`,
      { revision: d.revision },
    );
  return d;
}

/** @throws AppError `forbidden` for somebody else's draft. */
export function ownOnly(ctx: Ctx, d: Draft): void {
  if (d.author !== ctx.by.email)
    throw new AppError('forbidden', `this is the draft of ${d.author}; open the recipe to begin your own`);
}

/**
 * Saves what an engineer is editing. Nothing of it takes effect until it is put in use.
 * @returns the draft's id and its new revision, which the next save names.
 * @throws AppError `precondition_failed` when another tab saved meanwhile; `conflict` while it waits for a decision; `forbidden` for somebody else's.
 */
export const keepDraft = verb(
  { name: 'recipe-draft.keep', least: 'engineer', input: draftIn },
  async (ctx, r): Promise<{ id: string; revision: number }> => {
    const content = JSON.stringify(r.content);
    return transaction(async (tx) => {
      if (r.id !== null) {
        const d = await lockDraft(tx, r.id, r.revision, ['draft']);
        ownOnly(ctx, d);
        await tx.exec(sql`UPDATE metrology_recipe_draft SET content = ${content}::jsonb, base_version = ${r.baseVersion}, revision = revision + 1, updated_at = ${timeOf(ctx)},
        name = ${d.recipe_id === null ? r.name : d.name}, operation = ${d.recipe_id === null ? r.operation : d.operation}, product = ${d.recipe_id === null ? r.product : d.product}
        WHERE id = ${d.id}`);
        return { id: d.id, revision: d.revision + 1 };
      }
      const of =
        r.recipeId === null
          ? { name: r.name, operation: r.operation, product: r.product }
          : await tx.one<{ name: string; operation: string; product: string | null }>(
              sql`SELECT name, operation, product FROM metrology_recipe WHERE id = ${r.recipeId}`,
            );
      if (of === undefined) throw new AppError('not_found', 'there is no such recipe');
      const made = await tx.one<{ id: string }>(sql`
      INSERT INTO metrology_recipe_draft (recipe_id, name, operation, product, base_version, content, author)
      VALUES (${r.recipeId}, ${of.name}, ${of.operation}, ${of.product}, ${r.baseVersion}, ${content}::jsonb, ${ctx.by.email})
      ON CONFLICT (recipe_id, author) WHERE state IN ('draft', 'proposed') DO NOTHING RETURNING id`);
      if (made === undefined)
        throw new AppError('precondition_failed', 'you have a draft of this recipe from another tab or place; reload to see it');
      return { id: made.id, revision: 1 };
    });
  },
);

/** A draft, and the save of it that a person saw. */
export const draftSeen = z.strictObject({ draft: recordIdIn('draft'), revision: z.int() });

/** Ends a draft of the caller. */
export const discardDraft = verb(
  { name: 'recipe-draft.discard', least: 'engineer', input: draftSeen },
  async (ctx, { draft, revision }) =>
    transaction(async (tx) => {
      const d = await lockDraft(tx, draft, revision, ['draft']);
      ownOnly(ctx, d);
      await tx.exec(sql`UPDATE metrology_recipe_draft SET state = 'discarded', updated_at = ${timeOf(ctx)} WHERE id = ${d.id}`);
      await stopTrials(tx, ctx, d.id);
      await audit(tx, ctx, { action: 'discard', entity: 'metrology recipe draft', entityId: d.id });
    }),
);

/** Stops what runs of a draft. */
export const stopTrials = (tx: Tx, ctx: Ctx, draftId: string): Promise<number> =>
  tx.exec(
    sql`UPDATE metrology_recipe_trial SET state = 'stopped', updated_at = ${timeOf(ctx)} WHERE draft_id = ${draftId} AND state = 'running'`,
  );

/** The newest stored spectra that hold all channels of a draft: of its recipe, or of its operation and product where it has no recipe yet. */
export const spectraFor = (
  d: Pick<Draft, 'recipe_id' | 'name' | 'operation' | 'product'>,
  draft: MetrologyRecipe,
  most: number,
) => sql`
  SELECT id, measured_at FROM spectrum s WHERE s.channels @> ${draft.channels.map((c) => c.name)}::text[] AND s.operation = ${d.operation}
    AND (${d.product}::text IS NULL OR s.product = ${d.product}) AND (${d.recipe_id}::uuid IS NULL OR s.recipe = ${d.name})
  ORDER BY s.measured_at DESC, s.slot DESC LIMIT ${most}`;
