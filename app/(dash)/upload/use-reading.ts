'use client';
import { useEffect, useState, useTransition } from 'react';
import type { CsvPreview, CsvResult } from '@/lib/services/ingest/upload';
import { answerAs } from '@/lib/ui/answer';
import { trimmed } from './one-value';
import { checkedOf, type Question, type Reading } from './question';

type Sent<T> = { readonly body: T; readonly error: null } | { readonly body: null; readonly error: string };

async function send<T>(q: Pick<Question, 'file' | 'line' | 'mapping'>, what: 'preview' | 'keep', mode: string): Promise<Sent<T>> {
  const form = new FormData();
  form.set('file', q.file);
  form.set('do', what);
  form.set('mode', mode);
  if (q.line !== null) form.set('headerLine', String(q.line));
  if (q.mapping) form.set('mapping', JSON.stringify(trimmed(q.mapping)));
  return answerAs<Sent<T>>(
    async () => {
      const r = await fetch('/upload/rows', { method: 'POST', body: form });
      const body: unknown = await r.json();
      if (r.ok) return { body: body as T, error: null };
      return { body: null, error: String((body as { detail?: unknown }).detail ?? `The server answered ${r.status}.`) };
    },
    ({ error }) => ({ body: null, error }),
  );
}

/** The outcome of a question beside its answer; discarded with the question. */
interface Told {
  readonly of: Question;
  readonly result: CsvResult | null;
  readonly error: string | null;
}

/** A file as the server would read it: checked again shortly after each change, and stored only as it was checked. */
export function useReading() {
  const [reading, put] = useState<Reading>({ question: null, answer: null });
  const [told, tell] = useState<Told | null>(null);
  const [isChecking, startCheck] = useTransition();
  const [isKeeping, startKeep] = useTransition();
  const { question } = reading;
  useEffect(() => {
    if (question === null) return;
    let gone = false;
    const check = async (): Promise<void> => {
      const { body: preview, error } = await send<CsvPreview>(question, 'preview', 'partial');
      if (gone) return;
      if (preview !== null) put((r) => ({ ...r, answer: { of: question, preview } }));
      else tell({ of: question, result: null, error });
    };
    const timer = setTimeout(() => startCheck(check), question.pauseMs);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [question]);
  const ask = (q: Question | null): void => put((r) => ({ ...r, question: q }));
  const keep = (mode: string): void => {
    const checked = checkedOf(reading);
    if (checked === null || question === null) return;
    startKeep(async () => {
      tell(null);
      const { body, error } = await send<CsvResult>(
        { file: question.file, line: checked.headerLine, mapping: checked.mapping },
        'keep',
        mode,
      );
      tell({ of: question, result: body, error });
    });
  };
  const { result, error } = told !== null && told.of === question ? told : { result: null, error: null };
  return { reading, ask, keep, result, error, isChecking, isKeeping };
}
