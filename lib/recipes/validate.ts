import { AppError } from '@/lib/errors';
import { type MetrologyRecipe, metrologyRecipeIn } from '@/lib/formats/metrology-recipe';
import { checkRecipe } from './resolve';

/** What is wrong with a draft, at the path of its field: "sample.films.0.thicknessNm". */
export interface RecipeIssue {
  readonly path: string;
  readonly message: string;
}

/** Words for what the schema says in its own. */
function wordsOf(issue: { code?: string; path: readonly PropertyKey[]; message: string; input?: unknown }): string {
  if (issue.code === 'invalid_union' && issue.path.length > 0) return 'give a number or the name of a parameter';
  if (issue.code === 'invalid_type') return issue.message.includes('number') ? 'give a number' : 'fill this in';
  if (issue.code === 'too_small' && issue.message.includes('string')) return 'fill this in';
  return issue.message;
}

/** Checks a draft as the server will: by schema, then by what a schema cannot know. The recipe is null where it is not one yet. */
export function recipeIssues(draft: unknown): { recipe: MetrologyRecipe | null; issues: RecipeIssue[] } {
  const parsed = metrologyRecipeIn.safeParse(draft);
  if (!parsed.success)
    return { recipe: null, issues: parsed.error.issues.map((i) => ({ path: i.path.join('.'), message: wordsOf(i) })) };
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
