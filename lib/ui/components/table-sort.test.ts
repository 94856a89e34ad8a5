import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sortRows } from './table-sort';

test('numbers by size, names naturally, missing last in both directions', () => {
  expect(sortRows([10, Number.NaN, 9], (v) => v, 'asc')).toEqual([9, 10, Number.NaN]);
  expect(sortRows([10, Number.NaN, 9], (v) => v, 'desc')).toEqual([10, 9, Number.NaN]);
  expect(sortRows(['ETCH-10', 'ETCH-2'], (v) => v, 'asc')).toEqual(['ETCH-2', 'ETCH-10']);
});

test('sorting keeps every row and equal rows keep their order', () =>
  fc.assert(
    fc.property(fc.array(fc.record({ k: fc.integer({ min: 0, max: 3 }), id: fc.nat() })), (rows) => {
      const out = sortRows(rows, (r) => r.k, 'asc');
      expect([...out].sort((a, b) => rows.indexOf(a) - rows.indexOf(b))).toEqual(rows);
      for (let i = 1; i < out.length; i++) {
        const p = out[i - 1]!;
        const q = out[i]!;
        expect(p.k < q.k || (p.k === q.k && rows.indexOf(p) < rows.indexOf(q))).toBe(true);
      }
    }),
  ));
