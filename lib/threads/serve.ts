import { parentPort } from 'node:worker_threads';
import { AppError } from '@/lib/errors';
import type { Reply, Report } from './thread';

const TELL_MS = 100;

/**
 * Makes a module the program of a thread: it answers one request after another until the thread is ended, and may keep state in memory.
 * @param buffersOf - buffers of the result to transfer without a copy; the program must not use them again.
 */
export function serve<I, O>(
  work: (input: I, report: Report) => O | Promise<O>,
  buffersOf: (value: O) => readonly ArrayBuffer[] = () => [],
): void {
  const port = parentPort;
  if (port === null) throw new AppError('internal', 'this program runs on a thread only');
  const say = (reply: Reply<O>, transfer: readonly ArrayBuffer[] = []) => port.postMessage(reply, transfer);
  port.on('message', async (input: I) => {
    let last = Number.NEGATIVE_INFINITY;
    const report: Report = (done, total) => {
      const now = performance.now();
      if (now - last < TELL_MS) return;
      last = now;
      say({ done, total });
    };
    try {
      const value = await work(input, report);
      say({ value }, buffersOf(value));
    } catch (e) {
      const known = e instanceof AppError;
      const { message, stack } = e as Error;
      // details go as JSON, since structured cloning may refuse them
      const details = known ? JSON.parse(JSON.stringify(e.details)) : { stack };
      say({ error: { code: known ? e.code : 'internal', message, details } });
    }
  });
}
