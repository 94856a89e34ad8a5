import { expect, test } from 'vitest';
import { preparePredicted } from './predicted-measured';
import { osaToNm, zernikeLabel } from './zernike';

test('OSA index order: 0 (0,0) · 3 (2,−2) · 4 (2,0) · 12 (4,0) · 27 (6,6), and back for the first 120', () => {
  expect([0, 3, 4, 12, 27].map(osaToNm)).toEqual([
    { n: 0, m: 0 },
    { n: 2, m: -2 },
    { n: 2, m: 0 },
    { n: 4, m: 0 },
    { n: 6, m: 6 },
  ]);
  for (let j = 0; j < 120; j++) {
    const { n, m } = osaToNm(j);
    expect((n * (n + 2) + m) / 2).toBe(j);
    expect(Math.abs(m) <= n && (n - m) % 2 === 0).toBe(true);
  }
  expect(zernikeLabel(4)).toEqual({ label: 'Z(2,0)', name: 'bowl' });
});

test('predicted against measured: pairs only, square domain, coverage counted', () => {
  const m = preparePredicted({
    title: 't',
    unit: 'nm',
    measured: new Float64Array([3, 1, Number.NaN, 2]),
    predicted: new Float64Array([3.1, 1.5, 2, 2]),
    lo: new Float64Array([2.9, 1.3, 1, 1.8]),
    hi: new Float64Array([3.3, 1.7, 3, 2.2]),
    reliable: [true, true, true, true],
    label: ['a', 'b', 'c', 'd'],
  });
  expect(m.index).toEqual([1, 3, 0]);
  expect(m.coverage).toBeCloseTo(2 / 3, 12);
  expect(m.summary).toContain('67 %');
});
