import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { VERBS } from './verbs';

const MADE = /[^\w.]verb\(/g;
const NAMED = /[^\w.]verb\(\s*\{\s*name: '([^']+)'/g;

/** The source files below a folder, without tests. */
function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && path !== 'verb.ts')
    .map((path) => readFileSync(join(folder, path), 'utf8'));
}

test('every verb is in the list, once, and none is made without a name that this test can read', () => {
  const text = [join(import.meta.dirname, '.'), join(import.meta.dirname, '../auth')].flatMap(sources).join('\n');
  const names = [...text.matchAll(NAMED)].map((m) => m[1]!);
  expect(names.length).toBeGreaterThan(30);
  expect(text.match(MADE)).toHaveLength(names.length);
  expect(VERBS.map((v) => v.name).sort()).toEqual(names.sort());
  expect(new Set(names).size).toBe(names.length);
});
