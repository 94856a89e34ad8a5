import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './ports.mjs';
import { removePostgres } from './postgres.mjs';
import { isAlive, runFile, start, stop } from './processes.mjs';
import { inRoot } from './root.mjs';
import { playwrightStage } from './stages.mjs';
import { say, step } from './ui.mjs';

/** Days of history for the journeys: enough for charts with limits and the seeded excursion, quick enough for every run. */
const DAYS = process.env.E2E_DAYS || '10';

/** Start the real demo in a folder of its own and wait until it reports that it is running. */
async function startDemo({ dir, port, onStart, progress, again }) {
  let ready;
  const isReady = new Promise((resolve) => {
    ready = resolve;
  });
  const lines = [];
  const child = start({
    name: again ? 'demo, second start' : 'demo',
    command: process.execPath,
    args: [inRoot('scripts', 'demo.mjs')],
    env: {
      DATA_DIR: dir,
      PORT: String(port),
      DEMO_DAYS: DAYS,
      DEMO_SEED: '1',
      DATABASE_URL: '',
      REDIS_URL: '',
      APP_URL: '',
      AUTH_SECRET: '',
      HOST: '',
      // Journeys receive webhooks on this machine.
      WEBHOOK_ALLOW_PRIVATE: '127.0.0.1',
    },
    graceMs: 60_000,
    onLine: (line) => {
      lines.push(line);
      progress.note(line.trim().slice(0, 70));
      if (line.startsWith('Ready after')) ready(true);
    },
  });
  onStart(child);
  const up = await Promise.race([isReady, child.exited.then(() => false)]);
  if (!up) throw new Error(`the demo did not start: ${lines.filter((l) => l.startsWith('✗')).at(-1) ?? lines.at(-1)}`);
  return child;
}

/** One check with a name, counted like a test. */
async function check(title, tally, work) {
  try {
    await step(title, work);
    tally.passed += 1;
    return true;
  } catch (error) {
    tally.failed += 1;
    say(`  ${error.message}`);
    return false;
  }
}

async function stopDemo(child, children) {
  await stop(child);
  const { code, signal } = await child.exited;
  if (code !== 0) throw new Error(`the demo ended with ${signal ?? `code ${code}`} instead of 0`);
  const left = children.filter(isAlive);
  if (left.length) throw new Error(`still running: ${left.map((c) => c.name).join(', ')}`);
}

/**
 * The journeys against a demo of their own; starting, stopping and starting again are checked on the way.
 * @param {{ browser: string, dir: string, onStart: (child: object) => void }} options
 */
export async function endToEnd({ browser, dir, onStart }) {
  mkdirSync(dir, { recursive: true });
  const tally = { passed: 0, failed: 0, skipped: 0 };
  const port = await freePort(3100);
  const record = () => runFile(join(dir, 'run.json')).previous().children;
  let child;
  try {
    const started = await check(`The demo starts on an empty folder (${DAYS} days)`, tally, async (progress) => {
      child = await startDemo({ dir, port, onStart, progress });
    });
    if (!started) return tally;
    const env = { E2E_URL: `http://localhost:${port}`, CHROMIUM_PATH: browser };
    const journeys = await playwrightStage({ report: join(dir, 'playwright.json'), env, onStart });
    tally.passed += journeys.passed;
    tally.failed += journeys.failed;
    tally.skipped += journeys.skipped;
    await check('The demo stops at SIGTERM and leaves no process', tally, () => stopDemo(child, record()));
    await check('The demo starts again within 20 s', tally, async (progress) => {
      const from = Date.now();
      child = await startDemo({ dir, port, onStart, progress, again: true });
      if (Date.now() - from > 20_000) throw new Error(`it took ${Date.now() - from} ms`);
    });
    if (child.running) await check('The demo stops again', tally, () => stopDemo(child, record()));
    return { ...tally, ...(journeys.note ? { note: journeys.note } : {}) };
  } finally {
    await stop(child);
    removePostgres(join(dir, 'postgres'));
  }
}
