import { AppError } from '@/lib/errors';

/**
 * Relations between the fields of one input. An option that has no meaning beside the others is refused, never ignored.
 * The length of a matrix is the number of its rows.
 */
export interface Relations {
  /** Lists (or matrices, by rows) with corresponding entries: of equal length where given. */
  readonly sameLength?: readonly (readonly string[])[];
  /** Matrices whose rows are as long as a list, or as the rows of another matrix: `[matrix, list or matrix]`. */
  readonly columns?: readonly (readonly [string, string])[];
  /** Field of indices (from 0) → the list that they index. */
  readonly indices?: Readonly<Record<string, string>>;
  /** Fields that only work together: all or none. */
  readonly together?: readonly (readonly string[])[];
  /** At least one of these must be given. */
  readonly someOf?: readonly (readonly string[])[];
  /** At most one of these may be given; `needed`: exactly one. */
  readonly oneOf?: readonly { readonly fields: readonly string[]; readonly needed?: boolean }[];
  /** Field → another without which it has no effect. */
  readonly needs?: Readonly<Record<string, string>>;
  /** Field → the choices of another with which it has an effect, and the default of that other. */
  readonly onlyWith?: Readonly<
    Record<string, { readonly field: string; readonly in: readonly unknown[]; readonly default?: unknown }>
  >;
  /** Field → others that together make it ineffective. */
  readonly idle?: Readonly<Record<string, readonly string[]>>;
  /** Lists of names without repetition. */
  readonly distinct?: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

const refuse = (field: string, message: string): never => {
  throw new AppError('invalid_input', `${field}: ${message}`, { field });
};
const lengthOf = (v: unknown): number => (v as ArrayLike<unknown>).length;
const isGiven = (i: Fields, field: string): boolean => i[field] !== undefined;
/** The first entry that is repeated. */
function repeated<T>(entries: readonly T[]): T | undefined {
  const seen = new Set<T>();
  return entries.find((v) => seen.size === seen.add(v).size);
}
const list = (fields: readonly string[]): string => fields.join(', ');

/** @throws AppError `invalid_input` naming the field that does not fit the others, and what to do. */
export function checkRelations(f: { readonly relations?: Relations }, input: Fields): void {
  const r = f.relations;
  if (!r) return;
  for (const { fields, needed } of r.oneOf ?? []) {
    const given = fields.filter((name) => isGiven(input, name));
    if (given.length > 1)
      refuse(given[1]!, `stands beside ${given[0]}, and only one of ${list(fields)} can count; leave one out`);
    if (needed && given.length === 0) refuse(fields[0]!, `is missing; give one of ${list(fields)}`);
  }
  for (const fields of r.someOf ?? [])
    if (!fields.some((name) => isGiven(input, name))) refuse(fields[0]!, `is missing; give one of ${list(fields)}, or several`);
  for (const fields of r.together ?? []) {
    const missing = fields.filter((name) => !isGiven(input, name));
    if (missing.length > 0 && missing.length < fields.length)
      refuse(missing[0]!, `is missing; ${list(fields)} only count together: give all of them, or none`);
  }
  for (const [field, other] of Object.entries(r.needs ?? {}))
    if (isGiven(input, field) && !isGiven(input, other))
      refuse(field, `does nothing without ${other}; give ${other} too, or leave it out`);
  for (const [field, { field: other, in: choices, default: fallback }] of Object.entries(r.onlyWith ?? {})) {
    const chosen = input[other] ?? fallback;
    if (isGiven(input, field) && !choices.includes(chosen))
      refuse(
        field,
        `does nothing where ${other} is ${String(chosen)}; it belongs to ${choices.map(String).join(', ')}. Leave it out`,
      );
  }
  for (const [field, others] of Object.entries(r.idle ?? {}))
    if (isGiven(input, field) && others.every((name) => isGiven(input, name)))
      refuse(field, `does nothing beside ${others.join(' and ')}, which leave nothing to estimate; leave it out, or one of them`);
  for (const fields of r.sameLength ?? []) {
    const given = fields.filter((name) => isGiven(input, name));
    const wrong = given.find((name) => lengthOf(input[name]) !== lengthOf(input[given[0]!]));
    if (wrong !== undefined)
      refuse(wrong, `has ${lengthOf(input[wrong])} entries, ${given[0]} has ${lengthOf(input[given[0]!])}; give one entry each`);
  }
  for (const [field, other] of r.columns ?? []) checkColumns(input, field, other);
  for (const [field, of] of Object.entries(r.indices ?? {})) {
    if (!isGiven(input, field) || !isGiven(input, of)) continue;
    const n = lengthOf(input[of]);
    const places = input[field] as readonly number[];
    const wrong = places.find((k) => k >= n);
    if (wrong !== undefined)
      refuse(field, `${wrong} is no place in ${of}, which has ${n} entries: places run from 0 to ${n - 1}`);
    const twice = repeated(places);
    if (twice !== undefined) refuse(field, `${twice} is given twice; give every index once`);
  }
  for (const field of r.distinct ?? []) {
    const twice = repeated((input[field] ?? []) as readonly string[]);
    if (twice !== undefined) refuse(field, `"${twice}" is given twice; name every column differently`);
  }
}

function checkColumns(input: Fields, field: string, other: string): void {
  if (!isGiven(input, field) || !isGiven(input, other)) return;
  const first = (input[other] as ArrayLike<unknown>)[0];
  const isMatrix = typeof first === 'object' && first !== null;
  const want = isMatrix ? lengthOf(first) : lengthOf(input[other]);
  const got = lengthOf((input[field] as ArrayLike<unknown>)[0] ?? []);
  if (got !== want) refuse(field, `its rows have ${got} values, ${other} has ${want}${isMatrix ? ' a row' : ''}`);
}
