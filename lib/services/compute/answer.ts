import { AppError } from '@/lib/errors';
import { parseInput, runParsed } from './compute';
import type { Report } from './define';
import { checkMemory } from './memory';
import { plain } from './plain';
import { functionAt } from './registry';
import { columnsOf, tableText } from './table';

/** What is wanted: a function, its input as JSON text, and the form of the result. */
export interface Question {
  readonly path: string;
  readonly text: string;
  readonly format?: 'json' | 'csv';
  /** Table of the result, for CSV. */
  readonly table?: string;
  /** Memory it may take, MB; not given: any. */
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

/** The result of a function as text, JSON unless CSV is wanted. */
export async function answer(q: Question, report: Report = () => undefined): Promise<string> {
  const f = await functionAt(q.path);
  const parsed = parseInput(f, readInput(q.text));
  checkMemory(q.path, parsed, q.memoryMb);
  const result = runParsed(f, parsed, report);
  return q.format === 'csv' ? tableText(columnsOf(f, result, parsed, q.table)) : JSON.stringify(plain(result));
}
