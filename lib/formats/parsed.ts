import { z } from 'zod';
import { AppError } from '@/lib/errors';
import { issuePath, issueWords } from './issue-words';

/** Most faults that are reported; an input that is nothing like its schema has one for every field. */
const MOST_ISSUES = 8;

/**
 * An input through its schema.
 * @param names - the field in the words of a form, by its name in the schema; not given: the path.
 * @throws AppError `invalid_input`, "field: what is wrong", with `details.field` and `details.issues`.
 */
export function parsed<T>(schema: z.ZodType<T>, input: unknown, names: Readonly<Record<string, string>> = {}): T {
  const r = schema.safeParse(input);
  if (r.success) return r.data;
  const issues = r.error.issues.slice(0, MOST_ISSUES).map((i) => ({ path: issuePath(i), message: issueWords(i, input) }));
  const first = issues[0]!;
  const word = first.path
    .split('.')
    .map((k) => names[k])
    .findLast((w) => w !== undefined);
  throw new AppError('invalid_input', `${word ?? (first.path || 'input')}: ${first.message}`, { field: first.path, issues });
}

/** The query of an address through its schema; faults name the query parameter, which is no field of a body. @throws AppError as {@link parsed}. */
export function parsedQuery<T>(schema: z.ZodType<T>, query: Readonly<Record<string, string>>): T {
  try {
    return parsed(schema, query);
  } catch (e) {
    if (!(e instanceof AppError)) throw e;
    const message = e.message.replace('is not a known field', 'is not known');
    throw new AppError(e.code, `query parameter ${message}`, e.details, { cause: e });
  }
}

/** One value through its schema, under the name of the field that it came by. @throws AppError as {@link parsed}. */
export const parsedField = <T>(field: string, schema: z.ZodType<T>, value: unknown): T =>
  parsed(z.object({ [field]: schema }), { [field]: value })[field] as T;

/** The id of a record, from an address or a form. @throws AppError as {@link parsed}. */
export const parsedId = (field: string, value: unknown): string =>
  parsedField(field, z.uuid(`must be the id of a ${field}`), value);
