import type { Worker } from 'node:worker_threads';
import { AppError } from '@/lib/errors';
import type { Question } from './answer';
import { startThread } from './start-thread';
import { type Answer, ask } from './thread';

export interface PoolLimits {
  /** Threads that compute at once, questions that may wait, and how long one may take. */
  readonly threads: number;
  readonly waiting: number;
  readonly timeMs: number;
  /** Of those of one sender: questions that wait, and threads; one thread is always left for the others. */
  readonly waitingOfOne: number;
  readonly threadsOfOne: number;
  /** A thread without work ends after this. */
  readonly idleMs: number;
  /** Memory of a thread, MB. */
  readonly memoryMb: number;
}

export const LIMITS: PoolLimits = {
  threads: 2,
  waiting: 32,
  timeMs: 60_000,
  waitingOfOne: 16,
  threadsOfOne: 1,
  idleMs: 60_000,
  memoryMb: 2048,
};

/** Who asks, and the sign that the answer is not wanted any more. */
export interface Asker {
  readonly sender?: string;
  readonly signal?: AbortSignal;
}

/** How often the memory of the process is looked at while threads compute: what is outside of a thread's own heap has no other bound. */
const MEMORY_CHECK_MS = 100;

interface Job {
  readonly question: Question;
  readonly sender: string;
  readonly resolve: (a: Answer) => void;
  readonly reject: (e: unknown) => void;
  readonly signal: AbortSignal | undefined;
}

/** A job under way, and how to end it. */
interface Running extends Job {
  readonly startedAt: number;
  readonly stop: (e: AppError) => void;
}

/**
 * Threads that answer questions, the senders in turn and each one's in the order in which they came; above its bounds it refuses rather than
 * queues. A question whose asker has gone is dropped, or its thread ended.
 */
export class ComputePool {
  private queue: Job[] = [];
  private readonly running = new Set<Running>();
  private readonly idle = new Map<Worker, NodeJS.Timeout>();
  private guard: NodeJS.Timeout | undefined;
  private calmBytes = 0;

  constructor(
    private readonly limits: PoolLimits = LIMITS,
    private readonly start: (memoryMb: number) => Worker = startThread,
  ) {}

  /**
   * @throws AppError `rate_limited` when too many wait; `time_limit` when it takes too long or too much memory, or its asker has gone;
   * whatever the function throws.
   */
  run(question: Question, { sender = '', signal }: Asker = {}): Promise<Answer> {
    const mine = this.queue.filter((j) => j.sender === sender).length;
    if (this.queue.length >= this.limits.waiting || mine >= this.limits.waitingOfOne)
      return Promise.reject(
        new AppError('rate_limited', `${mine} of ${this.queue.length} computations that wait already are yours; try again later`),
      );
    if (signal?.aborted) return Promise.reject(left());
    return new Promise((resolve, reject) => {
      const job: Job = { question: { ...question, memoryMb: this.limits.memoryMb }, sender, resolve, reject, signal };
      this.queue.push(job);
      signal?.addEventListener('abort', () => this.leave(job), { once: true });
      this.next();
    });
  }

  private leave(job: Job): void {
    const waited = this.queue.length;
    this.queue = this.queue.filter((j) => j !== job);
    if (this.queue.length < waited) job.reject(left());
    for (const r of this.running) if (r.resolve === job.resolve) r.stop(left());
  }

  /** The first question of the sender that has the fewest under way, and fewer than one sender may have. */
  private pick(): Job | undefined {
    const busy = (sender: string) => [...this.running].filter((r) => r.sender === sender).length;
    const may = this.queue.filter((j) => busy(j.sender) < this.limits.threadsOfOne);
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

  private async work(job: Job): Promise<void> {
    const { question } = job;
    let stop = (_: AppError) => {};
    const stopped = new Promise<never>((_, refuse) => {
      stop = refuse;
    });
    stopped.catch(() => undefined); // the race below sees it
    const run: Running = { ...job, startedAt: performance.now(), stop };
    this.running.add(run);
    this.watchMemory();
    const timer = setTimeout(() => stop(tooLong(question, this.limits)), this.limits.timeMs);
    let thread: Worker | undefined;
    try {
      thread = this.take();
      job.resolve(await Promise.race([ask(thread, question), stopped]));
      this.keep(thread);
    } catch (e) {
      // a typed error of the function leaves the thread sound; anything else ends it
      if (thread && e instanceof AppError && e.code !== 'internal' && e.code !== 'time_limit') this.keep(thread);
      else void thread?.terminate();
      job.reject((e as { code?: string }).code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooMuchMemory(question, this.limits) : e);
    } finally {
      clearTimeout(timer);
      this.running.delete(run);
      this.next();
    }
  }

  /** Ends the youngest computation when the process has grown beyond what its threads may take: estimates can be wrong, memory cannot. */
  private watchMemory(): void {
    if (this.guard !== undefined) return;
    this.calmBytes = process.memoryUsage.rss();
    this.guard = setInterval(() => {
      if (this.running.size === 0) {
        clearInterval(this.guard);
        this.guard = undefined;
        return;
      }
      if (process.memoryUsage.rss() - this.calmBytes < this.limits.memoryMb * 2 ** 20 * this.running.size) return;
      const youngest = [...this.running].reduce((a, b) => (b.startedAt > a.startedAt ? b : a));
      youngest.stop(tooMuchMemory(youngest.question, this.limits));
    }, MEMORY_CHECK_MS).unref();
  }

  private take(): Worker {
    const [first] = this.idle;
    if (!first) return this.start(this.limits.memoryMb);
    const [thread, timer] = first;
    clearTimeout(timer);
    this.idle.delete(thread);
    return thread;
  }

  private keep(thread: Worker): void {
    const end = () => {
      this.idle.delete(thread);
      void thread.terminate();
    };
    this.idle.set(thread, setTimeout(end, this.limits.idleMs).unref());
  }

  /** Ends the threads that wait for work. */
  async stop(): Promise<void> {
    for (const [thread, timer] of [...this.idle]) {
      clearTimeout(timer);
      this.idle.delete(thread);
      await thread.terminate();
    }
  }
}

/** Never seen: whoever asked has gone. The thread ends, as after a time limit. */
const left = () => new AppError('time_limit', 'the request was ended before its answer');
const tooLong = (q: Question, limits: PoolLimits) =>
  new AppError(
    'time_limit',
    `${q.path} took longer than ${limits.timeMs / 1000} s; send less, or compute it on the command line: npx driftless ${q.path.replace('/', ' ')}`,
  );
const tooMuchMemory = (q: Question, limits: PoolLimits) =>
  new AppError('time_limit', `${q.path} needs more than ${limits.memoryMb} MB; send less`);

const KEY = Symbol.for('driftless.compute-pool');
/** The pool of this process, also across reloads of a module in development. */
export function computePool(): ComputePool {
  const home = globalThis as { [KEY]?: ComputePool };
  home[KEY] ??= new ComputePool();
  return home[KEY];
}
