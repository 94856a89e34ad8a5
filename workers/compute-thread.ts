import { AppError } from '@/lib/errors';
import { errorFrom, startThread } from './thread';

/** Runs a program once on a thread of its own and returns what it posts. An abort ends the thread. */
export function computeOnThread<I, O>(program: string, input: I, signal?: AbortSignal): Promise<O> {
  return new Promise((resolve, reject) => {
    const thread = startThread(program, input);
    let answered = false;
    const stop = () => void thread.terminate();
    signal?.addEventListener('abort', stop, { once: true });
    thread.once('message', (value: O) => {
      answered = true;
      resolve(value);
    });
    thread.once('error', (e) => reject(errorFrom(e)));
    thread.once('exit', (code) => {
      signal?.removeEventListener('abort', stop);
      if (!answered) reject(new AppError('internal', `${program} ended with code ${code} before it answered`));
    });
  });
}
