// npm run bench:optics [-- tmm,xrr] — this code beside a short numpy baseline (and scipy for the fit), in turn in one run, single-threaded.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', UV_THREADPOOL_SIZE: '1' };
const inversion = join(root, 'tests', 'reference', 'optics', 'inversion.json');
/** Workload → relative difference of the check values that is allowed. */
const WORKLOADS = { tmm: 1e-9, xrr: 1e-7, rcwa1: 1e-9, rcwa10: 1e-9, crossed: null, saxs: 1e-9, fit: 1e-5 };
const ROUNDS = 3;

const lineOf = (text) => {
  const line = text.split('\n').find((l) => l.startsWith('{'));
  return line ? JSON.parse(line) : null;
};
const peer = (workload) => {
  if (workload === 'crossed') return null;
  const script = workload === 'fit' ? ['fit_ref.py', inversion] : ['optics_ref.py', workload];
  const r = spawnSync('python3', [join(here, 'peers', script[0]), script[1]], { encoding: 'utf8', env });
  return r.status === 0 ? lineOf(r.stdout) : null;
};

const dir = mkdtempSync(join(tmpdir(), 'driftless-optics-'));
try {
  const adapter = join(dir, 'adapter.mjs');
  await build({
    entryPoints: [join(here, 'adapter.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    alias: { '@': root },
    outfile: adapter,
    logLevel: 'error',
  });
  const chosen = (process.argv[2] ?? Object.keys(WORKLOADS).join(',')).split(',');
  let bad = 0;
  console.log('workload    ours ms    peer ms   ours/peer   check');
  for (const name of chosen) {
    let ours = null;
    let theirs = null;
    for (let k = 0; k < ROUNDS; k++) {
      const p = peer(name);
      if (p && (!theirs || p.seconds < theirs.seconds)) theirs = p;
      const r = spawnSync('node', [adapter, name, '5', inversion], { encoding: 'utf8', env });
      const o = lineOf(r.stdout);
      if (!o) throw new Error(r.stderr);
      if (!ours || o.seconds < ours.seconds) ours = o;
    }
    const ms = (v) => (1e3 * v).toFixed(3).padStart(10);
    if (!theirs) {
      const why = name === 'crossed' ? 'no peer in Python; compare with rcwa1' : 'numpy or scipy is not installed';
      console.log(
        `${name.padEnd(9)}${ms(ours.seconds)}          -           -   ${ours.check.map((v) => v.toPrecision(9)).join(' ')} (${why})`,
      );
      continue;
    }
    const worst = Math.max(...ours.check.map((v, i) => Math.abs(v / theirs.check[i] - 1)));
    const agrees = worst <= WORKLOADS[name];
    if (!agrees) bad++;
    console.log(
      `${name.padEnd(9)}${ms(ours.seconds)} ${ms(theirs.seconds)}   ${(ours.seconds / theirs.seconds).toFixed(3).padStart(9)}   ${agrees ? 'agrees' : 'DIFFERS'} (${worst.toExponential(1)})`,
    );
  }
  process.exitCode = bad === 0 ? 0 : 1;
} finally {
  rmSync(dir, { recursive: true });
}
