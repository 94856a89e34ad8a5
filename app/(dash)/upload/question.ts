import type { CsvField, CsvMapping, CsvPreview } from '@/lib/services/ingest/upload';

/** The request for a preview: how the file is to be read. */
export interface Question {
  readonly file: File;
  /** Header line; null: it is searched for. */
  readonly line: number | null;
  /** null: guessed from the column names. */
  readonly mapping: CsvMapping | null;
  /** Delay in case more is typed, ms. */
  readonly pauseMs: number;
}

export interface Reading {
  readonly question: Question | null;
  /** The newest answer, and the question it belongs to. */
  readonly answer: { readonly of: Question; readonly preview: CsvPreview } | null;
}

/** Long enough for typing, short enough to see the answer soon, ms. */
export const TYPING_MS = 350;

/** The answer as shown: with the current mapping, so that the field being edited does not lose its text. Nothing of another file or header. */
export function shownOf({ question: q, answer: a }: Reading): CsvPreview | null {
  if (q === null || a === null || q.file !== a.of.file || q.line !== a.of.line) return null;
  return q.mapping === null ? a.preview : { ...a.preview, mapping: q.mapping };
}

/** What can be stored: the answer to the current question, never to an older one. */
export const checkedOf = ({ question, answer }: Reading): CsvPreview | null =>
  question !== null && answer?.of === question ? answer.preview : null;

/** The question with one field changed; a typed value waits in case more is typed. */
export function withField(r: Reading, field: CsvField, source: CsvMapping[CsvField]): Question | null {
  const shown = shownOf(r);
  if (r.question === null || shown === null) return null;
  const { [field]: _old, ...rest } = shown.mapping;
  const mapping = source === undefined ? rest : { ...rest, [field]: source };
  return { ...r.question, mapping, pauseMs: source !== undefined && 'column' in source ? 0 : TYPING_MS };
}
