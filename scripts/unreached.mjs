#!/usr/bin/env node
/**
 * Files, exports and packages that nothing reaches (`knip.json`), and what production code alone does not reach (`knip.production.json`): the latter must be just
 * what decision 18 lists, with what it is kept for.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot } from './lib/root.mjs';

const LIST = join('docs', 'decisions', '0018-kept-for-later.md');
const knip = (...args) =>
  spawnSync(process.execPath, [inRoot('node_modules', 'knip', 'bin', 'knip.js'), '--no-progress', ...args], {
    cwd: inRoot(),
    encoding: 'utf8',
  });

const WHOLE_FILE = 'the whole file';

/** `file: name` of each thing that the decision lists. */
function listed() {
  const rows = [...readFileSync(inRoot(LIST), 'utf8').matchAll(/^\| `([^`]+)` \| ([^|]+) \|/gm)];
  return rows.flatMap(([, file, names]) =>
    names.trim() === WHOLE_FILE ? [`${file}: ${WHOLE_FILE}`] : [...names.matchAll(/`(\w+)`/g)].map((m) => `${file}: ${m[1]}`),
  );
}

/** The same of each thing that production code does not reach. */
function found() {
  const { stdout, stderr } = knip(
    '--production',
    '-c',
    'knip.production.json',
    '--include',
    'exports,types,files',
    '--reporter',
    'json',
  );
  const start = stdout.indexOf('{');
  if (start < 0) throw new Error(`knip told nothing: ${stderr}`);
  const { issues } = JSON.parse(stdout.slice(start));
  return issues.flatMap((i) => [
    ...[...i.exports, ...i.types].map((e) => `${i.file}: ${e.name}`),
    ...(i.files.length > 0 ? [`${i.file}: ${WHOLE_FILE}`] : []),
  ]);
}

const all = knip();
process.stdout.write(all.stdout + all.stderr);
const [kept, unreached] = [new Set(listed()), new Set(found())];
const problems = [
  ...[...unreached]
    .filter((e) => !kept.has(e))
    .map((e) => `only tests reach ${e}: use it, delete it, or list in ${LIST} what it is kept for`),
  ...[...kept].filter((e) => !unreached.has(e)).map((e) => `${LIST} lists ${e}, which is in use or gone: take it out`),
];
for (const p of problems) console.error(p);
process.exit(all.status === 0 && problems.length === 0 ? 0 : 1);
