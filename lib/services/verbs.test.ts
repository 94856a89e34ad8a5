import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { VERBS } from './verbs';

/** Not a call of a parameter of this name, as `act` has one. */
const MADE = /(?<![\w.]|=> )verb\(/g;
const NAMED = /(?<![\w.])verb\(\s*\{\s*name: '([^']+)'/g;

/** All sources of the product, without tests. */
function sources(): string[] {
  const root = join(import.meta.dirname, '../..');
  return ['app', 'cli', 'lib', 'scripts', 'workers']
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)))
    .filter((path) => /\.(tsx?|mjs)$/.test(path) && !/\.test\.tsx?$/.test(path) && path !== join('lib', 'services', 'verb.ts'))
    .map((path) => readFileSync(join(root, path), 'utf8'));
}

test('every verb is in the list, once, and none is made without a name that this test can read', () => {
  const text = sources().join('\n');
  const names = [...text.matchAll(NAMED)].map((m) => m[1]!);
  expect(names.length).toBeGreaterThan(30);
  expect(text.match(MADE)).toHaveLength(names.length);
  expect(VERBS.map((v) => v.name).sort()).toEqual(names.sort());
  expect(new Set(names).size).toBe(names.length);
});
