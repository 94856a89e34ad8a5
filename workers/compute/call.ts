import { parentPort } from 'node:worker_threads';
import { answer, type Question } from '@/lib/compute/answer';
import { AppError } from '@/lib/errors';

/** Computes on a thread of its own for the API and the command line: one question after the other, now and then told how far it is. */
const TELL_MS = 100;

parentPort?.on('message', async ({ id, question }: { id: number; question: Question }) => {
  let last = Number.NEGATIVE_INFINITY;
  const report = (done: number, total: number) => {
    const now = performance.now();
    if (now - last < TELL_MS) return;
    last = now;
    parentPort?.postMessage({ id, done, total });
  };
  const start = performance.now();
  try {
    const answered = await answer(question, report);
    parentPort?.postMessage({ id, ...answered, milliseconds: performance.now() - start });
  } catch (e) {
    const known = e instanceof AppError;
    const { message, stack } = e as Error;
    // a thread cannot send what structured cloning refuses: details go as JSON
    const details = known ? JSON.parse(JSON.stringify(e.details)) : { stack };
    parentPort?.postMessage({ id, error: { code: known ? e.code : 'internal', message, details } });
  }
});
