import type { MetrologyRecipe, RecipeIssue } from '@/lib/recipes';
import { parseNumber } from '../format';

/**
 * A recipe being edited: structured as a recipe, though its fields may hold values that are not accepted yet. Fields are named by path,
 * "sample.films.0.name".
 */
export type Draft = MetrologyRecipe;

type Bag = Record<string, unknown>;

export function valueAt(root: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((v, k) => (v === null || v === undefined ? undefined : (v as Bag)[k]), root);
}

/** A copy with another value in one field; everything off the path is shared. */
export function withValue<T>(root: T, path: string, value: unknown): T {
  const put = (node: unknown, keys: readonly string[]): unknown => {
    const [key, ...rest] = keys;
    if (key === undefined) return value;
    if (Array.isArray(node)) return node.map((v, i) => (String(i) === key ? put(v, rest) : v));
    return { ...(node as Bag), [key]: put((node as Bag | undefined)?.[key], rest) };
  };
  return put(root, path.split('.')) as T;
}

/** The list with the entry at `from` moved to `to`. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const rest = list.filter((_, i) => i !== from);
  return [...rest.slice(0, to), list[from]!, ...rest.slice(to)];
}

/** A number, otherwise the name of a parameter; NaN for an empty field. */
export function parseQuantity(text: string): number | string {
  const v = parseNumber(text);
  const s = text.trim();
  return Number.isNaN(v) && s !== '' ? s : v;
}

/** A value as its field shows it. */
export const fieldOf = (v: unknown): string =>
  v === null || v === undefined || (typeof v === 'number' && Number.isNaN(v)) ? '' : String(v);

/** Issues of a field, and with `deep` of everything below it. */
export const issuesAt = (issues: readonly RecipeIssue[], path: string, deep = false): RecipeIssue[] =>
  issues.filter((i) => i.path === path || (deep && i.path.startsWith(`${path}.`)));

const WORDS = new Set(['kind', 'name', 'rule']);

/** Renames a parameter wherever the sample and the ties use it. */
export function renameParameter(recipe: Draft, at: number, to: string): Draft {
  const from = recipe.parameters[at]!.name;
  const walk = (v: unknown, key: string): unknown => {
    if (typeof v === 'string') return !WORDS.has(key) && v === from ? to : v;
    if (Array.isArray(v)) return v.map((x) => walk(x, key));
    if (v === null || typeof v !== 'object') return v;
    return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, walk(x, k)]));
  };
  const isShared = recipe.parameters.some((p, i) => i !== at && p.name === from);
  return {
    ...recipe,
    sample: isShared ? recipe.sample : (walk(recipe.sample, '') as Draft['sample']),
    parameters: recipe.parameters.map((p, i) => {
      if (i === at) return { ...p, name: to };
      if (p.role.kind !== 'tied' || isShared) return p;
      const terms = p.role.terms.map((t) => (t.parameter === from ? { ...t, parameter: to } : t));
      return { ...p, role: { ...p.role, terms } };
    }),
  };
}

/** Values of all parameters in the recipe's order: as tried where tried, else as in the recipe; ties follow. */
export function valuesOf(recipe: MetrologyRecipe, tried: Readonly<Record<string, number>>): number[] {
  const own = new Map(recipe.parameters.map((p) => [p.name, tried[p.name] ?? p.value]));
  return recipe.parameters.map((p) =>
    p.role.kind === 'tied'
      ? p.role.terms.reduce((s, t) => s + t.factor * (own.get(t.parameter) ?? Number.NaN), p.role.offset)
      : own.get(p.name)!,
  );
}

/** The recipe with the tried values as its starts. */
export const withStarts = (recipe: Draft, tried: Readonly<Record<string, number>>): Draft => ({
  ...recipe,
  parameters: recipe.parameters.map((p) => (tried[p.name] === undefined ? p : { ...p, value: tried[p.name]! })),
});
