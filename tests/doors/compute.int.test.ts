import { request } from 'node:http';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ComputePool, computePool, LIMITS } from '@/lib/compute/pool';
import { functionAt } from '@/lib/compute/registry';
import { startThread } from '@/lib/threads/thread';
import { type Door, openDoor } from '../support/door';

let door: Door;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(async () => {
  await computePool().stop();
  await door.close();
});

const long = {
  path: 'uncertainty/monte-carlo',
  text: JSON.stringify({ model: 'sin(a)*cos(a)*exp(a)', distributions: { a: { kind: 'normal', mean: 0, sd: 1 } }, trials: 2e7 }),
};
const short = { path: 'spc/constants', text: '{"n":5}' };

test('an asker who has gone takes his computation with him, whether it waits or runs', async () => {
  const threads: Worker[] = [];
  let ended = 0;
  const pool = new ComputePool({ ...LIMITS, threads: 1 }, () => {
    const thread = startThread(new URL('../../workers/compute/call.ts', import.meta.url));
    thread.once('exit', () => ended++);
    threads.push(thread);
    return thread;
  });
  const gone = new AbortController();
  const running = pool.run(long, { sender: 'a', signal: gone.signal });
  const waiting = pool.run(long, { sender: 'a', signal: gone.signal });
  const other = pool.run(short, { sender: 'b' });
  setTimeout(() => gone.abort(), 300);
  await expect(running).rejects.toMatchObject({ code: 'time_limit' });
  await expect(waiting).rejects.toMatchObject({ code: 'time_limit' });
  expect(JSON.parse((await other).text).n).toBe(5);
  // the thread that was at it is gone; a thread whose work is done would stay for a minute
  await expect.poll(() => ended).toBe(1);
  expect(threads).toHaveLength(2);
  await expect(pool.run(short, { signal: gone.signal })).rejects.toMatchObject({ code: 'time_limit' });
  await pool.stop();
});

test('a request that is hung up frees its thread for the next', async () => {
  const pool = computePool();
  const ask = () => {
    const req = request(`${door.url}/api/v1/compute/${long.path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${door.key}`, 'content-type': 'application/json' },
    });
    const over = new Promise<void>((resolve) => req.on('error', () => resolve()));
    req.end(long.text);
    return { hangUp: () => req.destroy(), over };
  };
  const terminate = vi.spyOn(Worker.prototype, 'terminate');
  const working = ask();
  await expect.poll(() => pool['threads']['running'].size).toBe(1);
  const waiting = [ask(), ask()];
  await expect.poll(() => pool['threads']['queue'].length).toBe(2);
  for (const w of waiting) w.hangUp();
  await expect.poll(() => pool['threads']['queue'].length).toBe(0);
  expect(terminate).not.toHaveBeenCalled();
  working.hangUp();
  await Promise.all([working, ...waiting].map((r) => r.over));
  expect((await door.send('compute/spc/constants', short.text)).status).toBe(200);
  // the one at work was ended with its thread; those that waited never got one
  expect(terminate).toHaveBeenCalledOnce();
  terminate.mockRestore();
});

test('one sender with many long computations leaves a thread for the others', async () => {
  const pool = new ComputePool(LIMITS);
  const over = new AbortController();
  let done = 0;
  const hog = Array.from({ length: 6 }, () =>
    pool.run(long, { sender: 'hog', signal: over.signal }).then(
      () => done++,
      (e: Error) => e,
    ),
  );
  for (let i = 0; i < 3; i++) expect(JSON.parse((await pool.run(short, { sender: `other ${i}` })).text).n).toBe(5);
  expect(done).toBe(0); // nobody waited for one of them to end
  over.abort();
  await Promise.all(hog);
  await pool.stop();
});

test('one sender may wait with so many, others still get in', async () => {
  const pool = new ComputePool({ ...LIMITS, waiting: 10, waitingOfOne: 3 });
  const over = new AbortController();
  const mine = Array.from({ length: 6 }, () =>
    pool.run(long, { sender: 'hog', signal: over.signal }).catch((e: { code: string }) => e.code),
  );
  await expect(mine[5]).resolves.toBe('rate_limited');
  expect(JSON.parse((await pool.run(short, { sender: 'other' })).text).n).toBe(5);
  over.abort();
  await Promise.all(mine);
  await pool.stop();
});

const column = (n: number, f: (i: number) => number) => Array.from({ length: n }, (_, i) => f(i));
const field = (n: number) => ({
  x: column(n, (i) => i % 300),
  y: column(n, (i) => Math.floor(i / 300)),
  value: column(n, (i) => Math.sin(i)),
});

test.each<[string, object]>([
  ['spatial/kriging', { ...field(30_000), xNew: [0], yNew: [0], sigma2: 1, phi: 10 }],
  ['spatial/kriging', { ...field(30_000), xNew: [0], yNew: [0] }],
  ['spatial/covariance', field(30_000)],
  ['spatial/wafer-model', { ...field(30_000), xNew: [0], yNew: [0] }],
  ['vm/gp-train', { x: column(30_000, (i) => i).map((i) => [i]), y: column(30_000, (i) => i), kind: 'rbf' }],
])('%s refuses before it allocates what it has no memory for', async (path, input) => {
  const before = process.memoryUsage.rss();
  const answer = await door.send(`compute/${path}`, JSON.stringify(input));
  expect([413, 422], JSON.stringify(answer.body).slice(0, 300)).toContain(answer.status);
  if (answer.status === 413) expect(answer.body.detail).toMatch(/would need \d+ MB for this input/);
  expect(process.memoryUsage.rss() - before).toBeLessThan(700 * 2 ** 20);
});

test('what no estimate foresaw ends at the memory of the process', async () => {
  const pool = new ComputePool({ ...LIMITS, memoryMb: 60 });
  await expect(
    pool.run({ path: 'uncertainty/monte-carlo', text: long.text.replace('20000000', '10000000') }),
  ).rejects.toMatchObject({
    code: expect.stringMatching(/payload_too_large|time_limit/),
  });
  await pool.stop();
});

test.each([1e154, 1e120, 1e100, 1e80, 1e30, 1e10, 1e6, -1e154])(
  'a refractive index of %d is refused with its field',
  async (n) => {
    for (const path of ['optics/grating-converged', 'optics/grating', 'optics/thin-film', 'optics/conical', 'optics/crossed']) {
      const input = { ...(await functionAt(path)).example, substrate: { kind: 'constant', n, k: 0 } };
      const answer = await door.send(`compute/${path}`, JSON.stringify(input));
      expect(answer.status, `${path}: ${JSON.stringify(answer.body).slice(0, 200)}`).toBe(422);
      expect(answer.retryAfter).toBeNull();
    }
  },
);
