import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { AppError } from '@/lib/errors';
import { mayAs } from '@/lib/services/actor';
import { keepDraft } from '@/lib/services/recipes/drafts';
import { approveDraft } from '@/lib/services/recipes/release-draft';
import { startSurrogate, surrogatesOf } from '@/lib/services/recipes/surrogates';
import { draftsOf } from '@/lib/services/recipes/views/drafts';
import { type RecipeView, recipeView } from '@/lib/services/recipes/views/recipes';
import { needsRole } from '@/lib/ui/components/gate';
import { recipeDifference } from '@/lib/ui/recipes/recipe-diff';
import { pageActor } from '../../session';
import { RecipeEditor } from '../editor';
import { SurrogatePanel } from '../surrogate-panel';
import { TrialPanel } from '../trial-panel';

export const metadata: Metadata = { title: 'Recipe' };

async function read(id: string): Promise<RecipeView> {
  try {
    return await recipeView(id);
  } catch (e) {
    if (e instanceof AppError && e.code === 'not_found') notFound();
    throw e;
  }
}

/** The version that a draft is based on. */
const baseOf = (d: RecipeView, version: number): RecipeView['content'] =>
  d.versions.find((v) => v.version === version)?.content ?? d.content;

export default async function RecipePage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const actor = await pageActor(`/recipes/${id}`);
  const data = await read(id);
  const drafts = await draftsOf(data.id);
  const own = drafts.find((x) => x.author === actor.email) ?? null;
  return (
    <>
      <RecipeEditor key={id} data={data} may={mayAs(actor.role, keepDraft.least)} own={own} />
      {drafts
        .filter((x) => x !== own)
        .map((x) => (
          <TrialPanel
            key={x.id}
            draft={x}
            revision={x.revision}
            isOwn={false}
            waits={mayAs(actor.role, approveDraft.least) ? null : needsRole(approveDraft.least)}
            changes={recipeDifference(baseOf(data, x.baseVersion), x.content)}
          />
        ))}
      <SurrogatePanel
        recipeId={id}
        version={data.version}
        may={mayAs(actor.role, startSurrogate.least)}
        list={await surrogatesOf(id)}
        parameters={data.content.parameters}
      />
    </>
  );
}
