import { answer, type Question } from '@/lib/compute/answer';
import type { Answer } from '@/lib/compute/pool';
import { answerTable, type TableAnswer, type TableQuestion } from '@/lib/compute/tables';
import { serve } from '@/lib/threads/serve';

/** Computes for the API and the command line, and reads files for the web server. */
serve<Question | TableQuestion, Answer | TableAnswer>(async (question, report) => {
  if ('ask' in question) return answerTable(question);
  const start = performance.now();
  const answered = await answer(question, report);
  return { ...answered, milliseconds: performance.now() - start };
});
