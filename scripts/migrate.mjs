#!/usr/bin/env node
/** `npm run migrate`: bring the database of DATABASE_URL to the current schema. Safe to run twice; used by docker-compose too. */
import { readFileSync } from 'node:fs';
import { explain, LauncherError } from './lib/launcher-error.mjs';
import { migrate } from './lib/migrate.mjs';
import { inRoot } from './lib/root.mjs';
import { fail, step } from './lib/ui.mjs';

function address() {
  if (process.env.DATABASE_URL) return process.env.DATABASE_URL;
  try {
    const url = /^DATABASE_URL=(.*)$/m.exec(readFileSync(inRoot('.data', 'dev', 'env'), 'utf8'))?.[1];
    if (url) return url;
  } catch {
    // no development services: fall through to the message
  }
  throw new LauncherError('DATABASE_URL is not set', 'set it, or start the development services with: npm run services');
}

try {
  const folder = process.argv[2]; // another folder with migrations/, for tests
  await step('Applying migrations', async (progress) => {
    const { applied, total } = await migrate(address(), folder ? { folder } : {});
    progress.done(applied.length ? `${applied.length} applied (${applied.join(', ')})` : `nothing to do, all ${total} are there`);
  });
} catch (error) {
  fail(explain(error));
  process.exit(1);
}
