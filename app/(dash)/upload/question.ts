import type { CsvField, CsvMapping, CsvPreview } from '@/lib/services/ingest/upload';

/** What is asked of the server: how this file would be read. */
export interface Question {
  readonly file: File;
  /** Line that names the columns; null: it is searched for. */
  readonly line: number | null;
  /** null: guessed from the names of the columns. */
  readonly mapping: CsvMapping | null;
  /** How long it waits for the next letter, ms. */
  readonly pauseMs: number;
}

export interface Reading {
  readonly question: Question | null;
  /** The newest answer, and what it answers. */
  readonly answer: { readonly of: Question; readonly preview: CsvPreview } | null;
}

/** Long enough to type on, short enough to see the answer, ms. */
export const TYPING_MS = 350;

/** The answer as it is shown: with the mapping as it is by now, which the field under the hand must not lose. Nothing of another file or header. */
export function shownOf({ question: q, answer: a }: Reading): CsvPreview | null {
  if (q === null || a === null || q.file !== a.of.file || q.line !== a.of.line) return null;
  return q.mapping === null ? a.preview : { ...a.preview, mapping: q.mapping };
}

/** What can be stored: the answer to what is asked by now, and never to something older. */
export const checkedOf = ({ question, answer }: Reading): CsvPreview | null =>
  question !== null && answer?.of === question ? answer.preview : null;

/** The question with one field filled otherwise; a typed value waits for its next letter. */
export function withField(r: Reading, field: CsvField, source: CsvMapping[CsvField]): Question | null {
  const shown = shownOf(r);
  if (r.question === null || shown === null) return null;
  const { [field]: _old, ...rest } = shown.mapping;
  const mapping = source === undefined ? rest : { ...rest, [field]: source };
  return { ...r.question, mapping, pauseMs: source !== undefined && 'column' in source ? 0 : TYPING_MS };
}
