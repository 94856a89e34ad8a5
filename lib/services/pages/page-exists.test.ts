import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isBesideThings, THINGS } from './page-exists';

const PAGES = join(process.cwd(), 'app/(dash)');
const folders = (of: string): string[] =>
  readdirSync(of, { withFileTypes: true })
    .filter((e) => e.isDirectory())
    .map((e) => e.name);

const OF_ONE = /^\[.*\]$/;

/** Every folder of pages, as its address; those of one thing are not entered. */
function lists(path = ''): string[] {
  return folders(join(PAGES, path)).flatMap((f) => (OF_ONE.test(f) ? [] : [`${path}/${f}`, ...lists(`${path}/${f}`)]));
}

test('every page of one thing is known, and every page beside it', () => {
  const withThings = lists().filter((list) => folders(join(PAGES, list)).some((f) => OF_ONE.test(f)));
  expect(withThings.length).toBeGreaterThan(5);
  expect(Object.keys(THINGS).sort()).toEqual(withThings.map((l) => l.slice(1)).sort());
  for (const list of withThings)
    for (const beside of folders(join(PAGES, list)).filter((f) => !OF_ONE.test(f)))
      expect(isBesideThings(`${list}/${beside}`), `${list}/${beside}`).toBe(true);
});
