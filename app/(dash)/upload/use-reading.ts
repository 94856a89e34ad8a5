'use client';
import { useEffect, useState, useTransition } from 'react';
import type { CsvPreview, CsvResult } from '@/lib/services/ingest/upload';
import { newestOnly } from '@/lib/ui/newest-only';
import { trimmed } from './one-value';
import { checkedOf, type Question, type Reading } from './question';

async function send<T>(q: Pick<Question, 'file' | 'line' | 'mapping'>, what: 'preview' | 'keep', mode: string): Promise<T> {
  const form = new FormData();
  form.set('file', q.file);
  form.set('do', what);
  form.set('mode', mode);
  if (q.line !== null) form.set('headerLine', String(q.line));
  if (q.mapping) form.set('mapping', JSON.stringify(trimmed(q.mapping)));
  const r = await fetch('/upload/rows', { method: 'POST', body: form });
  const body: unknown = await r.json();
  if (!r.ok) throw new Error(String((body as { detail?: unknown }).detail ?? `The server answered ${r.status}.`));
  return body as T;
}

/** A file as the server would read it: asked anew a moment after each change, and stored only as it was checked. */
export function useReading() {
  const [reading, put] = useState<Reading>({ question: null, answer: null });
  const [result, setResult] = useState<CsvResult | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [isChecking, startCheck] = useTransition();
  const [isKeeping, startKeep] = useTransition();
  const [newest] = useState(newestOnly);
  const { question } = reading;
  useEffect(() => {
    if (question === null) return;
    const check = async (): Promise<void> => {
      try {
        const preview = await newest(() => send<CsvPreview>(question, 'preview', 'partial'));
        if (preview !== null) put((r) => ({ ...r, answer: { of: question, preview } }));
      } catch (e) {
        setError((e as Error).message);
      }
    };
    const timer = setTimeout(() => startCheck(check), question.pauseMs);
    return () => clearTimeout(timer);
  }, [question, newest]);
  const ask = (q: Question | null): void => {
    setError(null);
    setResult(null);
    put((r) => ({ ...r, question: q }));
  };
  const keep = (mode: string): void => {
    const checked = checkedOf(reading);
    if (checked === null || question === null) return;
    startKeep(async () => {
      setError(null);
      try {
        setResult(await send({ file: question.file, line: checked.headerLine, mapping: checked.mapping }, 'keep', mode));
      } catch (e) {
        setError((e as Error).message);
      }
    });
  };
  return { reading, ask, keep, result, error, isChecking, isKeeping };
}
