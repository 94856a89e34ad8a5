import type { Worker } from 'node:worker_threads';
import { AppError } from '@/lib/errors';
import { type AskOptions, ask } from './thread';

export interface PoolLimits {
  /** Threads that work at once. */
  readonly threads: number;
  /** A thread without work ends after this. */
  readonly idleMs: number;
  /** Jobs that may wait; not given: any number. */
  readonly waiting?: number;
  /** How long a job may take. */
  readonly timeMs?: number;
  /** Memory that a thread may use, MB. Its own heap is bounded at its start; the pool bounds the growth of the process. */
  readonly memoryMb?: number;
  /** Limits per sender: jobs that wait, and threads. */
  readonly waitingOfOne?: number;
  readonly threadsOfOne?: number;
}

export interface JobOptions extends AskOptions {
  /** The sender: senders take turns. */
  readonly sender?: string | undefined;
  /** Says that the answer is no longer wanted: a waiting job is dropped, the thread of a running one is ended. */
  readonly signal?: AbortSignal | undefined;
  /** Name of the job in a refusal, and what to do instead. */
  readonly name?: string | undefined;
  readonly remedy?: string | undefined;
}

interface Job<I, O> {
  readonly input: I;
  readonly options: JobOptions;
  readonly sender: string;
  readonly resolve: (value: O) => void;
  readonly reject: (e: unknown) => void;
}

/** A running job, and how to end it. */
interface Running<I, O> {
  readonly job: Job<I, O>;
  readonly startedAt: number;
  readonly stop: (e: unknown) => void;
  thread?: Worker;
}

/** Interval of the memory check while threads work: memory outside a thread's own heap has no other bound. */
const MEMORY_CHECK_MS = 100;

/**
 * Threads of one program. A job has a thread to itself; senders take turns, and each one's jobs run in order of arrival. Above its bounds the pool
 * refuses rather than queues. A thread that answers, even with an error, is kept for the jobs that follow, the most recently used first, so that they
 * find what it has compiled or cached; one that is stopped or fails is ended, and the next job starts another.
 */
export class ThreadPool<I, O> {
  private queue: Job<I, O>[] = [];
  private readonly running = new Set<Running<I, O>>();
  /** Idle threads, the most recently used last, and how each is taken out. */
  private readonly idle = new Map<Worker, () => void>();
  private guard: NodeJS.Timeout | undefined;
  private calmBytes = 0;

  constructor(
    private readonly limits: PoolLimits,
    private readonly start: () => Worker,
  ) {}

  /**
   * @throws AppError `rate_limited` when too many wait; `time_limit` when the job takes too long or too much memory; as the program threw it; the reason of the
   * signal; `internal` when its thread failed or the pool was stopped.
   */
  run(input: I, options: JobOptions = {}): Promise<O> {
    const { sender = '', signal } = options;
    const { waiting = Number.POSITIVE_INFINITY, waitingOfOne = Number.POSITIVE_INFINITY } = this.limits;
    const mine = this.queue.filter((j) => j.sender === sender).length;
    if (this.queue.length >= waiting || mine >= waitingOfOne)
      return Promise.reject(
        new AppError('rate_limited', `${mine} of ${this.queue.length} computations that wait already are yours; try again later`),
      );
    if (signal?.aborted) return Promise.reject(signal.reason);
    let leave = () => {};
    return new Promise<O>((resolve, reject) => {
      const job: Job<I, O> = { input, options, sender, resolve, reject };
      leave = () => this.leave(job, signal?.reason);
      signal?.addEventListener('abort', leave, { once: true });
      this.queue.push(job);
      this.next();
    }).finally(() => signal?.removeEventListener('abort', leave));
  }

  /** Ends all threads; jobs that wait or run are refused. */
  async stop(): Promise<void> {
    const stopped = new AppError('internal', 'the threads were stopped');
    for (const job of this.queue.splice(0)) job.reject(stopped);
    const threads = [...this.idle.keys(), ...[...this.running].flatMap((r) => r.thread ?? [])];
    for (const r of this.running) r.stop(stopped);
    for (const takeOut of this.idle.values()) takeOut();
    await Promise.all(threads.map((thread) => thread.terminate()));
  }

  private leave(job: Job<I, O>, reason: unknown): void {
    const waited = this.queue.length;
    this.queue = this.queue.filter((j) => j !== job);
    if (this.queue.length < waited) job.reject(reason);
    for (const r of this.running) if (r.job === job) r.stop(reason);
  }

  /** The first job of the sender with the fewest running jobs, if below the limit per sender. */
  private pick(): Job<I, O> | undefined {
    const { threadsOfOne = Number.POSITIVE_INFINITY } = this.limits;
    const busy = (sender: string) => [...this.running].filter((r) => r.job.sender === sender).length;
    const may = this.queue.filter((j) => busy(j.sender) < threadsOfOne);
    const least = Math.min(...may.map((j) => busy(j.sender)));
    const job = may.find((j) => busy(j.sender) === least);
    if (job !== undefined) this.queue = this.queue.filter((j) => j !== job);
    return job;
  }

  private next(): void {
    while (this.running.size < this.limits.threads) {
      const job = this.pick();
      if (job === undefined) return;
      void this.work(job);
    }
  }

  private async work(job: Job<I, O>): Promise<void> {
    const { timeMs } = this.limits;
    let stop = (_: unknown) => {};
    const stopped = new Promise<never>((_, refuse) => {
      stop = refuse;
    });
    stopped.catch(() => undefined); // the race below sees it
    const run: Running<I, O> = { job, startedAt: performance.now(), stop };
    this.running.add(run);
    this.watchMemory();
    const timer = timeMs === undefined ? undefined : setTimeout(() => stop(tooLong(job.options, timeMs)), timeMs);
    try {
      run.thread = this.take();
      const answer = await Promise.race([ask<I, O>(run.thread, job.input, job.options), stopped]);
      this.keep(run.thread);
      if ('value' in answer) job.resolve(answer.value);
      else job.reject(new AppError(answer.error.code, answer.error.message, answer.error.details));
    } catch (e) {
      void run.thread?.terminate();
      job.reject((e as { code?: string }).code === 'ERR_WORKER_OUT_OF_MEMORY' ? this.tooMuchMemory(job.options) : e);
    } finally {
      clearTimeout(timer);
      this.running.delete(run);
      this.next();
    }
  }

  /** Ends the youngest job when the process has grown beyond the memory of its threads: estimates may be wrong, measurements are not. */
  private watchMemory(): void {
    const { memoryMb } = this.limits;
    if (memoryMb === undefined || this.guard !== undefined) return;
    this.calmBytes = process.memoryUsage.rss();
    this.guard = setInterval(() => {
      if (this.running.size === 0) {
        clearInterval(this.guard);
        this.guard = undefined;
        return;
      }
      if (process.memoryUsage.rss() - this.calmBytes < memoryMb * 2 ** 20 * this.running.size) return;
      const youngest = [...this.running].reduce((a, b) => (b.startedAt > a.startedAt ? b : a));
      youngest.stop(this.tooMuchMemory(youngest.job.options));
    }, MEMORY_CHECK_MS).unref();
  }

  private take(): Worker {
    const last = [...this.idle].at(-1);
    if (last === undefined) return this.start();
    last[1]();
    return last[0];
  }

  private keep(thread: Worker): void {
    const takeOut = () => {
      clearTimeout(timer);
      thread.off('exit', takeOut);
      this.idle.delete(thread);
    };
    const timer = setTimeout(() => {
      takeOut();
      void thread.terminate();
    }, this.limits.idleMs).unref();
    thread.on('exit', takeOut); // it may fail between two jobs
    this.idle.set(thread, takeOut);
  }

  private tooMuchMemory({ name = 'the computation' }: JobOptions): AppError {
    return new AppError('time_limit', `${name} needs more than ${this.limits.memoryMb} MB; send less`);
  }
}

const tooLong = ({ name = 'the computation', remedy = 'send less' }: JobOptions, timeMs: number): AppError =>
  new AppError('time_limit', `${name} took longer than ${timeMs / 1000} s; ${remedy}`);
