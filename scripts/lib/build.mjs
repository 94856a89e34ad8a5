import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { bundleCli } from './build-cli.mjs';
import { codeVersions } from './code-versions.mjs';
import { LauncherError, troubleIn } from './launcher-error.mjs';
import { identity, isAlive, start } from './processes.mjs';
import { inRoot, readJson, root } from './root.mjs';

/** The sources of the build products, without tests and generated code. */
const SOURCES = [
  'app',
  'cli',
  'lib',
  'workers',
  'public',
  'scripts',
  'prisma/schema.prisma',
  'next.config.js',
  'postcss.config.mjs',
  'tsconfig.json',
  'package-lock.json',
  'proxy.ts',
  'instrumentation.ts',
];
const KEEP = 3;
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const isSource = (path) => !/(\.test\.tsx?|\.md)$|lib\/db\/generated(\/|$)|^scripts\/.*\.mjs$/.test(path);

function* filesBelow(path) {
  const at = inRoot(path);
  if (!existsSync(at) || !isSource(path)) return;
  if (statSync(at).isFile()) return yield path;
  for (const entry of readdirSync(at).sort()) yield* filesBelow(`${path}/${entry}`);
}

/** A hash of all sources; equal sources give equal products. */
export function sourceHash() {
  const hash = createHash('sha256').update(`node ${process.versions.modules} ${process.platform} ${process.arch}\n`);
  for (const source of SOURCES)
    for (const file of filesBelow(source))
      hash
        .update(`${file}\n`)
        .update(readFileSync(inRoot(file)))
        .update('\n');
  return hash.digest('hex').slice(0, 12);
}

async function runTool(name, args, env, onLine, onStart) {
  const child = start({
    name,
    command: process.execPath,
    args,
    env: { NEXT_TELEMETRY_DISABLED: '1', CHECKPOINT_DISABLE: '1', ...env },
    onLine,
  });
  onStart(child);
  const { code } = await child.exited;
  if (child.stopping) throw new LauncherError('the build was stopped', 'start again to go on');
  if (code === 0) return;
  const output = child.output.trim();
  const error = output.split('\n').find((line) => /error|failed|cannot find/i.test(line)) ?? output.split('\n').at(-1) ?? '';
  const log = inRoot('dist', `${name}.log`);
  mkdirSync(inRoot('dist'), { recursive: true });
  writeFileSync(log, `${output}\n`);
  throw (
    troubleIn(output, 'building') ??
    new LauncherError(`${name} failed (${error.trim().slice(0, 200)})`, `the whole output is in ${relative(root, log)}`)
  );
}

/** Prisma's typed client, regenerated when the schema has changed. No engine is downloaded: the client needs none. */
export async function generateClient(onStart = () => undefined) {
  const stamp = inRoot('lib', 'db', 'generated', '.schema');
  const want = createHash('sha256')
    .update(readFileSync(inRoot('prisma', 'schema.prisma')))
    .update(readFileSync(inRoot('scripts', 'prisma-rows.mjs')))
    .update(readFileSync(inRoot('package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === want) return;
  await runTool(
    'prisma-generate',
    [inRoot('node_modules', 'prisma', 'build', 'index.js'), 'generate'],
    { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath },
    () => undefined,
    onStart,
  );
  writeFileSync(stamp, want);
}

/** Entry points of the processes beside the web server: name in the output → source. */
function entryPoints() {
  const entries = {};
  const add = (folder, pattern) => {
    if (!existsSync(inRoot(folder))) return;
    for (const name of readdirSync(inRoot(folder))) {
      if (pattern.test(name) && !name.endsWith('.test.ts') && !name.endsWith('.d.ts'))
        entries[`${folder}/${name.replace(/\.ts$/, '')}`] = inRoot(folder, name);
    }
  };
  add('workers', /^main\.ts$/);
  add('workers/compute', /^(?!call\.).*\.ts$/); // that one is bundled with the command line, packages included
  add('scripts', /\.ts$/);
  return entries;
}

/** Bundle workers and command-line tools; packages stay in node_modules, except for the command line and the compute program. */
export async function bundle(outdir) {
  const { build, stop } = await import('esbuild');
  try {
    await build({
      entryPoints: entryPoints(),
      outdir,
      outbase: root,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      packages: 'external',
      sourcemap: true,
      logLevel: 'silent',
      tsconfig: inRoot('tsconfig.json'),
      loader: { '.wasm': 'copy' },
      define: { __CODE_VERSIONS__: JSON.stringify(await codeVersions()) },
    });
    await bundleCli(outdir);
  } catch (error) {
    const first = error.errors?.[0];
    const at = first?.location ? `${first.location.file}:${first.location.line}: ` : '';
    throw new LauncherError(`bundling failed (${at}${first?.text ?? error.message})`, 'mend it and start again');
  } finally {
    await stop(); // its helper process would live as long as the demo
  }
}

/** The web application. `next-env.d.ts`, which Next writes for the editor, is restored afterwards. */
async function buildWeb(outdir, progress, onStart) {
  const tsconfig = join(outdir, 'tsconfig.json');
  const up = relative(outdir, root);
  writeFileSync(
    tsconfig,
    JSON.stringify({
      extends: `${up}/tsconfig.json`,
      include: [`${up}/next-env.d.ts`, `${up}/app/**/*.ts`, `${up}/app/**/*.tsx`],
    }),
  );
  const note = inRoot('next-env.d.ts');
  const before = existsSync(note) ? readFileSync(note) : undefined;
  const env = {
    NODE_ENV: 'production',
    NEXT_DIST_DIR: relative(root, join(outdir, 'next')),
    NEXT_TSCONFIG: relative(root, tsconfig),
  };
  try {
    await runTool(
      'next-build',
      [inRoot('node_modules', 'next', 'dist', 'bin', 'next'), 'build'],
      env,
      (line) => progress.note(webNote(line)),
      onStart,
    );
  } finally {
    if (before) writeFileSync(note, before);
    else rmSync(note, { force: true });
  }
}

const webNote = (line) => {
  const text = line
    .replace(/[^\x20-\x7e]/g, '')
    .trim()
    .toLowerCase();
  return /compil|collect|generat|optimi|final/.test(text) ? `web: ${text.slice(0, 60)}` : 'web';
};

/** The newest complete build, whose compiler cache saves time. */
const complete = () =>
  readdirSync(inRoot('dist'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(inRoot('dist', entry.name, 'done.json')))
    .map((entry) => ({ dir: inRoot('dist', entry.name), at: statSync(inRoot('dist', entry.name, 'done.json')).mtimeMs }))
    .sort((a, b) => b.at - a.at);

const usersOf = (dir) =>
  readdirSync(dir)
    .filter((name) => name.startsWith('used-by-'))
    .map((name) => readJson(join(dir, name)));

/** Mark a build as in use, so that it is not removed. */
export function holdBuild(dir) {
  const file = join(dir, `used-by-${process.pid}`);
  writeFileSync(file, JSON.stringify({ pid: process.pid, identity: identity(process.pid) }));
  return () => rmSync(file, { force: true });
}

/** Keep the newest builds and those in use; remove the rest, and what an aborted build left. */
function tidy() {
  for (const { dir } of complete().slice(KEEP)) if (!usersOf(dir).some(isAlive)) rmSync(dir, { recursive: true, force: true });
  for (const name of readdirSync(inRoot('dist')).filter((entry) => /^[0-9a-f]{12}$/.test(entry))) {
    const unfinished = !existsSync(inRoot('dist', name, 'done.json')) && !isAlive(readJson(inRoot('dist', `${name}.lock`)));
    if (unfinished) rmSync(inRoot('dist', name), { recursive: true, force: true });
  }
}

/**
 * Products of the current sources in `dist/<hash>`: made once, never changed, so that a running demo keeps its own while the sources change.
 * @returns {Promise<{ dir: string, nextDir: string, built: boolean }>}
 */
export async function ensureBuild(progress, onStart = () => undefined) {
  const hash = sourceHash();
  const dir = inRoot('dist', hash);
  const result = { dir, nextDir: relative(root, join(dir, 'next')) };
  const lock = inRoot('dist', `${hash}.lock`);
  mkdirSync(inRoot('dist'), { recursive: true });
  while (!existsSync(join(dir, 'done.json')) && isAlive(readJson(lock))) {
    progress.note('another command builds the same');
    await wait(300);
  }
  if (existsSync(join(dir, 'done.json'))) {
    await generateClientIfGone(onStart);
    return { ...result, built: false };
  }
  writeFileSync(lock, JSON.stringify({ pid: process.pid, identity: identity(process.pid) }));
  try {
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir, { recursive: true });
    progress.note('database client');
    await generateClient(onStart);
    progress.note('workers');
    await bundle(dir);
    const last = complete()[0];
    if (last && existsSync(join(last.dir, 'next', 'cache')))
      cpSync(join(last.dir, 'next', 'cache'), join(dir, 'next', 'cache'), { recursive: true });
    if (existsSync(inRoot('app'))) await buildWeb(dir, progress, onStart);
    writeFileSync(join(dir, 'done.json'), JSON.stringify({ at: new Date().toISOString() }));
    tidy();
    return { ...result, built: true };
  } finally {
    rmSync(lock, { force: true });
  }
}

/** Editors and tests read the generated client; the products do not. */
async function generateClientIfGone(onStart) {
  if (!existsSync(inRoot('lib', 'db', 'generated'))) await generateClient(onStart);
}
