import type { z } from 'zod';
import { AppError } from '@/lib/errors';
import type { Report } from '@/lib/threads/thread';
import type { Relations } from './relations';

export type { Report };

/** A column that a CSV file may have. */
export interface ColumnSpec {
  /** Column and field of the input; other spellings (`field_x`, `Field X (mm)`, `fieldXMm`) are recognised. */
  readonly name: string;
  /** Unit of the field; taken from the name where that ends in one (`wavelengthNm`). A column that names another is converted, or refused. */
  readonly unit?: string;
  /** Column whose unit this one shares. */
  readonly unitOf?: string;
  /** Other names of the column, unit included, without spaces and signs (`wavelengthnm`). */
  readonly also?: readonly string[];
  readonly kind?: 'number' | 'text';
  readonly isOptional?: boolean;
}

export type Column = ArrayLike<number | string | boolean | null>;

/** How the columns of a CSV file become fields of the input, and how a result becomes columns. */
export interface TableForm {
  readonly columns?: readonly ColumnSpec[];
  /** All other columns, row by row (or, transposed, column by column), as this matrix; their names as another field. */
  readonly rest?: { readonly field: string; readonly names?: string; readonly isTransposed?: boolean; readonly text: string };
  /** Columns of numbers that such a file may hold beside the fields: positions that this function does not need, or its own earlier results. */
  readonly beside?: readonly string[];
  /** Rows of the file with the same label form one row of this matrix. */
  readonly group?: { readonly label: string; readonly value: string; readonly field: string };
  /** Tables of the result by name; the first is written unless another is requested. */
  // biome-ignore lint/suspicious/noExplicitAny: only its own definition knows the result of a function
  readonly write?: Readonly<Record<string, (result: any, input: any) => Readonly<Record<string, Column>>>>;
}

/** One function of the registry: its input, its computation, and how tables map to it. */
export interface ComputeFunction {
  /** `capability/function`. */
  readonly path: string;
  readonly title: string;
  /** What it computes, by which method, in which units. */
  readonly text: string;
  readonly input: z.ZodObject;
  readonly run: (input: never, report: Report) => unknown;
  /** Relations between its fields; checked before it runs. */
  readonly relations?: Relations;
  /** Paths of the result (`*` for any index or key) that may be NaN or infinite; elsewhere that is refused. */
  readonly gaps?: readonly string[];
  readonly table?: TableForm;
  /** Takes seconds, so it shows progress. */
  readonly isLong?: boolean;
  readonly example: Readonly<Record<string, unknown>>;
}

/** Ties the type of `run` to the schema of the input. */
export function define<S extends z.ZodObject, R>(
  f: Omit<ComputeFunction, 'input' | 'run' | 'table' | 'example'> & {
    readonly input: S;
    readonly run: (input: z.output<S>, report: Report) => R;
    readonly table?: Omit<TableForm, 'write'> & {
      readonly write?: Readonly<Record<string, (result: R, input: z.output<S>) => Readonly<Record<string, Column>>>>;
    };
    readonly example: z.input<S> & Readonly<Record<string, unknown>>;
  },
): ComputeFunction {
  return f;
}

export interface Capability {
  readonly functions: readonly ComputeFunction[];
}

/** The object without properties that are `undefined`: an option that was not given is absent. */
export function given<T extends object>(o: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(o).filter(([, v]) => v !== undefined)) as never;
}

/** Whether each plotted point is among `indices`, for a column; null where there is no point. */
export function flags(plotted: ArrayLike<number>, indices: readonly number[]): (boolean | null)[] {
  const marked = new Set(indices);
  return Array.from(plotted, (v, i) => (Number.isNaN(v) ? null : marked.has(i)));
}

/** Bytes as base64, in chunks that fit the argument list of a call. */
export function base64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}

/** The bytes of a base64 text. */
export const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

/**
 * Lists of a stored model must be as long as its sizes say: one that was truncated or edited by hand is refused.
 * @param expected - field → [list, length it must have].
 */
export function checkLengths(field: string, expected: Readonly<Record<string, readonly [ArrayLike<unknown>, number]>>): void {
  for (const [name, [list, length]] of Object.entries(expected))
    if (list.length !== length)
      throw new AppError(
        'invalid_input',
        `${field}.${name}: has ${list.length} values, this model needs ${length}; pass the model on as it was trained`,
        {
          field: `${field}.${name}`,
        },
      );
}

/** Default names of a model that was given none: x1, x2, … */
const isNumbered = (names: readonly string[]): boolean => names.every((name, j) => name === `x${j + 1}`);

/**
 * Rows with their columns in the order of a model: by name where both have names (order does not matter), by position where one has none.
 * @param own - names of the model's columns. @param given - names of the columns of x. @param field - field of the names, for refusals.
 * @throws AppError `invalid_input` naming the columns that the model does not know, or lacks.
 */
export function inModelOrder(
  x: readonly (readonly number[])[],
  own: readonly string[] | undefined,
  given: readonly string[] | undefined,
  field: string,
): readonly (readonly number[])[] {
  if (!own || !given) return x;
  const place = new Map(given.map((name, j) => [name, j]));
  const missing = own.filter((name) => !place.has(name));
  if (missing.length === own.length && isNumbered(own) && given.length === own.length) return x;
  const unknown = given.filter((name) => !own.includes(name));
  if (missing.length > 0 || unknown.length > 0)
    throw new AppError(
      'invalid_input',
      `${field}: ${[
        missing.length > 0 ? `the model needs ${missing.join(', ')}, which ${missing.length === 1 ? 'is' : 'are'} not there` : '',
        unknown.length > 0 ? `it does not know ${unknown.join(', ')}` : '',
      ]
        .filter(Boolean)
        .join('; ')}; its columns are ${own.join(', ')}. Rename or leave out columns (--ignore)`,
      { field },
    );
  const order = own.map((name) => place.get(name)!);
  return x.map((row) => order.map((j) => row[j]!));
}
