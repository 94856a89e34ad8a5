/** The figures of `run.mjs`: the ways take turns, medians are printed, nothing is asserted. */
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Question } from '@/lib/compute/answer';
import { ThreadPool } from '@/lib/threads/pool';
import { startThread } from '@/lib/threads/thread';
import { spectrumJob } from './job';
import call from './task-call';
import echo from './task-echo';
import fit from './task-fit';

const TASKS = { call, fit, echo };
type Task = keyof typeof TASKS;
/** One way to have work done; a fresh one has no threads yet. */
interface Way {
  readonly run: (input: unknown, transfer?: ArrayBuffer[]) => Promise<unknown>;
  readonly stop: () => Promise<unknown>;
}
type Maker = (task: Task, threads: number) => Way;

const ROUNDS = 7;
const TRIPS = 500;
const WAFERS = 24;
const THREADS = 2;
const QUESTION: Question = { path: 'spc/constants', text: '{"n":5}' };

const ours: Maker = (task, threads) => {
  const program = new URL(`./${task}.js`, import.meta.url);
  const pool = new ThreadPool<unknown, unknown>({ threads, idleMs: 60_000 }, () => startThread(program));
  return { run: (input, transfer) => pool.run(input, { transfer }), stop: () => pool.stop() };
};
const none: Maker = (task) => ({
  run: async (input) => (TASKS[task] as (i: unknown) => unknown)(input),
  stop: async () => undefined,
});

const given = process.argv.indexOf('--piscina');
async function piscina(folder: string): Promise<Maker> {
  const { Piscina } = await import(pathToFileURL(join(folder, 'dist', 'esm-wrapper.mjs')).href);
  return (task, threads) => {
    const pool = new Piscina({
      filename: fileURLToPath(new URL(`./task-${task}.js`, import.meta.url)),
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: 60_000,
    });
    return { run: (input, transferList) => pool.run(input, transferList && { transferList }), stop: () => pool.destroy() };
  };
}

const ways: Record<string, Maker> = { ours, ...(given > 0 ? { piscina: await piscina(process.argv[given + 1]!) } : {}), none };

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}
const array = () => new Float64Array(2 ** 21);
/** Each figure of one round of one way, ms; wafers a second. */
const FIGURES: Record<string, (make: Maker) => Promise<number>> = {
  'first answer of a cold thread, ms': async (make) => {
    const way = make('call', 1);
    const ms = await timed(() => way.run(QUESTION));
    await way.stop();
    return ms;
  },
  'round trip of a small question, ms': async (make) => {
    const way = make('call', 1);
    for (let i = 0; i < TRIPS; i++) await way.run(QUESTION);
    const ms = await timed(async () => {
      for (let i = 0; i < TRIPS; i++) await way.run(QUESTION);
    });
    await way.stop();
    return ms / TRIPS;
  },
  '16 MB copied, ms': async (make) => {
    const way = make('echo', 1);
    await way.run(array());
    const values = array();
    const ms = await timed(() => way.run(values));
    await way.stop();
    return ms;
  },
  '16 MB handed over, ms': async (make) => {
    const way = make('echo', 1);
    await way.run(array());
    const values = array();
    const ms = await timed(() => way.run(values, [values.buffer]));
    await way.stop();
    return ms;
  },
  [`wafers of 13 sites fitted on ${THREADS} threads, 1/s`]: async (make) => {
    const way = make('fit', THREADS);
    const jobs = Array.from({ length: WAFERS }, (_, i) => spectrumJob(i));
    await Promise.all(jobs.map((j) => way.run(j)));
    const ms = await timed(() => Promise.all(jobs.map((j) => way.run(j))));
    await way.stop();
    return (1e3 * WAFERS) / ms;
  },
};

const median = (v: number[]) => v.sort((a, b) => a - b)[v.length >> 1]!;
const columns = (cells: readonly string[]) => cells.map((c) => c.padStart(10)).join('');
process.stdout.write(`${''.padEnd(46)}${columns(Object.keys(ways))}\n`);
for (const [name, figure] of Object.entries(FIGURES)) {
  const found = new Map(Object.keys(ways).map((w) => [w, [] as number[]]));
  for (let k = 0; k < ROUNDS; k++) for (const [w, make] of Object.entries(ways)) found.get(w)!.push(await figure(make));
  process.stdout.write(`${name.padEnd(46)}${columns([...found.values()].map((v) => median(v).toPrecision(3)))}\n`);
}
