'use client';
import { useState, useTransition } from 'react';
import type { ActionResult } from '../action-result';
import { answer } from '../answer';

/** What keeps a form from being sent: a sentence per field. */
export type Problems<F extends string> = Readonly<Partial<Record<F, string>>>;

/**
 * The texts of a form, their errors once it was sent, and what the server refused: beside the field where the server names one of the form, else at
 * the foot of the form. The input is kept.
 */
export function useForm<T extends Readonly<Record<string, string>>>(first: T, problemsOf: (v: T) => Problems<string>) {
  const [values, setValues] = useState(first);
  const [isSent, setSent] = useState(false);
  const [refused, setRefused] = useState<{ readonly field: string | null; readonly text: string } | null>(null);
  const [busy, start] = useTransition();
  const problems: Problems<string> = {
    ...(refused?.field ? { [refused.field]: refused.text } : {}),
    ...(isSent ? problemsOf(values) : {}),
  };
  const field = (name: keyof T & string) => ({
    name,
    value: values[name]!,
    problem: problems[name],
    onText: (text: string) => {
      setValues((v) => ({ ...v, [name]: text }));
      setRefused(null);
    },
  });
  const submit = (send: (v: T) => Promise<ActionResult>, done: (r: ActionResult) => void): void => {
    setSent(true);
    setRefused(null);
    if (Object.keys(problemsOf(values)).length > 0) return;
    start(async () => {
      const r = await answer(() => send(values));
      if (r.ok) {
        setValues(first);
        setSent(false);
        done(r);
      } else setRefused({ field: r.field !== undefined && r.field in first ? r.field : null, text: r.error });
    });
  };
  return { values, field, busy, submit, error: refused !== null && refused.field === null ? refused.text : null };
}
