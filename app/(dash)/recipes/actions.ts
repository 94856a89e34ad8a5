'use server';
import { revalidatePath } from 'next/cache';
import { requireActor } from '@/lib/auth';
import { certifyOnThread } from '@/lib/services/recipes/certify-on-thread';
import { discardDraft, keepDraft } from '@/lib/services/recipes/drafts';
import { setRecipeActive } from '@/lib/services/recipes/recipes';
import { approveDraft, type ReleaseOutcome, releaseDraft, returnDraft } from '@/lib/services/recipes/release-draft';
import { startSurrogate, stopSurrogate } from '@/lib/services/recipes/surrogates';
import { startTrial, stopTrial } from '@/lib/services/recipes/trial';
import { type TrialSites, trialSites } from '@/lib/services/recipes/views/trial';
import { type SiteSpectra, siteSpectra } from '@/lib/services/spectra/views/curves';
import type { ActionResult } from '@/lib/ui/action-result';
import { act } from '../session';

/** Keeps what is being edited; nothing of it is used. Its id and revision, or why it could not be kept. */
export async function autosave(draft: unknown): Promise<{ kept: { id: string; revision: number } | null; error: string | null }> {
  let kept: { id: string; revision: number } | null = null;
  const r = await act(
    'engineer',
    async (actor) => {
      kept = await keepDraft(draft, actor.email);
    },
    '',
  );
  return { kept, error: r.ok ? null : r.error };
}

export async function dropDraft(id: string, revision: number): Promise<ActionResult> {
  const result = await act('engineer', (actor) => discardDraft(id, revision, actor.email), 'The draft is discarded.');
  revalidatePath('/recipes', 'layout');
  return result;
}

export async function tryDraft(id: string, revision: number): Promise<ActionResult> {
  const result = await act(
    'engineer',
    (actor) => startTrial(id, revision, actor.email, certifyOnThread),
    'The trial is running on stored spectra.',
  );
  revalidatePath('/recipes', 'layout');
  return result;
}

export async function endTrial(trialId: string): Promise<ActionResult> {
  const result = await act('engineer', () => stopTrial(trialId), 'Stopped.');
  revalidatePath('/recipes', 'layout');
  return result;
}

const outcomeWords = (o: ReleaseOutcome | null): string =>
  o?.kind === 'in_use'
    ? `Version ${o.version} is in use: spectra that arrive from now on are fitted by it.`
    : 'It waits for another engineer: nothing has changed yet.';

/** Puts a draft in use, or asks another engineer to; the recipe's id where it is in use. */
export async function release(
  id: string,
  revision: number,
  reason: string,
): Promise<{ result: ActionResult; recipeId: string | null }> {
  return decide((email) => releaseDraft(id, revision, reason, email, certifyOnThread));
}

export async function approve(
  id: string,
  revision: number,
  reason: string,
): Promise<{ result: ActionResult; recipeId: string | null }> {
  return decide((email) => approveDraft(id, revision, reason, email, certifyOnThread));
}

async function decide(
  verb: (email: string) => Promise<ReleaseOutcome>,
): Promise<{ result: ActionResult; recipeId: string | null }> {
  let out: ReleaseOutcome | null = null;
  const done = await act(
    'engineer',
    async (actor) => {
      out = await verb(actor.email);
    },
    '',
  );
  revalidatePath('/recipes', 'layout');
  const o = out as ReleaseOutcome | null;
  return {
    result: done.ok ? { ok: true, message: outcomeWords(o) } : done,
    recipeId: o?.kind === 'in_use' ? o.recipeId : null,
  };
}

/** Gives a proposal back to its author. */
export async function giveBack(id: string, revision: number, reason: string): Promise<ActionResult> {
  const result = await act(
    'engineer',
    (actor) => returnDraft(id, revision, reason, actor.email),
    'The draft is with its author again.',
  );
  revalidatePath('/recipes', 'layout');
  return result;
}

export async function switchRecipe(id: string, seenVersion: number, active: boolean, reason: string): Promise<ActionResult> {
  const result = await act(
    'engineer',
    (actor) => setRecipeActive(id, seenVersion, active, reason, actor.email),
    active ? 'The recipe is back in use.' : 'The recipe is out of use: spectra that name it are refused.',
  );
  revalidatePath('/recipes', 'layout');
  return result;
}

/** Starts, or takes up again, the training of a surrogate for the version in force. */
export async function trainSurrogate(recipeId: string): Promise<ActionResult> {
  const result = await act(
    'engineer',
    (actor) => startSurrogate(recipeId, actor.email),
    'The training is running; fits use the surrogate as soon as it is ready.',
  );
  revalidatePath('/recipes', 'layout');
  return result;
}

export async function endSurrogate(surrogateId: string): Promise<ActionResult> {
  const result = await act('engineer', (actor) => stopSurrogate(surrogateId, actor.email), 'Stopped.');
  revalidatePath('/recipes', 'layout');
  return result;
}

/** What a trial made of every site, for its map and table. */
export async function fetchTrialSites(trialId: string): Promise<TrialSites> {
  await requireActor();
  return trialSites(trialId);
}

/** The curves of a measured site, to hold a draft against. */
export async function fetchMeasured(spectrumId: string, site: number): Promise<SiteSpectra> {
  await requireActor();
  return siteSpectra(String(spectrumId), Number(site));
}
