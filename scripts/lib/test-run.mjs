import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkBoundaries } from './boundaries.mjs';
import { ensureBrowser } from './browser.mjs';
import { ensureBuild, generateClient, holdBuild } from './build.mjs';
import { endToEnd } from './end-to-end.mjs';
import { install, isInstalled } from './install.mjs';
import { explain, LauncherError } from './launcher-error.mjs';
import { removePostgres, startPostgres } from './postgres.mjs';
import { identity, isAlive, kill, stop, stopLeftovers } from './processes.mjs';
import { startRedis } from './redis.mjs';
import { inRoot, readJson } from './root.mjs';
import { secrets } from './secrets.mjs';
import { allOf, commandStage, hasCommand, runStreaming, TOOLS, vitestStage } from './stages.mjs';
import { bold, elapsed, fail, say, step } from './ui.mjs';

/** Everything one run started, and its folder: both removed at the end. */
function bench() {
  const dir = inRoot('.data', `test-${process.pid}`);
  let started = [];
  const tidy = [];
  const write = () => {
    mkdirSync(dir, { recursive: true });
    const children = started.map(({ name, pid, stopSignal }) => ({ name, pid, identity: identity(pid), stopSignal }));
    writeFileSync(
      join(dir, 'run.json'),
      JSON.stringify({ launcher: { pid: process.pid, identity: identity(process.pid) }, children }),
    );
  };
  write();
  return {
    dir,
    add(child) {
      started = started.filter((k) => k.running);
      started.push(child);
      write();
    },
    atEnd: (work) => tidy.push(work),
    async close() {
      for (const child of [...started].reverse()) await stop(child);
      for (const work of tidy) work();
      removePostgres(join(dir, 'postgres'));
      rmSync(dir, { recursive: true, force: true });
    },
    killAll() {
      for (const child of started) kill(child);
    },
  };
}

/** Removes folders and processes of test runs that were killed. */
async function tidyOldRuns() {
  const data = inRoot('.data');
  if (!existsSync(data)) return;
  for (const name of readdirSync(data).filter((n) => /^(test|vitest)-\d+$/.test(n))) {
    const old = readJson(join(data, name, 'run.json'));
    if (isAlive(old?.launcher)) continue;
    await stopLeftovers(old?.children ?? []);
    await stopLeftovers(readJson(join(data, name, 'e2e', 'run.json'))?.children ?? []);
    for (const folder of ['postgres', 'e2e/postgres']) removePostgres(join(data, name, folder));
    rmSync(join(data, name), { recursive: true, force: true });
  }
}

async function typeCheck({ onStart }) {
  await generateClient(onStart);
  const typegen = await runStreaming({ name: 'next typegen', args: [TOOLS.next, 'typegen'], onStart });
  if (typegen.code !== 0) return { passed: 0, failed: 1, skipped: 0, note: 'next typegen failed' };
  return allOf([
    () => runStreaming({ name: 'tsc', args: [TOOLS.tsc, '--noEmit', '-p', '.'], onStart }),
    () => runStreaming({ name: 'tsc of the kernels', args: [TOOLS.tsc, '-p', inRoot('lib', 'kernels', 'assembly')], onStart }),
  ]);
}

const lint = ({ onStart }) =>
  allOf([
    () => runStreaming({ name: 'biome', args: [TOOLS.biome, 'check', '.'], onStart }),
    () => runStreaming({ name: 'biome of the kernels', args: [inRoot('scripts', 'lint-kernels.mjs')], onStart }),
  ]);

async function boundaries() {
  const { problems, modules } = checkBoundaries();
  for (const problem of problems) say(`  ${problem}`);
  return { passed: problems.length ? 0 : 1, failed: problems.length ? 1 : 0, skipped: 0, note: `${modules} modules` };
}

/** Files, exports and packages that nothing reaches (`knip.json`). */
const unreached = ({ onStart }) =>
  allOf([() => runStreaming({ name: 'unreached', args: [inRoot('scripts', 'unreached.mjs')], onStart })]);

async function unit({ bench: { dir }, onStart }) {
  await generateClient(onStart);
  return vitestStage({ project: 'unit', report: join(dir, 'unit.json'), onStart });
}

async function reference({ onStart }) {
  if (!hasCommand('test:reference')) return { passed: 0, failed: 0, skipped: 0, note: 'none here' };
  return commandStage({ name: 'test:reference', onStart });
}

async function integration({ bench: own, onStart }) {
  const keys = secrets(join(own.dir, 'secrets.json'));
  const logs = join(own.dir, 'logs');
  const env = await step('Postgres and Redis for the tests', async (progress) => {
    const postgres = await startPostgres({ dir: join(own.dir, 'postgres'), logs, password: keys.postgres, throwaway: true });
    own.add(postgres.child);
    const queue = await startRedis({
      dir: join(own.dir, 'redis'),
      logs,
      password: keys.redis,
      throwaway: true,
      note: progress.note,
    });
    if (queue.child) own.add(queue.child);
    progress.done(`embedded Postgres, ${queue.what}`);
    return { DATABASE_URL: postgres.url, REDIS_URL: '', ...queue.env, AUTH_SECRET: keys.auth, DRIFTLESS_API_KEY: keys.apiKey };
  });
  await generateClient(onStart);
  const products = await build({ bench: own, onStart });
  return vitestStage({
    project: 'integration',
    report: join(own.dir, 'integration.json'),
    env: { ...env, DRIFTLESS_BUILD: products.dir, NEXT_DIST_DIR: products.nextDir },
    onStart,
  });
}

async function build({ bench: own, onStart }) {
  const products = await step('Building', async (progress) => {
    const made = await ensureBuild(progress, onStart);
    progress.done(made.built ? 'new' : 'nothing has changed');
    return made;
  });
  own.atEnd(holdBuild(products.dir));
  return products;
}

async function e2e(context) {
  const browser = await step('Browser', async (progress) => {
    const found = await ensureBrowser(progress, context.onStart);
    progress.done(found.what);
    return found;
  });
  await build(context);
  return endToEnd({ browser: browser.file, dir: join(context.bench.dir, 'e2e'), onStart: context.onStart });
}

const STAGES = { types: typeCheck, lint, boundaries, unreached, unit, reference, integration, e2e };
const GROUPS = { verify: ['types', 'lint', 'boundaries', 'unreached', 'unit'] };

function chosen(argv) {
  const names = argv.flatMap((word) => GROUPS[word] ?? [word]);
  const wrong = names.find((name) => !STAGES[name]);
  if (wrong)
    throw new LauncherError(
      `there is no stage ${wrong}`,
      `the stages are ${Object.keys(STAGES).join(', ')}, and verify for the first four`,
    );
  return names.length ? Object.keys(STAGES).filter((name) => names.includes(name)) : Object.keys(STAGES);
}

async function runStage(name, context) {
  const started = Date.now();
  say(`\n${bold(`── ${name}`)}`);
  let tally;
  try {
    tally = await STAGES[name](context);
  } catch (error) {
    if (context.stopping()) throw error;
    fail(explain(error));
    if (!(error instanceof LauncherError)) console.error(error);
    tally = { passed: 0, failed: 1, skipped: 0, note: 'could not run' };
  }
  return { name, ...tally, ms: Date.now() - started };
}

function summary(results, startedAt) {
  say(`\n${bold('── summary')}`);
  for (const { name, passed, failed, skipped, note, ms } of results) {
    const counts = `${String(passed).padStart(6)} passed ${String(failed).padStart(4)} failed${skipped ? ` ${skipped} skipped` : ''}`;
    say(`${failed ? '✗' : '✓'} ${name.padEnd(12)}${counts}  ${elapsed(ms)}${note ? `  (${note})` : ''}`);
  }
  say(`  all of it took ${elapsed(Date.now() - startedAt)}\n`);
}

/** The command itself. */
export async function test(argv) {
  const startedAt = Date.now();
  const results = [];
  let own;
  let stopping = false;
  try {
    if (argv.includes('--help'))
      return console.log(
        `npm test [-- stage ...]\n\nStages: ${Object.keys(STAGES).join(', ')}; verify = ${GROUPS.verify.join(', ')}`,
      );
    const names = chosen(argv);
    await tidyOldRuns();
    own = bench();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.on(signal, async () => {
        if (stopping) return;
        stopping = true;
        await own.close();
        console.log('stopped before the end\n0 passed, 1 failed');
        process.exit(130);
      });
    }
    const context = { bench: own, onStart: own.add, stopping: () => stopping };
    if (!isInstalled()) await step('Installing packages', (progress) => install(progress, own.add));
    for (const name of names) results.push(await runStage(name, context));
  } catch (error) {
    if (stopping) return;
    fail(explain(error));
    results.push({ name: 'set-up', passed: 0, failed: 1, skipped: 0, ms: Date.now() - startedAt });
  }
  if (own) await own.close();
  summary(results, startedAt);
  const sum = (field) => results.reduce((total, result) => total + result[field], 0);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
  process.exit(sum('failed') ? 1 : 0);
}
