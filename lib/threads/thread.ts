import type { Worker } from 'node:worker_threads';
import { AppError, type ErrorCode } from '@/lib/errors';

/** Told now and then by long work: `done` of `total` steps. */
export type Report = (done: number, total: number) => void;

/** A program's answer: its result, or what is wrong. */
export type Answer<O> =
  | { readonly value: O }
  | { readonly error: { readonly code: ErrorCode; readonly message: string; readonly details: Record<string, unknown> } };

/** What a program says to whoever asked it: how far it is, then its answer. */
export type Reply<O> = Answer<O> | { readonly done: number; readonly total: number };

/**
 * Starts a program (see `serve`) on a thread: built JavaScript, or TypeScript, for which the thread brings its own loader. The thread is started from a line
 * of code, so that bundlers leave the path alone. It does not hold the process; whoever waits for an answer does.
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
  thread.on('error', () => undefined); // whoever waits for the thread is told by `ask`
  return thread;
}

/** The buffers of arrays that own theirs, each once, to be handed over. */
export const buffersOf = (arrays: readonly (ArrayBufferView | null | undefined)[]): ArrayBuffer[] => [
  ...new Set(arrays.flatMap((a) => (a ? [a.buffer as ArrayBuffer] : []))),
];

export interface AskOptions {
  readonly report?: Report | undefined;
  /** Buffers of the input that the thread takes over; they are gone here. */
  readonly transfer?: readonly ArrayBuffer[] | undefined;
}

/**
 * Asks a thread one question; the thread must not have another one under way.
 * @throws AppError `internal` when the thread ended before it answered; what Node says of a thread that failed.
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
