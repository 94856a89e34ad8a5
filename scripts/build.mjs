#!/usr/bin/env node
/**
 * `npm run build`: web application in `.next`, workers and tools in `dist`, for `npm start` and `npm run worker`; the container image is built from
 * these.
 */
import { spawnSync } from 'node:child_process';
import { bundle, generateClient } from './lib/build.mjs';
import { explain } from './lib/launcher-error.mjs';
import { inRoot } from './lib/root.mjs';
import { fail, step } from './lib/ui.mjs';

try {
  await step('Database client', () => generateClient());
  await step('Workers and tools', () => bundle(inRoot('dist')));
} catch (error) {
  fail(explain(error));
  process.exit(1);
}
const env = { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' };
const web = spawnSync(process.execPath, [inRoot('node_modules', 'next', 'dist', 'bin', 'next'), 'build'], {
  cwd: inRoot(),
  env,
  stdio: 'inherit',
});
process.exit(web.status ?? 1);
