import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { inRoot } from './lib/root.mjs';

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(inRoot('docs'), { recursive: true, encoding: 'utf8' }).map((p) => `docs/${p}`),
].filter((p) => p.endsWith('.md') && existsSync(inRoot(p)));
const text = (page: string): string => readFileSync(inRoot(page), 'utf8');

test('every file and every function that "Find it in a minute" names is there', () => {
  const named = [...text('docs/find-it.md').matchAll(/`([\w/.-]+\.ts)`(?: \(([^)]*)\))?/g)];
  expect(named.length).toBeGreaterThan(100);
  const missing = named.flatMap(([, file, functions = '']) => {
    if (!existsSync(inRoot('lib', file!))) return [file];
    const source = readFileSync(inRoot('lib', file!), 'utf8');
    const names = [...functions.matchAll(/`(\w+)`/g)].map((m) => m[1]!);
    return names
      .filter((n) => !new RegExp(`export (async )?(const|function\\*?|class) ${n}\\b`).test(source))
      .map((n) => `${file}: ${n}`);
  });
  expect(missing).toEqual([]);
});

test.each(pages)('%s: paths of the repository and links lead to something', (page) => {
  const folder = page.includes('/') ? page.slice(0, page.lastIndexOf('/')) : '.';
  const links = [...text(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
    .map((m) => m[1]!)
    .filter((l) => !/^[a-z]+:/.test(l) && !l.startsWith('/'));
  const paths = [
    ...text(page).matchAll(/`((?:app|bench|cli|docs|e2e|lib|prisma|scripts|tests|workers)\/[\w./()[\]-]+\.\w+)`/g),
  ].map((m) => m[1]!);
  expect([
    ...links.filter((l) => !existsSync(inRoot(folder, l))),
    ...paths.filter((p) => !existsSync(inRoot(p)) && !existsSync(inRoot('lib', p))),
  ]).toEqual([]);
});
