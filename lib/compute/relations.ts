import { AppError } from '@/lib/errors';

/**
 * What the fields of one input have to do with each other. An option that has no meaning beside the others is refused, never passed over.
 * The length of a matrix is the number of its rows.
 */
export interface Relations {
  /** Lists (or matrices, by rows) that have one entry for the same thing each: of one length where they are given. */
  readonly sameLength?: readonly (readonly string[])[];
  /** Matrices whose rows are as long as a list, or as the rows of another matrix: `[matrix, list or matrix]`. */
  readonly columns?: readonly (readonly [string, string])[];
  /** Field of indices (from 0) → the list that they count. */
  readonly indices?: Readonly<Record<string, string>>;
  /** Fields that only count together: all or none. */
  readonly together?: readonly (readonly string[])[];
  /** Of these one or more must be given. */
  readonly someOf?: readonly (readonly string[])[];
  /** Of these at most one may be given; `needed` when one must. */
  readonly oneOf?: readonly { readonly fields: readonly string[]; readonly needed?: boolean }[];
  /** Field → another without which it does nothing. */
  readonly needs?: Readonly<Record<string, string>>;
  /** Field → the choices of another under which it does something, and what that other is when left out. */
  readonly onlyWith?: Readonly<
    Record<string, { readonly field: string; readonly in: readonly unknown[]; readonly default?: unknown }>
  >;
  /** Field → others that together leave it nothing to do. */
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
/** The first entry that stands there a second time. */
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
    if (twice !== undefined) refuse(field, `${twice} stands there twice; give every place once`);
  }
  for (const field of r.distinct ?? []) {
    const twice = repeated((input[field] ?? []) as readonly string[]);
    if (twice !== undefined) refuse(field, `"${twice}" stands there twice; give every column a name of its own`);
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
