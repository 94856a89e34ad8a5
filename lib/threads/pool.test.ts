import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Ask } from './fixtures/program';
import { type PoolLimits, ThreadPool } from './pool';
import { startThread } from './thread';

const PROGRAM = new URL('./fixtures/program.ts', import.meta.url);
const pools: ThreadPool<Ask, unknown>[] = [];
let started: Worker[] = [];
let ended = 0;

function pool(limits: Partial<PoolLimits> = {}): ThreadPool<Ask, unknown> {
  const made = new ThreadPool<Ask, unknown>({ threads: 1, idleMs: 60_000, ...limits }, () => {
    const thread = startThread(PROGRAM, limits.memoryMb);
    thread.once('exit', () => ended++);
    started.push(thread);
    return thread;
  });
  pools.push(made);
  return made;
}

beforeEach(() => {
  started = [];
  ended = 0;
});
afterEach(async () => {
  await Promise.all(pools.splice(0).map((p) => p.stop()));
});

describe('a pool of threads', () => {
  test('a thread keeps what it knows for the jobs that follow, also after an error that it told', async () => {
    const p = pool();
    expect(await p.run({ do: 'count' })).toBe(1);
    await expect(p.run({ do: 'fail' })).rejects.toMatchObject({
      name: 'AppError',
      code: 'out_of_domain',
      message: 'the values do not vary',
      details: { field: 'y' },
    });
    await expect(p.run({ do: 'throw' })).rejects.toMatchObject({
      code: 'internal',
      message: 'not a function',
      details: { stack: expect.stringContaining('program.ts') },
    });
    expect(await p.run({ do: 'count' })).toBe(4);
    expect(started).toHaveLength(1);
  });

  test('jobs side by side have a thread each; of threads at rest the one used last works first', async () => {
    const p = pool({ threads: 2 });
    const both = [p.run({ do: 'spin', ms: 300 }), p.run({ do: 'spin', ms: 10 })];
    expect(await Promise.all(both)).toEqual([1, 1]);
    for (let i = 2; i < 5; i++) expect(await p.run({ do: 'count' })).toBe(i);
    expect(started).toHaveLength(2);
  });

  test('work beyond its time ends with the thread and names the remedy; the next job finds another', async () => {
    const p = pool({ timeMs: 3_000 });
    await expect(
      p.run({ do: 'spin', ms: 60_000 }, { name: 'fit/posterior', remedy: 'ask for fewer steps' }),
    ).rejects.toMatchObject({ code: 'time_limit', message: 'fit/posterior took longer than 3 s; ask for fewer steps' });
    expect(await p.run({ do: 'count' })).toBe(1);
    await expect.poll(() => ended).toBe(1);
    expect(started).toHaveLength(2);
  });

  test('work beyond its memory ends with the thread', async () => {
    const p = pool({ memoryMb: 40 });
    await expect(p.run({ do: 'allocate' }, { name: 'vm/gp-train' })).rejects.toMatchObject({
      code: 'time_limit',
      message: 'vm/gp-train needs more than 40 MB; send less',
    });
    await expect.poll(() => ended).toBe(1);
  });

  test('who leaves takes the job along, waiting or under way, with the reason given', async () => {
    const p = pool();
    const gone = new AbortController();
    const running = p.run({ do: 'spin', ms: 60_000 }, { signal: gone.signal });
    const waiting = p.run({ do: 'count' }, { signal: gone.signal });
    const other = p.run({ do: 'count' });
    gone.abort(new Error('the trial was stopped'));
    for (const job of [running, waiting, p.run({ do: 'count' }, { signal: gone.signal })])
      await expect(job).rejects.toThrow('the trial was stopped');
    expect(await other).toBe(1);
    await expect.poll(() => ended).toBe(1);
  });

  test('a thread that fails takes its job with it, one that fails at rest takes none', async () => {
    const p = pool();
    await expect(p.run({ do: 'exit' })).rejects.toMatchObject({
      code: 'internal',
      message: 'the thread ended with code 3 before it answered',
    });
    expect(await p.run({ do: 'exit later' })).toBe(1);
    await expect.poll(() => ended).toBe(2);
    expect(await p.run({ do: 'count' })).toBe(1);
    expect(started).toHaveLength(3);
  });

  test('above its bounds it refuses at once, and one sender does not keep out the others', async () => {
    const p = pool({ threads: 2, waiting: 3, waitingOfOne: 2, threadsOfOne: 1 });
    const over = new AbortController();
    const hog = () => p.run({ do: 'spin', ms: 60_000 }, { sender: 'hog', signal: over.signal });
    const hogs = [hog(), hog(), hog()].map((job) => job.catch((e: Error) => e.name));
    await expect(hog()).rejects.toMatchObject({ code: 'rate_limited', message: expect.stringContaining('2 of 2') });
    expect(await p.run({ do: 'count' }, { sender: 'other' })).toBe(1);
    over.abort();
    expect(await Promise.all(hogs)).toEqual(['AbortError', 'AbortError', 'AbortError']);
  });

  test('long work tells how far it is', async () => {
    const heard: [number, number][] = [];
    await pool().run({ do: 'report' }, { report: (done, total) => heard.push([done, total]) });
    expect(heard).toEqual([[1, 3]]); // the others arrived within a tenth of a second
  });

  test('arrays go over and come back without a copy where the asker gives them up', async () => {
    const values = Float64Array.of(1, 2, 3);
    expect(await pool().run({ do: 'double', values }, { transfer: [values.buffer] })).toEqual(Float64Array.of(2, 4, 6));
    expect(values).toHaveLength(0);
  });

  test('a thread without work ends after its time', async () => {
    const p = pool({ idleMs: 20 });
    await p.run({ do: 'count' });
    await expect.poll(() => ended).toBe(1);
    expect(await p.run({ do: 'count' })).toBe(1);
  });

  test('a pool that is stopped refuses what waits and runs, and leaves no thread', async () => {
    const p = pool({ threads: 2 });
    await p.run({ do: 'count' });
    const jobs = [1, 2, 3].map(() => p.run({ do: 'spin', ms: 60_000 }));
    const refused = Promise.all(jobs.map((j) => j.catch((e: Error) => e.message)));
    await p.stop();
    expect(await refused).toEqual(Array(3).fill('the threads were stopped'));
    expect(ended).toBe(started.length);
  });
});

describe('a process with threads', () => {
  const source = fileURLToPath(new URL('./fixtures/', import.meta.url));
  const run = (...args: string[]) => spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 30_000 });

  test('from its sources: it ends by itself when nothing is asked any more', () => {
    expect(run('--import', 'tsx', join(source, 'main.ts'))).toMatchObject({ stdout: '1 2', stderr: '', status: 0 });
  });

  test('from a bundle: so too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'threads-'));
    try {
      writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
      await build({
        entryPoints: [join(source, 'main.ts'), join(source, 'program.ts')],
        outdir: folder,
        bundle: true,
        platform: 'node',
        format: 'esm',
        logLevel: 'silent',
      });
      expect(run(join(folder, 'main.js'))).toMatchObject({ stdout: '1 2', stderr: '', status: 0 });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
