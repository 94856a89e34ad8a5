import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

test('every dependency has its line with reason and licence in the decision, and nothing else has one', () => {
  const table = read('docs/decisions/0014-dependencies.md')
    .split('\n\n')
    .find((part) => part.includes('| Package |'))!;
  const listed = table
    .split('\n')
    .slice(2)
    .flatMap((row) => row.split('|')[1]?.split(',') ?? [])
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
  const used = Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !name.startsWith('@types/'));
  expect([...listed].sort()).toEqual(used.sort());
});
