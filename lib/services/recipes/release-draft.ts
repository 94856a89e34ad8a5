import { recordId, sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { reasonOf } from '@/lib/errors/reason';
import type { MetrologyRecipe } from '@/lib/formats/metrology-recipe';
import { parsedId } from '@/lib/formats/parsed';
import { type ConvergenceCertificate, certifyRecipe } from '@/lib/recipes';
import { audit } from '../audit';
import { feed } from '../live/feed';
import { type Draft, lockDraft, ownOnly, spectraFor } from './drafts';
import { type Certify, checkNames, insertRecipe, insertVersion, lockRecipe, prepared } from './recipes';
import { type TrialDifference, type TrialWafer, trialDifference } from './trial-difference';

export type ReleaseOutcome =
  | { readonly kind: 'in_use'; readonly recipeId: string; readonly version: number }
  | { readonly kind: 'proposed'; readonly beyond: readonly string[] };

/**
 * The difference that the draft makes, by its newest trial; the rule of the trial is the same for release and approval.
 * @throws AppError `precondition_failed` when spectra are stored that the draft could be tried on and no finished trial of it is.
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

/** @throws AppError `precondition_failed` when the version in force is no longer the one beside which the draft was made. */
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

/** The draft becomes the version in force: spectra that arrive from now on are fitted by it, earlier results keep theirs. */
async function putInUse(
  tx: Tx,
  d: Draft,
  recipe: MetrologyRecipe,
  certificate: ConvergenceCertificate | null,
  by: { actor: string; author: string; reason: string; decision: string },
): Promise<ReleaseOutcome> {
  const recipeId = d.recipe_id ?? recordId('metrology-recipe', d.name);
  const version = d.base_version + 1;
  if (d.recipe_id === null)
    await insertRecipe(
      tx,
      { name: d.name, operation: d.operation, product: d.product, content: recipe },
      certificate,
      by.reason,
      by.author,
    );
  else
    await insertVersion(tx, {
      recipeId,
      name: d.name,
      version,
      recipe,
      certificate,
      author: by.author,
      reason: by.reason,
      by: by.actor,
    });
  await tx.exec(sql`UPDATE metrology_recipe_draft SET state = 'in_use', recipe_id = ${recipeId}, made_version = ${version}, reason = ${by.reason},
    decided_by = ${by.actor}, decided_at = now(), decision_reason = ${by.decision}, updated_at = now() WHERE id = ${d.id}`);
  return { kind: 'in_use', recipeId, version };
}

/** The draft as a recipe, with its certificate, computed before any transaction is opened. */
async function read(id: unknown, certify: Certify) {
  const d = await transaction((tx) =>
    tx.one<{ content: unknown }>(sql`SELECT content FROM metrology_recipe_draft WHERE id = ${parsedId('draft', id)}`),
  );
  if (d === undefined) throw new AppError('not_found', 'there is no such draft');
  return prepared(d.content, certify);
}

/** A draft about to be decided on, its row and that of its recipe locked. */
interface Ready {
  readonly d: Draft;
  readonly recipe: MetrologyRecipe;
  readonly certificate: ConvergenceCertificate | null;
  /** The reason of who decides. */
  readonly why: string;
  /** Why a second engineer decides; empty: the author alone may. */
  readonly beyond: readonly string[];
}

/**
 * What every decision on a draft rests on: a reason, a recipe that may be released, the draft and the version in force as they were seen, and a trial.
 * @param may - throws where the actor may not decide on this draft.
 */
async function decide(
  asked: { id: string; seenRevision: number; reason: unknown; certify: Certify; state: Draft['state'] },
  may: (d: Draft) => void,
  then: (tx: Tx, r: Ready) => Promise<ReleaseOutcome>,
): Promise<ReleaseOutcome> {
  const why = reasonOf(asked.reason);
  const { recipe, certificate } = await read(asked.id, asked.certify);
  return transaction(async (tx) => {
    const d = await lockDraft(tx, asked.id, asked.seenRevision, [asked.state]);
    may(d);
    await lockBase(tx, d);
    await checkNames(tx, d.operation, d.product, recipe);
    const { beyond } = await triedDifference(tx, d, recipe);
    return then(tx, { d, recipe, certificate, why, beyond });
  });
}

/**
 * Asks for a draft to be put in use. Within the limits of its trial it is at once; beyond them it waits for another engineer.
 * @throws AppError `invalid_input` naming the field; `precondition_failed` without a trial, or when draft or version in force changed since.
 */
export async function releaseDraft(
  id: string,
  seenRevision: number,
  reason: unknown,
  actor: string,
  certify: Certify = certifyRecipe,
): Promise<ReleaseOutcome> {
  const own = (d: Draft): void => {
    ownOnly(d, actor);
    if (d.name === '')
      throw new AppError('invalid_input', 'name: give the recipe a name, as stations send it', { field: 'name' });
  };
  return decide({ id, seenRevision, reason, certify, state: 'draft' }, own, async (tx, r) => {
    if (r.beyond.length === 0)
      return putInUse(tx, r.d, r.recipe, r.certificate, {
        actor,
        author: actor,
        reason: r.why,
        decision: 'within the limits of the trial',
      });
    return propose(tx, r, actor);
  });
}

/** The draft waits for another engineer, who sees why its author alone may not decide. */
async function propose(tx: Tx, { d, why, beyond }: Ready, actor: string): Promise<ReleaseOutcome> {
  await tx.exec(
    sql`UPDATE metrology_recipe_draft SET state = 'proposed', reason = ${why}, decided_by = NULL, decided_at = NULL, decision_reason = NULL, updated_at = now() WHERE id = ${d.id}`,
  );
  await audit(tx, {
    actor,
    action: 'propose',
    entity: 'metrology recipe draft',
    entityId: d.id,
    after: { beyond },
    reason: why,
  });
  await feed(tx, [
    {
      kind: 'recipe',
      text: `${d.name}: ${actor} asks another engineer to approve a draft: ${why}`,
      detail: { recipeId: d.recipe_id, draftId: d.id },
    },
  ]);
  return { kind: 'proposed', beyond };
}

/**
 * A second engineer puts a proposed draft in use.
 * @throws AppError `forbidden` for its own author; `precondition_failed` when the version in force changed since; `conflict` when it was decided already.
 */
export async function approveDraft(
  id: string,
  seenRevision: number,
  reason: unknown,
  actor: string,
  certify: Certify = certifyRecipe,
): Promise<ReleaseOutcome> {
  const other = (d: Draft): void => {
    if (d.author === actor)
      throw new AppError('forbidden', 'a second person decides: ask another engineer to approve your draft');
  };
  return decide({ id, seenRevision, reason, certify, state: 'proposed' }, other, async (tx, { d, recipe, certificate, why }) => {
    await audit(tx, {
      actor,
      action: 'approve',
      entity: 'metrology recipe draft',
      entityId: d.id,
      after: { author: d.author },
      reason: why,
    });
    return putInUse(tx, d, recipe, certificate, { actor, author: d.author, reason: d.reason!, decision: why });
  });
}

/** Gives a proposed draft back to its author: another engineer rejects it, or the author withdraws it. */
export async function returnDraft(id: string, seenRevision: number, reason: unknown, actor: string): Promise<void> {
  const why = reasonOf(reason);
  await transaction(async (tx) => {
    const d = await lockDraft(tx, id, seenRevision, ['proposed']);
    await tx.exec(
      sql`UPDATE metrology_recipe_draft SET state = 'draft', decided_by = ${actor}, decided_at = now(), decision_reason = ${why}, updated_at = now() WHERE id = ${d.id}`,
    );
    const action = d.author === actor ? 'withdraw' : 'reject';
    await audit(tx, {
      actor,
      action,
      entity: 'metrology recipe draft',
      entityId: d.id,
      after: { author: d.author },
      reason: why,
    });
  });
}
