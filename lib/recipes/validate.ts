import { AppError } from '@/lib/errors';
import { type SchemaFault, schemaFaults } from '@/lib/formats/issue-words';
import { type MetrologyRecipe, metrologyRecipeIn } from '@/lib/formats/metrology-recipe';
import { checkRecipe } from './resolve';

/** What is wrong with a draft, at the path of its field: "sample.films.0.thicknessNm". */
export type RecipeIssue = SchemaFault;

/** Checks a draft as the server will: by schema, then by what a schema cannot know. The recipe is null where it is not one yet. */
export function recipeIssues(draft: unknown): { recipe: MetrologyRecipe | null; issues: RecipeIssue[] } {
  const parsed = metrologyRecipeIn.safeParse(draft);
  if (!parsed.success) return { recipe: null, issues: schemaFaults(parsed.error, draft, { most: Number.POSITIVE_INFINITY }) };
  try {
    checkRecipe(parsed.data);
    return { recipe: parsed.data, issues: [] };
  } catch (e) {
    if (!(e instanceof AppError)) throw e;
    const field = String(e.details['field'] ?? '');
    const message = e.message.startsWith(`${field}: `) ? e.message.slice(field.length + 2) : e.message;
    return { recipe: null, issues: [{ path: field, message }] };
  }
}
