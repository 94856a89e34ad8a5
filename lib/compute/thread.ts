import type { Worker } from 'node:worker_threads';
import { AppError } from '@/lib/errors';
import type { Answered, Question } from './answer';
import type { Report } from './define';

/** What the program `workers/compute/call` answers. */
export type Reply =
  | { readonly id: number; readonly done: number; readonly total: number }
  | ({ readonly id: number; readonly milliseconds: number } & Answered)
  | {
      readonly id: number;
      readonly error: { readonly code: AppError['code']; readonly message: string; readonly details: Record<string, unknown> };
    };

export interface Answer extends Answered {
  readonly milliseconds: number;
}

/** Asks a thread one question; the thread must not have another one under way. */
export function ask(thread: Worker, question: Question, report: Report = () => undefined): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const settle = (then: () => void) => {
      thread.off('message', onMessage).off('error', onError).off('exit', onExit);
      then();
    };
    const onMessage = (r: Reply) => {
      if ('done' in r) report(r.done, r.total);
      else if ('error' in r) settle(() => reject(new AppError(r.error.code, r.error.message, r.error.details)));
      else settle(() => resolve({ text: r.text, notes: r.notes, milliseconds: r.milliseconds }));
    };
    const onError = (e: unknown) => settle(() => reject(e));
    const onExit = (code: number) =>
      settle(() => reject(new AppError('internal', `the compute thread ended with code ${code} before it answered`)));
    thread.on('message', onMessage).on('error', onError).on('exit', onExit);
    thread.postMessage({ id: 1, question });
  });
}
