import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { inRoot, root } from './root.mjs';

const ENTRIES = { 'cli/main': inRoot('cli', 'main.ts'), 'workers/compute/call': inRoot('workers', 'compute', 'call.ts') };
const stampOf = (outdir) => join(outdir, 'cli', 'inputs.json');
const print = (file) => {
  const { mtimeMs, size } = statSync(inRoot(file));
  return `${mtimeMs} ${size}`;
};

/**
 * The command line and the compute program, packages included: they start fast, and run without node_modules. Each capability is a chunk of its own.
 * @returns {Promise<string[]>} the source files, relative to the project
 */
export async function bundleCli(outdir) {
  const { build, stop } = await import('esbuild');
  try {
    const { metafile } = await build({
      entryPoints: ENTRIES,
      outdir,
      bundle: true,
      splitting: true,
      chunkNames: 'cli/chunks/[name]-[hash]',
      platform: 'node',
      target: 'node20',
      format: 'esm',
      metafile: true,
      minifySyntax: true,
      minifyWhitespace: true,
      sourcemap: 'linked',
      sourcesContent: false,
      logLevel: 'silent',
      tsconfig: inRoot('tsconfig.json'),
      // CommonJS packages load Node's modules by `require`
      banner: {
        js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
      },
    });
    const inputs = Object.keys(metafile.inputs).map((file) => relative(root, join(process.cwd(), file)));
    const stamp = stampOf(outdir);
    mkdirSync(join(outdir, 'cli'), { recursive: true });
    const next = `${stamp}.${process.pid}`;
    writeFileSync(next, JSON.stringify(Object.fromEntries(inputs.map((file) => [file, print(file)]))));
    renameSync(next, stamp);
    tidy(join(outdir, 'cli', 'chunks'), new Set(Object.keys(metafile.outputs).map((file) => basename(file))));
    return inputs;
  } finally {
    await stop();
  }
}

/** Removes chunks of earlier sources; a running command may still need one it has not loaded yet, so the newest are kept. */
function tidy(folder, current) {
  const old = Date.now() - 10 * 60_000;
  for (const name of readdirSync(folder))
    if (!current.has(name) && statSync(join(folder, name)).mtimeMs < old) rmSync(join(folder, name), { force: true });
}

/** Whether the built command line matches the current sources. */
export function isCliCurrent(outdir) {
  const stamp = stampOf(outdir);
  if (!existsSync(stamp) || !existsSync(join(outdir, 'cli', 'main.js'))) return false;
  try {
    return Object.entries(JSON.parse(readFileSync(stamp, 'utf8'))).every(([file, known]) => print(file) === known);
  } catch {
    return false; // a source is gone, or the note is incomplete: rebuild
  }
}
