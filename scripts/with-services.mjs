#!/usr/bin/env node
/**
 * Run one of our TypeScript tools, or `next`, with the addresses of the running services:
 * `node scripts/with-services.mjs scripts/simulate.ts --days 3`.
 * The environment wins, then the running demo, then the development services.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataDir, inRoot } from './lib/root.mjs';

const [file, ...args] = process.argv.slice(2);
const found = [join(dataDir(), 'env'), inRoot('.data', 'dev', 'env')].find((path) => existsSync(path));
const lines = found ? readFileSync(found, 'utf8').split('\n') : [];
const given = Object.fromEntries(
  lines.filter((line) => line.includes('=')).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
);
const env = { ...given, ...process.env };
if (!env.DATABASE_URL) {
  console.error(
    '✗ nothing runs here: start the demo with "npm run demo", the services with "npm run services", or set DATABASE_URL',
  );
  process.exit(2);
}
const tool = file === 'next' ? [inRoot('node_modules', 'next', 'dist', 'bin', 'next')] : ['--import', 'tsx', file];
const run = spawnSync(process.execPath, [...tool, ...args], { cwd: inRoot(), env, stdio: 'inherit' });
process.exit(run.status ?? 1);
