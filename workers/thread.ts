import { Worker } from 'node:worker_threads';
import { AppError } from '@/lib/errors';

/**
 * One of the programs below `compute/` on a thread of its own. It lies beside this file: as built JavaScript, or as TypeScript, for which the thread
 * brings its own loader.
 */
export function startThread(program: string, workerData?: unknown): Worker {
  const source = import.meta.url.endsWith('.ts');
  const file = new URL(`./compute/${program}.${source ? 'ts' : 'js'}`, import.meta.url);
  if (!source) return new Worker(file, { workerData });
  const load = `import('tsx/esm/api').then(({ register }) => { register(); return import(${JSON.stringify(file.href)}); })`;
  return new Worker(load, { eval: true, workerData });
}

/** An error as it comes from a thread: typed ones lose their class on the way, their fields stay. */
export function errorFrom(e: unknown): unknown {
  const { name, code, message, details } = e as Error & { code?: string; details?: Record<string, unknown> };
  return name === 'AppError' && code !== undefined ? new AppError(code as AppError['code'], message, details ?? {}) : e;
}
