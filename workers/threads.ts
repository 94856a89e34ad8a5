import { ThreadPool } from '@/lib/threads/pool';
import { startThread } from '@/lib/threads/thread';

/** Long enough for the steps of a training or a trial, short enough to release the memory. */
const IDLE_MS = 60_000;

/** Threads of one of the programs in `compute/` beside this file, as built JavaScript or as TypeScript. */
export function threadsOf<I, O>(program: string, threads = 1, idleMs = IDLE_MS): ThreadPool<I, O> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new ThreadPool({ threads, idleMs }, () => startThread(new URL(`./compute/${program}.${extension}`, import.meta.url)));
}
