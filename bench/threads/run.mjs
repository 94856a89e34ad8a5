/**
 * npm run bench:threads [-- --piscina /path/to/node_modules/piscina] — what a thread costs: the time to its first answer, the round trip of a small question, an
 * array handed over, and wafers fitted a second, on our pool, on piscina where its folder is given, and without threads. Built as for production.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const dir = mkdtempSync(join(tmpdir(), 'driftless-threads-'));
try {
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'));
  writeFileSync(join(dir, 'package.json'), '{"type":"module"}');
  await build({
    entryPoints: {
      main: join(here, 'main.ts'),
      call: join(root, 'workers', 'compute', 'call.ts'),
      fit: join(root, 'workers', 'compute', 'fit-spectra.ts'),
      ...Object.fromEntries(['echo', 'task-call', 'task-fit', 'task-echo'].map((name) => [name, join(here, `${name}.ts`)])),
    },
    outdir: dir,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    logLevel: 'error',
  });
  const { status } = spawnSync(process.execPath, [join(dir, 'main.js'), ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} finally {
  rmSync(dir, { recursive: true, force: true });
}
