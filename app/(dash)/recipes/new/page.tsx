import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { AppError } from '@/lib/errors';
import { type RecipeView, recipeLists, recipeView } from '@/lib/services/views/recipes';
import { param, type SearchParams } from '@/lib/ui/address';
import { TEMPLATES } from '@/lib/ui/recipes/templates';
import { pageActor } from '../../session';
import { RecipeEditor } from '../editor';

export const metadata: Metadata = { title: 'New recipe' };

/** What a recipe that does not exist yet shows: a template, or the content of another. */
async function start(from: string): Promise<RecipeView> {
  const blank = { id: '', active: false, version: 0, versions: [] };
  const template = TEMPLATES.find((t) => t.key === from);
  if (template) {
    const lists = await recipeLists();
    return {
      ...blank,
      name: '',
      operation: lists.operations[0] ?? '',
      product: null,
      content: template.content,
      certificate: null,
      recent: [],
      axes: [],
      lists,
    };
  }
  try {
    const source = await recipeView(from);
    return { ...source, ...blank, name: `${source.name}-copy` };
  } catch (e) {
    if (e instanceof AppError && e.code === 'not_found') notFound();
    throw e;
  }
}

export default async function NewRecipePage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const from = param(await searchParams, 'from') ?? TEMPLATES[0]!.key;
  const actor = await pageActor(`/recipes/new?from=${encodeURIComponent(from)}`);
  const may = actor.role === 'engineer' || actor.role === 'administrator';
  return <RecipeEditor key={from} data={await start(from)} may={may} />;
}
