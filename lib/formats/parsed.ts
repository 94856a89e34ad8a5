import { z } from 'zod';
import { AppError } from '@/lib/errors';
import { schemaFaults } from './issue-words';
import { recordIdIn, textFault } from './scalars';

/** How faults of an input are worded. */
export interface Told {
  /** Field labels of a form, by name in the schema; not given: the path. */
  readonly names?: Readonly<Record<string, string>>;
  /** The member of the input that a form or a machine fills in: its fields are named by their path within it. */
  readonly body?: string;
  /** As `schemaFaults` takes it. */
  readonly fields?: string;
}

/**
 * Parses an input with its schema.
 * @throws AppError `invalid_input`, "field: what is wrong", with `details.field` and `details.issues`.
 */
export function parsed<S extends z.ZodType>(schema: S, input: unknown, { names = {}, body, fields }: Told = {}): z.output<S> {
  const r = schema.safeParse(input);
  if (r.success) return withoutOddText(r.data, body);
  const within = body === undefined ? '' : `${body}.`;
  const issues = schemaFaults(r.error, input, { fields }).map((f) => ({
    ...f,
    path: within !== '' && f.path.startsWith(within) ? f.path.slice(within.length) : f.path,
  }));
  const first = issues[0]!;
  const word = first.path
    .split('.')
    .map((k) => names[k])
    .findLast((w) => w !== undefined);
  throw new AppError('invalid_input', `${word ?? (first.path || 'input')}: ${first.message}`, { field: first.path, issues });
}

/**
 * The same value, whose texts the database can keep as they are, however deep they stand.
 * @throws AppError `invalid_input` naming the field.
 */
function withoutOddText<T>(value: T, body: string | undefined): T {
  const visit = (v: unknown, path: string): void => {
    if (typeof v === 'string') {
      const fault = textFault(v);
      if (fault !== null) throw new AppError('invalid_input', `${path || 'input'}: ${fault}`, { field: path });
    } else if (Array.isArray(v)) {
      for (let i = 0; i < v.length; i++) if (typeof v[i] !== 'number') visit(v[i], path === '' ? String(i) : `${path}.${i}`);
    } else if (typeof v === 'object' && v !== null && !ArrayBuffer.isView(v))
      for (const [k, w] of Object.entries(v)) visit(w, path === '' ? (k === body ? '' : k) : `${path}.${k}`);
  };
  visit(value, '');
  return value;
}

/**
 * Parses the query of an address with its schema; faults name the query parameter, which is not a field of a body. @throws AppError as {@link
 * parsed}.
 */
export function parsedQuery<T>(schema: z.ZodType<T>, query: Readonly<Record<string, string>>): T {
  try {
    return parsed(schema, query);
  } catch (e) {
    if (!(e instanceof AppError)) throw e;
    const message = e.message.replace('is not a known field', 'is not known');
    throw new AppError(e.code, `query parameter ${message}`, e.details, { cause: e });
  }
}

/** The id of a record, from an address. @throws AppError as {@link parsed}. */
export const parsedId = (field: string, value: unknown): string =>
  parsed(z.object({ [field]: recordIdIn(field) }), { [field]: value })[field]!;
