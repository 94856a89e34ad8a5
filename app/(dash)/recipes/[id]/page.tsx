import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { AppError } from '@/lib/errors';
import { surrogatesOf } from '@/lib/services/spectra/surrogates';
import { type RecipeView, recipeView } from '@/lib/services/views/recipes';
import { pageActor } from '../../session';
import { RecipeEditor } from '../editor';
import { SurrogatePanel } from '../surrogate-panel';

export const metadata: Metadata = { title: 'Recipe' };

async function read(id: string): Promise<RecipeView> {
  try {
    return await recipeView(id);
  } catch (e) {
    if (e instanceof AppError && e.code === 'not_found') notFound();
    throw e;
  }
}

export default async function RecipePage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const actor = await pageActor(`/recipes/${id}`);
  const may = actor.role === 'engineer' || actor.role === 'administrator';
  const data = await read(id);
  return (
    <>
      <RecipeEditor key={id} data={data} may={may} />
      <SurrogatePanel
        recipeId={id}
        version={data.version}
        may={may}
        list={await surrogatesOf(id)}
        parameters={data.content.parameters}
      />
    </>
  );
}
