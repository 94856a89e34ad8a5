import { afterAll, beforeAll, expect, test } from 'vitest';
import { searchEverything } from '@/lib/services/pages/search';
import { type Door, lotRecord, openDoor } from '../support/door';
import { oxideLoop } from '../support/oxide';

let door: Door;
beforeAll(async () => {
  door = await openDoor();
  await oxideLoop();
  await door.post(
    'lots',
    Array.from({ length: 8 }, (_, i) => lotRecord(`CVD-${100 + i}`)),
  );
});
afterAll(() => door.close());

test('a kind that is asked for gives its own hits, the same as among all and on beyond five; an unknown one gives none', async () => {
  const all = await searchEverything('cvd');
  const kinds = [...new Set(all.map((h) => h.kind))];
  expect(kinds).toEqual(expect.arrayContaining(['lot', 'tool', 'chart', 'loop']));
  for (const kind of kinds) {
    const alone = await searchEverything('cvd', kind);
    const among = all.filter((h) => h.kind === kind && h.more === undefined);
    expect(alone.slice(0, among.length), kind).toEqual(among);
    expect(alone.every((h) => h.kind === kind)).toBe(true);
  }
  expect(all.find((h) => h.more === 'lot')).toBeDefined();
  expect(await searchEverything('cvd', 'lot')).toHaveLength(8);
  expect(await searchEverything('CVD-103.07', 'wafer')).toMatchObject([
    { kind: 'wafer', title: 'CVD-103.07', href: '/wafers?lot=CVD-103&slot=7' },
  ]);
  expect(await searchEverything('cvd', 'nonsense')).toEqual([]);
});
