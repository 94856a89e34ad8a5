'use client';
import { useTransition } from 'react';
import type { ActionResult } from '../action-result';
import { answer } from '../answer';
import { useReport } from '../components/toast';

/** Runs the action of a button and shows its outcome; `busy` until then. */
export function useAction(): { busy: boolean; run: (action: () => Promise<ActionResult>) => void } {
  const report = useReport();
  const [busy, start] = useTransition();
  return { busy, run: (action) => start(async () => void report(await answer(action))) };
}
