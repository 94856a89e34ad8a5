import type { Worker } from 'node:worker_threads';
import { AppError } from '@/lib/errors';
import { errorFrom, startThread } from './thread';

interface Waiting<O> {
  readonly resolve: (value: O) => void;
  readonly reject: (error: unknown) => void;
}

type Answer<O> = { id: number; value: O } | { id: number; error: { name: string; code?: string; message: string } };

/**
 * A program below `compute/` that stays on its thread and answers job after job, so that what it has compiled or cached serves the next one.
 * It starts with the first job, ends when it has had none for `idleMs`, and is started anew after a crash; the jobs under way then fail and are tried again.
 */
export class ResidentThread<I, O> {
  private thread: Worker | undefined;
  private readonly waiting = new Map<number, Waiting<O>>();
  private next = 1;
  private idle: NodeJS.Timeout | undefined;

  constructor(
    private readonly program: string,
    private readonly idleMs = 60_000,
  ) {}

  run(input: I): Promise<O> {
    clearTimeout(this.idle);
    const thread = this.thread ?? this.start();
    return new Promise<O>((resolve, reject) => {
      const id = this.next++;
      this.waiting.set(id, { resolve, reject });
      thread.postMessage({ id, input });
    });
  }

  /** Jobs that have not been answered. */
  get load(): number {
    return this.waiting.size;
  }

  private start(): Worker {
    const thread = startThread(this.program);
    thread.unref();
    thread.on('message', (answer: Answer<O>) => this.settle(answer));
    thread.on('error', (e) => this.fail(thread, e));
    thread.on('exit', (code) =>
      this.fail(thread, new AppError('internal', `${this.program} ended with code ${code} before it answered`)),
    );
    this.thread = thread;
    return thread;
  }

  private settle(answer: Answer<O>): void {
    const w = this.waiting.get(answer.id);
    if (w === undefined) return;
    this.waiting.delete(answer.id);
    if ('error' in answer) w.reject(errorFrom(answer.error));
    else w.resolve(answer.value);
    if (this.waiting.size === 0) this.idle = setTimeout(() => void this.thread?.terminate(), this.idleMs).unref();
  }

  private fail(thread: Worker, error: unknown): void {
    if (this.thread === thread) this.thread = undefined;
    for (const w of this.waiting.values()) w.reject(error);
    this.waiting.clear();
  }
}

/** Several threads of one program; a job goes to the one with the fewest waiting. */
export class ThreadPool<I, O> {
  private readonly threads: readonly ResidentThread<I, O>[];

  constructor(program: string, size: number, idleMs?: number) {
    this.threads = Array.from({ length: size }, () => new ResidentThread<I, O>(program, idleMs));
  }

  run(input: I): Promise<O> {
    return this.threads.reduce((a, b) => (b.load < a.load ? b : a)).run(input);
  }
}
