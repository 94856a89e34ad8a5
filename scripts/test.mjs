#!/usr/bin/env node
/**
 * `npm test`: all tests, with everything they need, on free ports and in a data folder of their own. The last line is
 * `N passed, N failed`. `npm test -- unit lint` runs those stages alone; `npm test -- --help` names them.
 */
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`✗ this is Node ${process.versions.node}: install Node 20.19 or newer (https://nodejs.org) and start again`);
  console.log('0 passed, 1 failed');
  process.exit(1);
}
const { test } = await import('./lib/test-run.mjs');
await test(process.argv.slice(2));
