import { AppError } from '@/lib/errors';
import type { MetrologyRecipe } from '@/lib/formats/metrology-recipe';

/** A specification with every named parameter replaced by its number. */
export type Resolved<T> = T extends string
  ? T extends `${infer _}`
    ? string extends T
      ? number
      : T
    : never
  : T extends number
    ? number
    : T extends readonly (infer U)[]
      ? Resolved<U>[]
      : T extends object
        ? { [K in keyof T]: K extends 'name' | 'kind' | 'rule' ? T[K] : Resolved<T[K]> }
        : T;

/** Strings below these keys are words of the schema; any other string is the name of a parameter. */
const WORDS = new Set(['kind', 'name', 'rule']);

function walk(value: unknown, key: string, onName: (name: string, path: string) => number, path: string): unknown {
  if (typeof value === 'string') return WORDS.has(key) ? value : onName(value, path);
  if (Array.isArray(value)) return value.map((v, i) => walk(v, key, onName, `${path}.${i}`));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, walk(v, k, onName, path === '' ? k : `${path}.${k}`)]));
}

/** The specification at given parameter values. */
export function resolve<T>(spec: T, lookup: (name: string) => number): Resolved<T> {
  return walk(spec, '', lookup, '') as Resolved<T>;
}

/** Names of the parameters that a specification uses, with the path of their first use. */
export function parametersOf(spec: unknown): Map<string, string> {
  const found = new Map<string, string>();
  walk(
    spec,
    '',
    (name, path) => {
      if (!found.has(name)) found.set(name, path);
      return 0;
    },
    '',
  );
  return found;
}

/** Lengths that no sample has below 0: there the model itself is not defined. */
const LENGTHS = /\.(thickness(Nm|A)|roughnessTopA|heightNm|sigma[XZ]Nm)$/;

/** A parameter that stands for a length may not be searched below 0. */
function checkLengths(recipe: MetrologyRecipe, bad: (field: string, message: string) => never): void {
  const lowest = new Map(
    recipe.parameters.flatMap((p, i) => (p.role.kind === 'free' ? [[p.name, [i, p.role.lower]] as const] : [])),
  );
  walk(
    recipe.sample,
    '',
    (name, path) => {
      const [i, lower] = lowest.get(name) ?? [0, 0];
      if (lower < 0 && LENGTHS.test(`.${path}`))
        bad(`parameters.${i}.role.lower`, `is ${lower}, and "${name}" is a length (sample.${path}), which is 0 or more; give 0`);
      return 0;
    },
    '',
  );
}

/**
 * What a schema cannot know of a recipe: that every name means a parameter, that starts lie in their bounds, that ties lead to parameters that are not
 * tied themselves, that at least one parameter is free and that each free one is used.
 * @throws AppError `invalid_input` with the field's path.
 */
export function checkRecipe(recipe: MetrologyRecipe): void {
  const bad = (field: string, message: string): never => {
    throw new AppError('invalid_input', `${field}: ${message}`, { field });
  };
  const byName = new Map(recipe.parameters.map((p) => [p.name, p]));
  if (byName.size < recipe.parameters.length) bad('parameters', 'two have the same name; rename one');
  const used = parametersOf(recipe.sample);
  for (const [name, path] of used)
    if (!byName.has(name)) bad(`sample.${path}`, `there is no parameter "${name}"; add it or give a number`);
  checkLengths(recipe, bad);
  for (const [i, p] of recipe.parameters.entries()) {
    const { role } = p;
    if (role.kind === 'free' && !(role.lower < role.upper))
      bad(`parameters.${i}.role`, `lower ${role.lower} must be below upper ${role.upper}`);
    if (role.kind === 'free' && !(p.value >= role.lower && p.value <= role.upper))
      bad(`parameters.${i}.value`, `${p.value} lies outside its bounds [${role.lower}, ${role.upper}]`);
    if (role.kind === 'tied') {
      for (const t of role.terms) {
        const to = byName.get(t.parameter);
        if (to === undefined) bad(`parameters.${i}.role`, `there is no parameter "${t.parameter}"`);
        else {
          if (to.role.kind === 'tied') bad(`parameters.${i}.role`, `"${t.parameter}" is tied itself; tie to what it is tied to`);
          if (used.has(p.name) && !used.has(to.name)) used.set(to.name, `parameters.${i}.role`);
        }
      }
    }
  }
  const free = recipe.parameters.filter((p) => p.role.kind === 'free');
  if (free.length === 0) bad('parameters', 'none is free; a fit needs at least one');
  for (const p of free)
    if (!used.has(p.name)) bad('parameters', `"${p.name}" is free but the sample does not use it; fix or remove it`);
  const names = new Set(recipe.channels.map((c) => c.name));
  if (names.size < recipe.channels.length) bad('channels', 'two have the same name; rename one');
  const xray = recipe.sample.kind === 'xrr' || recipe.sample.kind === 'saxs-lines';
  for (const [i, c] of recipe.channels.entries())
    if ((c.quantity === 'intensity') !== xray)
      bad(`channels.${i}.quantity`, xray ? 'an X-ray curve has channels of intensity' : 'intensity belongs to X-ray curves');
}
