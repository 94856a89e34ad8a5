// npm run bench:math [-- --only overlay,kriging] — this code against the peers that are installed, side by side in one run, single-threaded.
// `pls_gaps` is this code against itself: training with missing entries over training without.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', UV_THREADPOOL_SIZE: '1' };
const wanted = ['numpy', 'scipy', 'sklearn', 'cvxopt'];

/** The interpreter that has most of the peers; the one on the path first. */
function choosePython() {
  const missingIn = (command) => wanted.filter((m) => spawnSync(command, ['-c', `import ${m}`], { env }).status !== 0);
  const found = ['python3', '/usr/bin/python3'].map((command) => ({ command, missing: missingIn(command) }));
  return found.reduce((best, next) => (next.missing.length < best.missing.length ? next : best));
}

const { command, missing } = choosePython();
const python = (args, options = {}) => spawnSync(command, args, { encoding: 'utf8', env, ...options });
if (missing.includes('numpy') || missing.includes('scipy')) {
  console.error(
    'bench:math makes its workloads with python3 and numpy and times scipy beside this code; they are not installed here. Nothing was timed.',
  );
  process.exit(2);
}
if (missing.length > 0)
  console.log(`not installed: ${missing.join(', ')}; the rows that need them as a peer show this code alone`);

const dir = mkdtempSync(join(tmpdir(), 'driftless-bench-'));
try {
  const made = python([join(here, 'peers', 'make_workloads.py'), dir]);
  if (made.status !== 0) throw new Error(made.stderr);
  await build({
    entryPoints: [join(here, 'adapter.ts'), join(here, 'gaps.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    alias: { '@': root },
    outdir: dir,
    outExtension: { '.js': '.mjs' },
    logLevel: 'error',
  });
  const adapter = join(dir, 'adapter.mjs');
  const only = process.argv.slice(2);
  python([join(here, 'peers', 'compare.py'), dir, '--ours', `node ${adapter}`, ...only], {
    stdio: ['ignore', 'inherit', 'ignore'],
  });
  const alone = { sklearn: ['gpr_fixed', 'gpr_opt', 'pls'], cvxopt: ['mpc'] };
  const chosen = only.includes('--only') ? only[only.indexOf('--only') + 1].split(',') : null;
  for (const name of missing.flatMap((m) => alone[m] ?? [])) {
    if (chosen && !chosen.includes(name)) continue;
    const r = spawnSync('node', [adapter, dir, name, '3'], { encoding: 'utf8', env });
    const line = r.stdout.split('\n').find((l) => l.startsWith('{'));
    if (line)
      console.log(
        `${name.padEnd(11)} ours ${(1e3 * Math.min(...JSON.parse(line).seconds)).toFixed(2).padStart(9)} ms   (no peer installed)`,
      );
  }
  if (!chosen || chosen.includes('pls_gaps')) {
    const { stdout } = spawnSync('node', [join(dir, 'gaps.mjs')], { encoding: 'utf8', env });
    for (const { share, withMs, withoutMs, ratio } of stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line)))
      console.log(
        `pls_gaps    ${String(100 * share).padStart(3)} % missing ${withMs.toFixed(2).padStart(9)} ms   without ${withoutMs.toFixed(2).padStart(9)} ms   ratio ${ratio.toFixed(2).padStart(7)}`,
      );
  }
} finally {
  if (existsSync(dir)) rmSync(dir, { recursive: true });
}
