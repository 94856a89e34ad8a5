import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { AppError } from '@/lib/errors';
import type { Question } from './answer';
import { type Answer, ask } from './thread';

export interface PoolLimits {
  /** Threads that compute at once, questions that may wait, and how long one may take. */
  readonly threads: number;
  readonly waiting: number;
  readonly timeMs: number;
  /** A thread without work ends after this. */
  readonly idleMs: number;
  /** Memory of a thread, MB. */
  readonly memoryMb: number;
}

export const LIMITS: PoolLimits = { threads: 2, waiting: 32, timeMs: 60_000, idleMs: 60_000, memoryMb: 2048 };

/** The built program of the running build (`dist`, or the launcher's `dist/<hash>`), else its source with a loader. */
function program(): { readonly built: string | null; readonly source: string } {
  const root = process.cwd();
  const nextDir = process.env['NEXT_DIST_DIR'];
  const folders = [...(nextDir ? [dirname(join(root, nextDir))] : []), join(root, 'dist')];
  const built =
    process.env['NODE_ENV'] === 'production'
      ? folders.map((d) => join(d, 'workers/compute/call.js')).find(existsSync)
      : undefined;
  return { built: built ?? null, source: join(root, 'workers/compute/call.ts') };
}

/**
 * Starts the compute program on a thread. The thread is started from a line of code, so that bundlers of the web server leave the path alone.
 * @throws AppError `dependency_unavailable` where neither the built program nor its source is there.
 */
function startThread(memoryMb: number): Worker {
  const { built, source } = program();
  if (built === null && !existsSync(source))
    throw new AppError(
      'dependency_unavailable',
      'the compute program is not built; run "npm run build", or start with "npm run demo"',
    );
  const href = JSON.stringify(pathToFileURL(built ?? source).href);
  const load = built
    ? `import(${href})`
    : `import('tsx/esm/api').then(({ register }) => { register(); return import(${href}); })`;
  const threads = process.getBuiltinModule('node:worker_threads');
  const thread = new threads.Worker(load, { eval: true, resourceLimits: { maxOldGenerationSizeMb: memoryMb } });
  thread.unref();
  thread.on('error', () => undefined); // whoever waits for the thread is told by `ask`
  return thread;
}

interface Waiting {
  readonly question: Question;
  readonly resolve: (a: Answer) => void;
  readonly reject: (e: unknown) => void;
}

/** Threads that answer questions in the order in which they came; above its bounds it refuses rather than queues. */
export class ComputePool {
  private readonly queue: Waiting[] = [];
  private readonly idle = new Map<Worker, NodeJS.Timeout>();
  private busy = 0;

  constructor(
    private readonly limits: PoolLimits = LIMITS,
    private readonly start: (memoryMb: number) => Worker = startThread,
  ) {}

  /** @throws AppError `rate_limited` when too many wait; `time_limit` when it takes too long; whatever the function throws. */
  run(question: Question): Promise<Answer> {
    if (this.queue.length >= this.limits.waiting)
      return Promise.reject(new AppError('rate_limited', `${this.queue.length} computations wait already; try again later`));
    return new Promise((resolve, reject) => {
      this.queue.push({ question, resolve, reject });
      this.next();
    });
  }

  private next(): void {
    if (this.busy >= this.limits.threads) return;
    const job = this.queue.shift();
    if (!job) return;
    this.busy++;
    void this.work(job).finally(() => {
      this.busy--;
      this.next();
    });
  }

  private async work({ question, resolve, reject }: Waiting): Promise<void> {
    let thread: Worker | undefined;
    let timer: NodeJS.Timeout | undefined;
    try {
      const worker = this.take();
      thread = worker;
      const late = new Promise<never>((_, refuse) => {
        timer = setTimeout(
          () =>
            refuse(
              new AppError(
                'time_limit',
                `${question.path} took longer than ${this.limits.timeMs / 1000} s; send less, or compute it on the command line: npx driftless ${question.path.replace('/', ' ')}`,
              ),
            ),
          this.limits.timeMs,
        );
      });
      resolve(await Promise.race([ask(worker, question), late]));
      this.keep(worker);
    } catch (e) {
      // a typed error of the function leaves the thread sound; anything else ends it
      if (thread && e instanceof AppError && e.code !== 'internal' && e.code !== 'time_limit') this.keep(thread);
      else void thread?.terminate();
      reject(
        (e as { code?: string }).code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? new AppError('time_limit', `${question.path} needs more than ${this.limits.memoryMb} MB; send less`)
          : e,
      );
    } finally {
      clearTimeout(timer);
    }
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

const KEY = Symbol.for('driftless.compute-pool');
/** The pool of this process, also across reloads of a module in development. */
export function computePool(): ComputePool {
  const home = globalThis as { [KEY]?: ComputePool };
  home[KEY] ??= new ComputePool();
  return home[KEY];
}
