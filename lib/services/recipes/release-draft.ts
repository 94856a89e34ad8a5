import type { z } from 'zod';
import { db, recordId, sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import type { MetrologyRecipe } from '@/lib/formats/metrology-recipe';
import { reasonIn } from '@/lib/formats/reason';
import { audit } from '../audit';
import { feed } from '../live/feed';
import { type Ctx, timeOf, verb } from '../verb';
import { type Draft, draftSeen, lockDraft, ownOnly, spectraFor } from './drafts';
import { type Certified, certified, checkNames, insertRecipe, insertVersion, lockRecipe } from './recipes';
import { type TrialDifference, type TrialWafer, trialDifference } from './trial-difference';

export type ReleaseOutcome =
  | { readonly kind: 'in_use'; readonly recipeId: string; readonly version: number }
  | { readonly kind: 'proposed'; readonly beyond: readonly string[] };

/**
 * The difference that the draft makes, by its newest trial; release and approval require the trial alike.
 * @throws AppError `precondition_failed` when there are stored spectra to try the draft on but no finished trial.
 */
async function triedDifference(tx: Tx, d: Draft, draft: MetrologyRecipe): Promise<TrialDifference> {
  const base = await tx.one<{ content: MetrologyRecipe }>(
    sql`SELECT content FROM metrology_recipe_version WHERE recipe_id = ${d.recipe_id} AND version = ${d.base_version}`,
  );
  const trial = await tx.one<{ results: TrialWafer[] }>(sql`
    SELECT results FROM metrology_recipe_trial WHERE draft_id = ${d.id} AND revision = ${d.revision} AND base_version = ${d.base_version} AND state = 'ready'
    ORDER BY created_at DESC LIMIT 1`);
  if (trial === undefined && (await tx.one(spectraFor(d, draft, 1))) !== undefined)
    throw new AppError(
      'precondition_failed',
      'try the draft on stored spectra first: no finished trial of it beside the version in force is kept',
      { field: 'trial' },
    );
  return trialDifference(draft, base?.content ?? null, trial?.results ?? []);
}

/** @throws AppError `precondition_failed` when the version in force is no longer the one that the draft is based on. */
async function lockBase(tx: Tx, d: Draft): Promise<void> {
  if (d.recipe_id === null) return;
  await lockRecipe(tx, d.recipe_id);
  const now = await tx.one<{ version: number; author: string; reason: string }>(sql`
    SELECT r.version, v.author, v.reason FROM metrology_recipe r JOIN metrology_recipe_version v ON v.recipe_id = r.id AND v.version = r.version
    WHERE r.id = ${d.recipe_id}`);
  if (now !== undefined && now.version !== d.base_version)
    throw new AppError(
      'precondition_failed',
      `${now.author} has put version ${now.version} in use since (“${now.reason}”), the draft was made beside ${d.base_version}; compare with it and try it again`,
    );
}

/** The draft becomes the version in force: spectra that arrive from now on are fitted by it, earlier results keep their version. */
async function putInUse(
  tx: Tx,
  ctx: Ctx,
  { d, recipe, certificate }: Ready,
  by: { readonly author: string; readonly reason: string; readonly decision: string },
): Promise<ReleaseOutcome> {
  const { author, reason } = by;
  const recipeId = d.recipe_id ?? recordId('metrology-recipe', d.name);
  const version = d.base_version + 1;
  if (d.recipe_id === null) {
    const { name, operation, product } = d;
    await insertRecipe(tx, ctx, { name, operation, product, content: recipe }, certificate, { author, reason });
  } else await insertVersion(tx, ctx, { recipeId, name: d.name, version, recipe, certificate, author, reason });
  await tx.exec(sql`UPDATE metrology_recipe_draft SET state = 'in_use', recipe_id = ${recipeId}, made_version = ${version}, reason = ${reason},
    decided_by = ${ctx.by.email}, decided_at = ${timeOf(ctx)}, decision_reason = ${by.decision}, updated_at = ${timeOf(ctx)} WHERE id = ${d.id}`);
  return { kind: 'in_use', recipeId, version };
}

/** The draft as a recipe, with its certificate, computed before any transaction is opened. */
async function read(id: string) {
  const d = await db().one<{ content: unknown }>(sql`SELECT content FROM metrology_recipe_draft WHERE id = ${id}`);
  if (d === undefined) throw new AppError('not_found', 'there is no such draft');
  return certified(d.content);
}

/** A draft about to be decided on, its row and that of its recipe locked. */
interface Ready extends Certified {
  readonly d: Draft;
  /** Why a second engineer decides; empty: the author alone may. */
  readonly beyond: readonly string[];
}

const decisionIn = draftSeen.extend({ reason: reasonIn });

/**
 * The preconditions of every decision on a draft: a recipe that may be released, draft and version in force unchanged since the caller read them, and
 * a trial.
 * @param may - throws if the caller may not decide on this draft.
 */
async function decide(
  { draft, revision }: z.infer<typeof decisionIn>,
  state: Draft['state'],
  may: (d: Draft) => void,
  then: (tx: Tx, r: Ready) => Promise<ReleaseOutcome>,
): Promise<ReleaseOutcome> {
  const { recipe, certificate } = await read(draft);
  return transaction(async (tx) => {
    const d = await lockDraft(tx, draft, revision, [state]);
    may(d);
    await lockBase(tx, d);
    await checkNames(tx, d.operation, d.product, recipe);
    const { beyond } = await triedDifference(tx, d, recipe);
    return then(tx, { d, recipe, certificate, beyond });
  });
}

/**
 * Requests that a draft be put in use: at once within the trial limits; beyond them it waits for another engineer.
 * @throws AppError `invalid_input` naming the field; `precondition_failed` without a trial, or when the draft or the version in force has changed meanwhile.
 */
export const releaseDraft = verb(
  { name: 'recipe-draft.release', least: 'engineer', input: decisionIn },
  async (ctx, asked): Promise<ReleaseOutcome> => {
    const { reason } = asked;
    const own = (d: Draft): void => {
      ownOnly(ctx, d);
      if (d.name === '')
        throw new AppError('invalid_input', 'name: give the recipe a name, as stations send it', { field: 'name' });
    };
    return decide(asked, 'draft', own, async (tx, r) => {
      const decision = 'within the limits of the trial';
      return r.beyond.length === 0
        ? putInUse(tx, ctx, r, { author: ctx.by.email, reason, decision })
        : propose(tx, ctx, r, reason);
    });
  },
);

/** The draft waits for another engineer, who sees why its author may not decide alone. */
async function propose(tx: Tx, ctx: Ctx, { d, beyond }: Ready, reason: string): Promise<ReleaseOutcome> {
  await tx.exec(
    sql`UPDATE metrology_recipe_draft SET state = 'proposed', reason = ${reason}, decided_by = NULL, decided_at = NULL, decision_reason = NULL, updated_at = ${timeOf(ctx)} WHERE id = ${d.id}`,
  );
  await audit(tx, ctx, {
    action: 'propose',
    entity: 'metrology recipe draft',
    entityId: d.id,
    after: { beyond },
    reason,
  });
  await feed(tx, [
    {
      kind: 'recipe',
      text: `${d.name}: ${ctx.by.email} asks another engineer to approve a draft: ${reason}`,
      detail: { recipeId: d.recipe_id, draftId: d.id },
    },
  ]);
  return { kind: 'proposed', beyond };
}

/**
 * A second engineer puts a proposed draft in use.
 * @throws AppError `forbidden` for its own author; `precondition_failed` when the version in force has changed meanwhile; `conflict` when it was
 *   decided already.
 */
export const approveDraft = verb(
  { name: 'recipe-draft.approve', least: 'engineer', input: decisionIn },
  async (ctx, asked): Promise<ReleaseOutcome> => {
    const other = (d: Draft): void => {
      if (d.author === ctx.by.email)
        throw new AppError('forbidden', 'a second person decides: ask another engineer to approve your draft');
    };
    return decide(asked, 'proposed', other, async (tx, r) => {
      const { author } = r.d;
      await audit(tx, ctx, {
        action: 'approve',
        entity: 'metrology recipe draft',
        entityId: r.d.id,
        after: { author },
        reason: asked.reason,
      });
      return putInUse(tx, ctx, r, { author, reason: r.d.reason!, decision: asked.reason });
    });
  },
);

/** Returns a proposed draft to its author: another engineer rejects it, or the author withdraws it. */
export const returnDraft = verb(
  { name: 'recipe-draft.return', least: 'engineer', input: decisionIn },
  async (ctx, { draft, revision, reason }) =>
    transaction(async (tx) => {
      const d = await lockDraft(tx, draft, revision, ['proposed']);
      await tx.exec(
        sql`UPDATE metrology_recipe_draft SET state = 'draft', decided_by = ${ctx.by.email}, decided_at = ${timeOf(ctx)}, decision_reason = ${reason}, updated_at = ${timeOf(ctx)} WHERE id = ${d.id}`,
      );
      await audit(tx, ctx, {
        action: d.author === ctx.by.email ? 'withdraw' : 'reject',
        entity: 'metrology recipe draft',
        entityId: d.id,
        after: { author: d.author },
        reason,
      });
    }),
);
