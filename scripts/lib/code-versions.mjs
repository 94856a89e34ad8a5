import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { inRoot, root } from './root.mjs';

/** Each stage of the pipeline that stores results → the sources that compute them. */
export const STAGE_SOURCES = {
  spatial: ['lib/services/wafers/fit-surfaces.ts'],
  overlay: ['lib/services/overlay/fit-overlay.ts'],
  spectra: ['lib/services/spectra/fit-spectra.ts', 'workers/compute/fit-spectra.ts'],
  features: ['lib/services/vm/summaries.ts'],
  train: ['lib/services/vm/train.ts', 'workers/compute/train-vm.ts'],
  predict: ['lib/services/vm/predict.ts'],
  spc: ['lib/services/spc/evaluate.ts'],
  control: ['lib/services/control/threads.ts', 'lib/services/control/advice.ts'],
};

/** Storage, messages, settings, threads and the text of tables do not compute: a change there leaves the versions alone. */
const PLUMBING = /^@\/lib\/(db|queue|log|config|errors|threads|csv)(\/|$)/;

const plumbing = {
  name: 'plumbing',
  setup(stage) {
    stage.onResolve({ filter: PLUMBING }, ({ path }) => ({ path, external: true }));
  },
};

/** Versions of the packages that these sources import, from the lock file. */
function packageVersions(metafile) {
  const { packages } = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8'));
  const names = new Set(
    Object.values(metafile.outputs)
      .flatMap((o) => o.imports.filter((i) => i.external).map((i) => i.path))
      .filter((path) => !path.startsWith('node:') && !PLUMBING.test(path))
      .map((path) => path.split('/', path.startsWith('@') ? 2 : 1).join('/')),
  );
  return [...names].sort().map((name) => `${name} ${packages[`node_modules/${name}`]?.version ?? 'unknown'}`);
}

/** Everything that sources reach, without comments and layout. */
async function bundled(sources) {
  const { build } = await import('esbuild');
  return build({
    entryPoints: sources.map((file) => resolve(root, file)),
    outdir: inRoot('dist'),
    write: false,
    metafile: true,
    bundle: true,
    minifySyntax: true,
    minifyWhitespace: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    logLevel: 'silent',
    tsconfig: inRoot('tsconfig.json'),
    loader: { '.wasm': 'binary' },
    plugins: [plumbing],
  });
}

/** @returns the files whose text makes a version of these sources, from the root of the project. */
export const countedFiles = async (sources) => Object.keys((await bundled(sources)).metafile.inputs);

/** One stage's version: a digest of what its sources reach. Any change of the arithmetic is a new version. */
async function versionOf(stage, sources) {
  const { outputFiles, metafile } = await bundled(sources);
  const hash = createHash('sha256');
  for (const { text } of outputFiles) hash.update(text).update('\n');
  for (const line of packageVersions(metafile)) hash.update(`${line}\n`);
  return `${stage}-${hash.digest('hex').slice(0, 10)}`;
}

/**
 * @param {Record<string, string[]>} stages - stage → its sources
 * @returns {Promise<Record<string, string>>} stage → version of the code that computes it
 */
export async function codeVersions(stages = STAGE_SOURCES) {
  const made = await Promise.all(
    Object.entries(stages).map(async ([stage, sources]) => [stage, await versionOf(stage, sources)]),
  );
  return Object.fromEntries(made);
}
