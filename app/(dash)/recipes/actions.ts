'use server';
import { revalidatePath } from 'next/cache';
import { requireActor } from '@/lib/auth';
import { certifyOnThread } from '@/lib/services/spectra/certify-on-thread';
import { changeRecipe, createRecipe, setRecipeActive } from '@/lib/services/spectra/recipes';
import { startSurrogate, stopSurrogate } from '@/lib/services/spectra/surrogates';
import { type SiteSpectra, siteSpectra } from '@/lib/services/views/spectra-curves';
import type { ActionResult } from '@/lib/ui/action-result';
import { act } from '../session';

export async function saveRecipe(id: string, seenVersion: number, content: unknown, reason: string): Promise<ActionResult> {
  const result = await act(
    'engineer',
    (actor) => changeRecipe(id, seenVersion, content, reason, actor.email, certifyOnThread),
    `Version ${seenVersion + 1} is in force: spectra that arrive from now on are fitted by it.`,
  );
  // After a refusal too: the page then shows whose version came between.
  revalidatePath('/recipes', 'layout');
  return result;
}

/** A new recipe; its id where it was made. */
export async function makeRecipe(recipe: unknown, reason: string): Promise<{ result: ActionResult; id: string | null }> {
  let id: string | null = null;
  const result = await act(
    'engineer',
    async (actor) => {
      id = await createRecipe(recipe, reason, actor.email, certifyOnThread);
    },
    'The recipe is in use: spectra that name it are fitted by it.',
  );
  if (result.ok) revalidatePath('/recipes', 'layout');
  return { result, id };
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
    'The training is at work; fits use the surrogate as soon as it is ready.',
  );
  revalidatePath('/recipes', 'layout');
  return result;
}

export async function endSurrogate(surrogateId: string): Promise<ActionResult> {
  const result = await act('engineer', (actor) => stopSurrogate(surrogateId, actor.email), 'Stopped.');
  revalidatePath('/recipes', 'layout');
  return result;
}

/** The curves of a measured site, to hold a draft against. */
export async function fetchMeasured(spectrumId: string, site: number): Promise<SiteSpectra> {
  await requireActor();
  return siteSpectra(String(spectrumId), Number(site));
}
