import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WAFER_MEAN } from '@/lib/characteristic';
import { keyFor } from '../support/as';
import { type Door, openDoor } from '../support/door';
import { oxideChart } from '../support/oxide';
import { shortHistory } from '../support/short-history';

let door: Door;
let chart = '';
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  door = await openDoor();
  await shortHistory(door);
  chart = (await oxideChart(WAFER_MEAN, 'individuals')).id;
  env = { ...process.env, DRIFTLESS_API_KEY: await keyFor('notebook', 'read') };
});
afterAll(() => door.close());

const has = (program: string): boolean => spawnSync(program, ['--version']).status === 0;
const run = promisify(execFile);

test.runIf(has('python3'))('the Python example of the documentation reads a chart', async () => {
  const { stdout } = await run('python3', ['docs/examples/read_points.py', door.url, chart, '2026-09-01T00:00:00Z'], { env });
  expect(stdout).toBe('3 points, mean 127.067\n2026-09-01T05:00:00.000Z B2.5 140 rules 1\n');
});

test.runIf(has('Rscript'))('the R example of the documentation reads a chart', async () => {
  const { stdout } = await run('Rscript', ['docs/examples/read_points.R', door.url, chart], { env });
  expect(stdout).toBe('3 points, mean 127.067\nB2.5 140 rules 1\n');
});
