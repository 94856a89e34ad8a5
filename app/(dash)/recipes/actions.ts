'use server';
import { revalidatePath } from 'next/cache';
import { discardDraft, keepDraft } from '@/lib/services/recipes/drafts';
import { setRecipeActive } from '@/lib/services/recipes/recipes';
import { approveDraft, type ReleaseOutcome, releaseDraft, returnDraft } from '@/lib/services/recipes/release-draft';
import { startTrial, stopTrial } from '@/lib/services/recipes/start-trial';
import { startSurrogate, stopSurrogate } from '@/lib/services/recipes/surrogates';
import { type TrialSites, trialSites } from '@/lib/services/recipes/views/trial';
import { type SiteSpectra, siteSpectra } from '@/lib/services/spectra/views/curves';
import { asSent, type Verb } from '@/lib/services/verb';
import type { ActionResult } from '@/lib/ui/action-result';
import { act, actFor, readingActor } from '../session';

/** Saves what is being edited; nothing of it is used. Returns its id and revision, or why it could not be saved. */
export async function autosave(draft: unknown): Promise<{ kept: { id: string; revision: number } | null; error: string | null }> {
  const { result, value } = await actFor(keepDraft, asSent(draft), '');
  return { kept: value, error: result.ok ? null : result.error };
}

/** Runs one verb that changes what the recipe pages show. */
async function change<I>(verb: Verb<I, unknown>, input: NoInfer<I>, done: string): Promise<ActionResult> {
  const result = await act(verb, input, done);
  revalidatePath('/recipes', 'layout');
  return result;
}

export async function dropDraft(draft: string, revision: number): Promise<ActionResult> {
  return change(discardDraft, { draft, revision }, 'The draft is discarded.');
}

export async function tryDraft(draft: string, revision: number): Promise<ActionResult> {
  return change(startTrial, { draft, revision }, 'The trial is running on stored spectra.');
}

export async function endTrial(trial: string): Promise<ActionResult> {
  return change(stopTrial, { trial }, 'Stopped.');
}

const outcomeWords = (o: ReleaseOutcome): string =>
  o.kind === 'in_use'
    ? `Version ${o.version} is in use: spectra that arrive from now on are fitted by it.`
    : 'It waits for another engineer: nothing has changed yet.';

interface Decided {
  result: ActionResult;
  /** The recipe's id where it is in use. */
  recipeId: string | null;
}

/** Puts a draft in use, or proposes it to another engineer. */
export async function release(draft: string, revision: number, reason: string): Promise<Decided> {
  return decide(releaseDraft, { draft, revision, reason });
}

export async function approve(draft: string, revision: number, reason: string): Promise<Decided> {
  return decide(approveDraft, { draft, revision, reason });
}

async function decide<I>(verb: Verb<I, ReleaseOutcome>, input: NoInfer<I>): Promise<Decided> {
  const { result, value } = await actFor(verb, input, outcomeWords);
  revalidatePath('/recipes', 'layout');
  return { result, recipeId: value?.kind === 'in_use' ? value.recipeId : null };
}

/** Returns a proposal to its author. */
export async function giveBack(draft: string, revision: number, reason: string): Promise<ActionResult> {
  return change(returnDraft, { draft, revision, reason }, 'The draft is with its author again.');
}

export async function switchRecipe(recipe: string, seen: number, active: boolean, reason: string): Promise<ActionResult> {
  return change(
    setRecipeActive,
    { recipe, seen, active, reason },
    active ? 'The recipe is back in use.' : 'The recipe is out of use: spectra that name it are refused.',
  );
}

/** Starts or resumes the training of a surrogate for the version in force. */
export async function trainSurrogate(recipe: string): Promise<ActionResult> {
  return change(startSurrogate, { recipe }, 'The training is running; fits use the surrogate as soon as it is ready.');
}

export async function endSurrogate(surrogate: string): Promise<ActionResult> {
  return change(stopSurrogate, { surrogate }, 'Stopped.');
}

/** The result of a trial at every site, for its map and table. */
export async function fetchTrialSites(trialId: string): Promise<TrialSites> {
  await readingActor();
  return trialSites(trialId);
}

/** The curves of a measured site, to compare a draft with. */
export async function fetchMeasured(spectrumId: string, site: number): Promise<SiteSpectra> {
  await readingActor();
  return siteSpectra(String(spectrumId), Number(site));
}
