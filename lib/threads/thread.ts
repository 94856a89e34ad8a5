import type { Worker } from 'node:worker_threads';
import { AppError, type ErrorCode } from '@/lib/errors';

/** Called by long work from time to time: `done` of `total` steps. */
export type Report = (done: number, total: number) => void;

/** A program's answer: its result, or what is wrong. */
export type Answer<O> =
  | { readonly value: O }
  | { readonly error: { readonly code: ErrorCode; readonly message: string; readonly details: Record<string, unknown> } };

/** Messages of a program to its caller: progress, then its answer. */
export type Reply<O> = Answer<O> | { readonly done: number; readonly total: number };

/**
 * Starts a program (see `serve`) on a thread: built JavaScript, or TypeScript, for which the thread brings its own loader. The thread is started from a line
 * of code, so that bundlers leave the path alone. It does not keep the process alive; waiting for an answer does.
 * @param memoryMb - bound of the thread's own heap; not given: that of Node.
 */
export function startThread(program: URL, memoryMb?: number): Worker {
  const href = JSON.stringify(program.href);
  const load = program.pathname.endsWith('.ts')
    ? `import('tsx/esm/api').then(({ register }) => { register(); return import(${href}); })`
    : `import(${href})`;
  const { Worker } = process.getBuiltinModule('node:worker_threads');
  const thread = new Worker(load, {
    eval: true,
    ...(memoryMb === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: memoryMb } }),
  });
  thread.unref();
  thread.on('error', () => undefined); // callers that wait for the thread are notified by `ask`
  return thread;
}

/** The buffers of arrays that own theirs, each once, for transfer. */
export const buffersOf = (arrays: readonly (ArrayBufferView | null | undefined)[]): ArrayBuffer[] => [
  ...new Set(arrays.flatMap((a) => (a ? [a.buffer as ArrayBuffer] : []))),
];

export interface AskOptions {
  readonly report?: Report | undefined;
  /** Buffers of the input to transfer to the thread; the caller loses them. */
  readonly transfer?: readonly ArrayBuffer[] | undefined;
}

/**
 * Sends a thread one request; the thread must not have another one in progress.
 * @throws AppError `internal` when the thread ended before it answered; Node's error of a thread that failed.
 */
export function ask<I, O>(thread: Worker, input: I, { report, transfer = [] }: AskOptions): Promise<Answer<O>> {
  return new Promise((resolve, reject) => {
    const settle = (then: () => void) => {
      thread.off('message', onMessage).off('error', onError).off('exit', onExit).unref();
      then();
    };
    const onMessage = (r: Reply<O>) => {
      if ('done' in r) report?.(r.done, r.total);
      else settle(() => resolve(r));
    };
    const onError = (e: unknown) => settle(() => reject(e));
    const onExit = (code: number) =>
      settle(() => reject(new AppError('internal', `the thread ended with code ${code} before it answered`)));
    thread.on('message', onMessage).on('error', onError).on('exit', onExit).ref();
    thread.postMessage(input, transfer);
  });
}
