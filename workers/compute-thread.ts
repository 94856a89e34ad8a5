import { Worker } from 'node:worker_threads';
import { AppError } from '@/lib/errors';

/**
 * Runs one of the programs below `compute/` on a thread of its own and returns what it posts. An abort ends the thread.
 * The program lies beside this one: as built JavaScript, or as TypeScript where the loader is at work.
 */
export function computeOnThread<I, O>(program: string, input: I, signal?: AbortSignal): Promise<O> {
  const source = import.meta.url.endsWith('.ts');
  const file = new URL(`./compute/${program}.${source ? 'ts' : 'js'}`, import.meta.url);
  return new Promise((resolve, reject) => {
    const thread = new Worker(file, { workerData: input, ...(source ? { execArgv: ['--import', 'tsx'] } : {}) });
    let answered = false;
    const stop = () => void thread.terminate();
    signal?.addEventListener('abort', stop, { once: true });
    thread.once('message', (value: O) => {
      answered = true;
      resolve(value);
    });
    thread.once('error', (e) => {
      // Typed errors lose their class on the way between threads; their fields stay.
      const { code, message, details } = e as Error & { code?: string; details?: Record<string, unknown> };
      reject(e.name === 'AppError' && code !== undefined ? new AppError(code as AppError['code'], message, details ?? {}) : e);
    });
    thread.once('exit', (code) => {
      signal?.removeEventListener('abort', stop);
      if (!answered) reject(new AppError('internal', `${program} ended with code ${code} before it answered`));
    });
  });
}
