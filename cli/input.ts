import { fstatSync, readFileSync } from 'node:fs';
import { readInput } from '@/lib/compute/answer';
import type { ComputeFunction } from '@/lib/compute/define';
import { inputFromTable } from '@/lib/compute/table';
import { AppError } from '@/lib/errors';
import { decodeText } from '@/lib/formats/csv/decode';
import { readTable } from '@/lib/formats/tables';
import type { Flag } from './flags';

export interface InputOptions {
  /** A file, `-` for standard input, or nothing. */
  readonly file: string | undefined;
  readonly map: Readonly<Record<string, string>>;
  readonly ignore: readonly string[];
}

/** Something is piped or redirected into the command. */
function isPiped(): boolean {
  try {
    const s = fstatSync(0);
    return s.isFIFO() || s.isFile() || s.isSocket();
  } catch {
    return false; // standard input is closed
  }
}

function bytesOf(file: string): Buffer {
  try {
    return readFileSync(file === '-' ? 0 : file);
  } catch (e) {
    const code = (e as NodeJS.ErrnoException).code ?? 'error';
    throw new AppError('invalid_input', `${file} cannot be read (${code}); give a JSON or CSV file, or - for standard input`, {
      field: 'input',
    });
  }
}

/** Text of a file, without byte-order mark; null where it is none: a format of tables may know it. */
function textOf(bytes: Uint8Array): string | null {
  try {
    return decodeText(bytes).replace(/^\uFEFF/, '');
  } catch (e) {
    if (e instanceof AppError) return null;
    throw e;
  }
}

/** The flags lack a needed field, or bring none of those that a table would. */
function wantsData(f: ComputeFunction, flags: readonly Flag[], given: Readonly<Record<string, unknown>>): boolean {
  if (flags.some((flag) => flag.isRequired && !(flag.field in given))) return true;
  const { columns = [], rest, group } = f.table ?? {};
  const fields = [...columns.map((c) => c.name), ...(rest ? [rest.field] : []), ...(group ? [group.field] : [])];
  return fields.length > 0 && !fields.some((field) => field in given);
}

/** The faults of a file name the file. */
function within<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (e) {
    if (e instanceof AppError) throw new AppError(e.code, `${file === '-' ? 'standard input' : file}: ${e.message}`, e.details);
    throw e;
  }
}

/**
 * Fields of the input from a JSON or CSV file and from flags; flags win. Without a file, what is piped in is read where the flags bring no data.
 * @throws AppError `invalid_input` naming the file, the column or the field.
 */
export function inputOf(
  f: ComputeFunction,
  flags: readonly Flag[],
  given: Readonly<Record<string, unknown>>,
  o: InputOptions,
): Record<string, unknown> {
  const file = o.file ?? (wantsData(f, flags, given) && isPiped() ? '-' : undefined);
  if (file === undefined) return { ...given };
  const bytes = bytesOf(file);
  const text = textOf(bytes);
  if (text?.trim() === '') {
    if (o.file === undefined) return { ...given };
    throw new AppError(
      'invalid_input',
      `${file === '-' ? 'standard input' : file}: is empty; give a JSON object or a CSV table`,
      { field: 'input' },
    );
  }
  const json = text !== null && !/\.(csv|tsv)$/i.test(file) && /^\s*[[{]/.test(text) ? text : null;
  const fields = within(file, () =>
    json !== null ? readInput(json) : inputFromTable(f, readTable(bytes, null, false), o.map, o.ignore),
  );
  return { ...fields, ...given };
}
