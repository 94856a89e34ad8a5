import { answer, type Question } from '@/lib/compute/answer';
import type { Answer } from '@/lib/compute/pool';
import { serve } from '@/lib/threads/serve';

/** Computes for the API and the command line. */
serve<Question, Answer>(async (question, report) => {
  const start = performance.now();
  const answered = await answer(question, report);
  return { ...answered, milliseconds: performance.now() - start };
});
