import { expect, test } from 'vitest';
import type { MetrologyRecipe } from '@/lib/recipes';
import { prepareErrorMap } from './error-map.prepare';

const free = (name: string, lower: number, upper: number): MetrologyRecipe['parameters'][number] => ({
  name,
  label: name,
  unit: 'nm',
  value: (lower + upper) / 2,
  role: { kind: 'free', lower, upper },
  reportAs: null,
});
const fixed: MetrologyRecipe['parameters'][number] = { ...free('n', 1, 2), role: { kind: 'fixed' } };

test('three parameters: a table for each cell of the first, the last fastest', () => {
  const rms = Array.from({ length: 27 }, (_, i) => (i === 13 ? null : i));
  const tables = prepareErrorMap([free('cd', 20, 50), fixed, free('swa', 83, 92), free('h', 90, 150)], [3, 3, 3], rms);
  expect(tables.map((t) => t.caption)).toEqual(['cd, nm: 20.0–30.0', 'cd, nm: 30.0–40.0', 'cd, nm: 40.0–50.0']);
  expect(tables[1]!.values).toEqual([
    [9, 10, 11],
    [12, Number.NaN, 14],
    [15, 16, 17],
  ]);
  expect(tables[0]!.columnLabels).toEqual(['90.0–110', '110–130', '130–150']);
});

test('one parameter is a row, two a table', () => {
  expect(prepareErrorMap([free('t', 0, 9)], [3], [1, 2, 3])[0]!.values).toEqual([[1, 2, 3]]);
  expect(prepareErrorMap([free('a', 0, 9), free('b', 0, 9)], [2, 2], [1, 2, 3, 4])[0]!.values).toEqual([
    [1, 2],
    [3, 4],
  ]);
});

test('six parameters: one line each, root mean square over the others', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const rms = Array.from({ length: 64 }, (_, i) => (i % 2 === 0 ? 1 : 7));
  const [t, ...none] = prepareErrorMap(
    names.map((n) => free(n, 0, 1)),
    [2, 2, 2, 2, 2, 2],
    rms,
  );
  expect(none).toEqual([]);
  expect(t!.rowLabels).toHaveLength(6);
  expect(t!.values[5]).toEqual([1, 7]);
  expect(t!.values[0]![0]).toBeCloseTo(5, 12);
});

test('a map of another box is not drawn', () => {
  expect(prepareErrorMap([free('a', 0, 1)], [3, 3], [])).toEqual([]);
});
