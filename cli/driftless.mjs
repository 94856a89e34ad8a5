#!/usr/bin/env node
/** `npx driftless <capability> <function> …`: runs the built command line; from a clone whose sources have moved on it is built first, in under a second. */
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { bundleCli, isCliCurrent } from '../scripts/lib/build-cli.mjs';
import { inRoot } from '../scripts/lib/root.mjs';

const outdir = inRoot('dist');
const hasSources = existsSync(inRoot('cli', 'main.ts'));
if (hasSources && !isCliCurrent(outdir)) {
  try {
    await bundleCli(outdir);
  } catch (error) {
    process.stderr.write(
      `driftless: the command line cannot be built: ${error.message.split('\n')[0]}; run "npm ci" in ${inRoot()}\n`,
    );
    process.exit(1);
  }
}
const { main } = await import(pathToFileURL(inRoot('dist', 'cli', 'main.js')).href);
await main(process.argv.slice(2));
