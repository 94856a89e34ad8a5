import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { AppError } from '@/lib/errors';
import { type PoolLimits, ThreadPool } from '@/lib/threads/pool';
import { startThread } from '@/lib/threads/thread';
import type { Answered, Question } from './answer';
import type { TableAnswer, TableQuestion } from './tables';

/** A sender has one thread fewer than there are, so that one alone never takes all; several with long work at once may, for as long as the time limit lasts. */
export const LIMITS = {
  threads: 2,
  waiting: 32,
  timeMs: 60_000,
  waitingOfOne: 16,
  threadsOfOne: 1,
  idleMs: 60_000,
  memoryMb: 2048,
} as const satisfies PoolLimits;

/** The answer of the program `workers/compute/call`. */
export interface Answer extends Answered {
  readonly milliseconds: number;
}

/** The sender, and the signal that the answer is no longer wanted. */
export interface Asker {
  readonly sender?: string;
  readonly signal?: AbortSignal;
}

/**
 * The program in the running build (`dist`, or the launcher's `dist/<hash>`), else its source.
 * @throws AppError `dependency_unavailable` where neither exists.
 */
function program(): URL {
  const root = process.cwd();
  const nextDir = process.env['NEXT_DIST_DIR'];
  const folders = [...(nextDir ? [dirname(join(root, nextDir))] : []), join(root, 'dist')];
  const built =
    process.env['NODE_ENV'] === 'production'
      ? folders.map((d) => join(d, 'workers/compute/call.js')).find(existsSync)
      : undefined;
  const file = built ?? join(root, 'workers/compute/call.ts');
  if (!existsSync(file))
    throw new AppError(
      'dependency_unavailable',
      'the compute program is not built; run "npm run build", or start with "npm run demo"',
    );
  return pathToFileURL(file);
}

/** Threads that answer requests of the API. */
export class ComputePool {
  private readonly threads: ThreadPool<Question | TableQuestion, Answer | TableAnswer>;

  constructor(
    private readonly limits: PoolLimits & { readonly memoryMb: number } = LIMITS,
    start: () => Worker = () => startThread(program(), limits.memoryMb),
  ) {
    this.threads = new ThreadPool(limits, start);
  }

  /**
   * @throws AppError `rate_limited` when too many wait; `time_limit` when it takes too long or too much memory, or its sender has gone; whatever
   *   the function throws.
   */
  async run(question: Question, asker: Asker = {}): Promise<Answer> {
    const { path } = question;
    try {
      const answered = await this.threads.run(
        { ...question, memoryMb: this.limits.memoryMb },
        {
          ...asker,
          name: path,
          remedy: `send less, or compute it on the command line: npx driftless ${path.replace('/', ' ')}`,
        },
      );
      return answered as Answer;
    } catch (e) {
      // never seen: the sender has gone
      throw asker.signal?.aborted ? new AppError('time_limit', 'the request was ended before its answer', {}, { cause: e }) : e;
    }
  }

  /**
   * An answer about a file with a table; each question has its own kind of answer.
   * @throws AppError as `run`; `invalid_input` naming the line of an unreadable file.
   */
  async table<A extends TableAnswer>(question: TableQuestion, sender: string): Promise<A> {
    const answered = await this.threads.run(question, { sender, name: 'the file', remedy: 'send it in parts' });
    return answered as A;
  }

  /** Ends all threads. */
  stop(): Promise<void> {
    return this.threads.stop();
  }
}

const KEY = Symbol.for('driftless.compute-pool');
/** The pool of this process, also across reloads of a module in development. */
export function computePool(): ComputePool {
  const home = globalThis as { [KEY]?: ComputePool };
  home[KEY] ??= new ComputePool();
  return home[KEY];
}
