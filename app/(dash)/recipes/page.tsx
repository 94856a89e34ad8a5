import type { Metadata } from 'next';
import Link from 'next/link';
import { mayAs } from '@/lib/services/actor';
import { keepDraft } from '@/lib/services/recipes/drafts';
import { setRecipeActive } from '@/lib/services/recipes/recipes';
import { draftsOf } from '@/lib/services/recipes/views/drafts';
import { listRecipes } from '@/lib/services/recipes/views/recipes';
import { PageHead, Panel } from '@/lib/ui/components/panel';
import { pageActor } from '../session';
import { NewRecipe } from './new-recipe';
import { RecipeTable } from './recipe-table';

export const metadata: Metadata = { title: 'Recipes' };

export default async function RecipesPage() {
  const actor = await pageActor('/recipes');
  const rows = await listRecipes(Date.now());
  const fresh = await draftsOf(null);
  const out = rows.filter((r) => !r.active).length;
  return (
    <>
      <PageHead
        title="Metrology recipes"
        sub="How a spectrum or a scattering curve becomes values with uncertainty: the model of the sample, what is fitted, and when a fit is refused"
        actions={<NewRecipe may={mayAs(actor.role, keepDraft.least)} recipes={rows.map(({ id, name }) => ({ id, name }))} />}
      />
      {fresh.length > 0 ? (
        <Panel title="Drafts of new recipes" className="mb-3">
          <ul>
            {fresh.map((d) => (
              <li key={d.id}>
                <Link className="link underline" href={`/recipes/new?draft=${d.id}`}>
                  {d.name || 'without a name'}
                </Link>
                {`, ${d.operation}, by ${d.author}${d.state === 'proposed' ? ': waits for another engineer' : ''}`}
              </li>
            ))}
          </ul>
        </Panel>
      ) : null}
      <Panel title="Recipes" flush note={`${rows.length} recipes${out > 0 ? `, ${out} out of use` : ''}`}>
        <RecipeTable rows={rows} may={mayAs(actor.role, setRecipeActive.least)} />
      </Panel>
    </>
  );
}
