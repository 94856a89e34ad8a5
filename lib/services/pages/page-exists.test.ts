import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isBesideThings, THINGS } from './page-exists';

const PAGES = join(process.cwd(), 'app/(dash)');
const folders = (of: string): string[] =>
  readdirSync(of, { withFileTypes: true })
    .filter((e) => e.isDirectory())
    .map((e) => e.name);

test('every page of one thing is known, and every page beside it', () => {
  const lists = folders(PAGES).filter((list) => folders(join(PAGES, list)).includes('[id]'));
  expect(lists.length).toBeGreaterThan(5);
  expect(Object.keys(THINGS).sort()).toEqual(lists.sort());
  for (const list of lists)
    for (const beside of folders(join(PAGES, list)).filter((f) => f !== '[id]'))
      expect(isBesideThings(`/${list}/${beside}`), `${list}/${beside}`).toBe(true);
});
