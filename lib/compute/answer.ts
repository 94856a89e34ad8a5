import { AppError } from '@/lib/errors';
import { parseInput, runParsed } from './compute';
import type { Report } from './define';
import { checkMemory } from './memory';
import { plain } from './plain';
import { functionAt } from './registry';
import { tableText, writtenTable } from './written-table';

/** A request: a function, its input as JSON text, and the form of the result. */
export interface Question {
  readonly path: string;
  readonly text: string;
  readonly format?: 'json' | 'csv';
  /** Table of the result, for CSV. */
  readonly table?: string;
  /** Memory it may use, MB; not given: no limit. */
  readonly memoryMb?: number;
}

/** Reads an input. @throws AppError `invalid_input` when the text is not a JSON object. */
export function readInput(text: string): Record<string, unknown> {
  let v: unknown;
  try {
    v = JSON.parse(text);
  } catch (e) {
    throw new AppError(
      'invalid_input',
      `the input is not JSON (${(e as Error).message}); NaN and Infinity are not JSON numbers: send null where nothing was measured`,
    );
  }
  if (typeof v !== 'object' || v === null || Array.isArray(v))
    throw new AppError('invalid_input', 'the input must be a JSON object with the fields of the function');
  return v as Record<string, unknown>;
}

/** The result of a function as text, and what its table leaves out. */
export interface Answered {
  readonly text: string;
  /** Lines for the person who requested a table: its warnings, and where to find the rest of the result. */
  readonly notes: readonly string[];
}

/** The result of a function as text, JSON unless CSV is requested. */
export async function answer(q: Question, report: Report = () => undefined): Promise<Answered> {
  const f = await functionAt(q.path);
  const parsed = parseInput(f, readInput(q.text));
  checkMemory(q.path, parsed, q.memoryMb);
  const result = runParsed(f, parsed, report) as object;
  if (q.format !== 'csv') return { text: JSON.stringify(plain(result)), notes: [] };
  const { columns, left } = writtenTable(f, result, parsed, q.table);
  return { text: tableText(columns), notes: [...warningsOf(result), ...leftOut(left.filter((l) => l.field !== 'warnings'))] };
}

const warningsOf = (result: { warnings?: unknown }): string[] =>
  Array.isArray(result.warnings) ? result.warnings.map(String) : [];

/** Says where to find the fields that a table leaves out. */
function leftOut(left: readonly { readonly field: string; readonly table: string | null }[]): string[] {
  const places = new Map<string | null, string[]>();
  for (const { field, table } of left) places.set(table, [...(places.get(table) ?? []), field]);
  return [...places].map(
    ([table, fields]) => `not in this table: ${fields.join(', ')} (${table === null ? '--format json' : `--table ${table}`})`,
  );
}
