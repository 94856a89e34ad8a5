import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { AppError } from '@/lib/errors';
import { mayAs } from '@/lib/services/actor';
import { keepDraft } from '@/lib/services/recipes/drafts';
import { approveDraft } from '@/lib/services/recipes/release-draft';
import { draftsOf, type RecipeDraft } from '@/lib/services/recipes/views/drafts';
import { type RecipeView, recipeLists, recipeView } from '@/lib/services/recipes/views/recipes';
import { param, type SearchParams } from '@/lib/ui/address';
import { needsRole } from '@/lib/ui/components/gate';
import { TEMPLATES } from '@/lib/ui/recipes/templates';
import { pageActor } from '../../session';
import { RecipeEditor } from '../editor';
import { TrialPanel } from '../trial-panel';

export const metadata: Metadata = { title: 'New recipe' };

/** The content of a recipe that does not exist yet: a template, or a copy of another recipe. */
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
  const q = await searchParams;
  const kept = param(q, 'draft');
  const from = param(q, 'from') ?? TEMPLATES[0]!.key;
  const actor = await pageActor(
    kept ? `/recipes/new?draft=${encodeURIComponent(kept)}` : `/recipes/new?from=${encodeURIComponent(from)}`,
  );
  const may = mayAs(actor.role, keepDraft.least);
  const draft = kept ? (await draftsOf(null)).find((x) => x.id === kept) : null;
  if (draft === undefined) notFound();
  const isOwn = draft === null || draft.author === actor.email;
  const first = await start(draft ? TEMPLATES[0]!.key : from);
  // One key, so that unsaved input survives when the first save changes the address.
  return (
    <>
      {isOwn ? null : (
        <TrialPanel
          draft={draft}
          revision={draft.revision}
          isOwn={false}
          waits={mayAs(actor.role, approveDraft.least) ? null : needsRole(approveDraft.least)}
        />
      )}
      <RecipeEditor
        key="new"
        data={draft ? { ...first, ...identityOf(draft) } : first}
        may={may && isOwn}
        own={isOwn ? draft : null}
      />
    </>
  );
}

const identityOf = ({ name, operation, product, content }: RecipeDraft) => ({ name, operation, product, content });
