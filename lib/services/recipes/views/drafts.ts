import { db, sql } from '@/lib/db';
import type { MetrologyRecipe } from '@/lib/formats/metrology-recipe';
import { type TrialDifference, type TrialWafer, trialDifference } from '../trial-difference';

export interface RecipeTrial {
  id: string;
  /** Revision of the draft that was tried; a trial of an older revision does not count. */
  revision: number;
  baseVersion: number;
  state: 'running' | 'stopped' | 'ready' | 'failed';
  done: number;
  of: number;
  error: string | null;
  createdMs: number;
  /** Over the wafers done so far; null before the first. */
  difference: TrialDifference | null;
}

export interface RecipeDraft {
  id: string;
  recipeId: string | null;
  name: string;
  operation: string;
  product: string | null;
  baseVersion: number;
  content: MetrologyRecipe;
  revision: number;
  author: string;
  state: 'draft' | 'proposed';
  reason: string | null;
  updatedMs: number;
  /** The last decision, where the draft was returned. */
  decidedBy: string | null;
  decisionReason: string | null;
  /** The newest trial. */
  trial: RecipeTrial | null;
}

interface Row extends Omit<RecipeDraft, 'updatedMs' | 'trial'> {
  updated_at: Date;
  trial: {
    id: string;
    revision: number;
    baseVersion: number;
    state: RecipeTrial['state'];
    done: number;
    of: number;
    error: string | null;
    createdMs: number;
    results: TrialWafer[];
    content: MetrologyRecipe;
    base: MetrologyRecipe | null;
  } | null;
}

/** Open drafts of a recipe (null: of recipes that do not exist yet), proposed ones first, each with its newest trial. */
export async function draftsOf(recipeId: string | null): Promise<RecipeDraft[]> {
  const rows = await db().rows<Row>(sql`
    SELECT d.id, d.recipe_id AS "recipeId", d.name, d.operation, d.product, d.base_version AS "baseVersion", d.content, d.revision, d.author, d.state, d.reason, d.updated_at,
      d.decided_by AS "decidedBy", d.decision_reason AS "decisionReason",
      (SELECT jsonb_build_object('id', t.id, 'revision', t.revision, 'baseVersion', t.base_version, 'state', t.state, 'done', t.done, 'of', jsonb_array_length(t.refs), 'error', t.error,
          'createdMs', floor(extract(epoch FROM t.created_at) * 1000), 'results', t.results, 'content', t.content, 'base', v.content)
        FROM metrology_recipe_trial t LEFT JOIN metrology_recipe_version v ON v.recipe_id = d.recipe_id AND v.version = t.base_version
        WHERE t.draft_id = d.id ORDER BY t.created_at DESC LIMIT 1) AS trial
    FROM metrology_recipe_draft d WHERE d.state IN ('draft', 'proposed') AND d.recipe_id IS NOT DISTINCT FROM ${recipeId}::uuid
    ORDER BY d.state DESC, d.updated_at DESC LIMIT 50`);
  return rows.map(({ updated_at, trial, ...r }) => {
    if (trial === null) return { ...r, updatedMs: updated_at.getTime(), trial: null };
    const { results, content, base, ...t } = trial;
    const difference = results.length === 0 ? null : trialDifference(content, base, results);
    return { ...r, updatedMs: updated_at.getTime(), trial: { ...t, difference } };
  });
}
