import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { AppError } from '@/lib/errors';

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
export function startThread(memoryMb: number): Worker {
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
