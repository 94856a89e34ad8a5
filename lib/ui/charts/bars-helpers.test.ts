import { expect, test } from 'vitest';
import { zernikeName } from '@/lib/spatial';
import { preparePredicted } from './predicted-measured';
import { zernikeLabel } from './zernike';

test('one name a Zernike term, the same beside a bar, in an answer and in the title of a chart', () => {
  expect([4, 12, 24, 27].map(zernikeLabel)).toEqual([
    { label: 'Z(2,0)', name: 'bowl' },
    { label: 'Z(4,0)', name: 'ring' },
    { label: 'Z(6,0)', name: 'edge ring' },
    { label: 'Z(6,6)', name: '' },
  ]);
  expect(zernikeLabel(3)).toEqual({ label: 'Z(2,−2)', name: 'astig. 45°' });
  expect([12, 24, 27].map(zernikeName)).toEqual(['Z(4,0) ring', 'Z(6,0) edge ring', 'Z(6,6)']);
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
