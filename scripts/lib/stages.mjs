import { delimiter } from 'node:path';
import { start } from './processes.mjs';
import { inRoot, readJson } from './root.mjs';

/** Result of one stage of the test command. @typedef {{ passed: number, failed: number, skipped: number, note?: string }} Tally */

/** Run a tool and pass its output on; `onStart` gets the process, to end it on Ctrl-C. */
export async function runStreaming({
  name,
  command = process.execPath,
  args,
  env = {},
  onStart,
  show = (line) => console.log(line),
}) {
  const child = start({
    name,
    command,
    args,
    env: { NEXT_TELEMETRY_DISABLED: '1', CHECKPOINT_DISABLE: '1', ...env },
    onLine: show,
  });
  onStart(child);
  const { code, signal, error } = await child.exited;
  return { code: code ?? 1, ended: error ? error.message : signal ? `ended by ${signal}` : `code ${code}`, output: child.output };
}

const tool = (...parts) => inRoot('node_modules', ...parts);
export const TOOLS = {
  tsc: tool('typescript', 'bin', 'tsc'),
  biome: tool('@biomejs', 'biome', 'bin', 'biome'),
  vitest: tool('vitest', 'vitest.mjs'),
  next: tool('next', 'dist', 'bin', 'next'),
  playwright: tool('@playwright', 'test', 'cli.js'),
};

/** Tools that pass or fail, one after another: each counts as one test. */
export async function allOf(runs) {
  const tally = { passed: 0, failed: 0, skipped: 0 };
  for (const run of runs) {
    const { code, ended } = await run();
    if (code === 0) tally.passed++;
    else Object.assign(tally, { failed: tally.failed + 1, note: ended });
  }
  return tally;
}

/** A runner that failed without naming a failed test must not look green. */
const atLeastOne = (tally, code, ended) => (code !== 0 && tally.failed === 0 ? { ...tally, failed: 1, note: ended } : tally);

/** Tests of one vitest project, counted from its own report. */
export async function vitestStage({ project, report, env, onStart, args = [] }) {
  const { code, ended } = await runStreaming({
    name: `vitest ${project}`,
    args: [
      TOOLS.vitest,
      'run',
      '--project',
      project,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...args,
    ],
    env: { NODE_ENV: 'test', ...env },
    onStart,
  });
  const told = readJson(report);
  if (!told) return { passed: 0, failed: 1, skipped: 0, note: `no report, ${ended}` };
  const brokenFiles = told.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((a) => a.status === 'failed'),
  ).length;
  return atLeastOne(
    { passed: told.numPassedTests, failed: told.numFailedTests + brokenFiles, skipped: told.numPendingTests + told.numTodoTests },
    code,
    ended,
  );
}

/** Journeys in the browser, counted from Playwright's own report; a test that passed only when repeated is named. */
export async function playwrightStage({ report, env, onStart, args = [] }) {
  const { code, ended } = await runStreaming({
    name: 'playwright',
    args: [TOOLS.playwright, 'test', '--reporter=list,json', ...args],
    env: { ...env, PLAYWRIGHT_JSON_OUTPUT_NAME: report, FORCE_COLOR: '0' },
    onStart,
  });
  const stats = readJson(report)?.stats;
  if (!stats) return { passed: 0, failed: 1, skipped: 0, note: `no report, ${ended}` };
  const tally = { passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped };
  return { ...atLeastOne(tally, code, ended), ...(stats.flaky ? { note: `${stats.flaky} flaky` } : {}) };
}

/** Whether package.json has the command. */
export const hasCommand = (name) => Boolean(readJson(inRoot('package.json'))?.scripts?.[name]);

/** A command of package.json that prints `N passed, N failed` itself, or is judged by its exit code. */
export async function commandStage({ name, env, onStart }) {
  const line = readJson(inRoot('package.json')).scripts[name];
  const path = [inRoot('node_modules', '.bin'), process.env.PATH].join(delimiter);
  const { code, ended, output } = await runStreaming({
    name,
    command: '/bin/sh',
    args: ['-c', line],
    env: { ...env, PATH: path },
    onStart,
  });
  const told = [...output.matchAll(/(\d+) passed, (\d+) failed/g)].at(-1);
  const tally = told
    ? { passed: Number(told[1]), failed: Number(told[2]), skipped: 0 }
    : { passed: code === 0 ? 1 : 0, failed: 0, skipped: 0 };
  return atLeastOne(tally, code, ended);
}
