import { expect, test } from 'vitest';
import { heldBack } from './predictions.prepare';
import { QUALITY_RULES, quality } from './quality';

const good = {
  version: 4,
  q2: 0.9,
  rmse: 0.47,
  checked: 100,
  coverage: 0.95,
  observedRmse: 0.5,
  predictions: 2000,
  unreliable: 20,
};

test('a model is not called good while many of its predictions lie outside its domain', () => {
  expect(quality(good)).toEqual({ status: 'ok', text: 'good' });
  expect(quality({ ...good, unreliable: 340 })).toEqual({ status: 'warn', text: 'often outside' });
  expect(quality({ ...good, predictions: 2325, unreliable: 67 }).text).toBe('often outside');
  expect(quality({ ...good, unreliable: 40 }).text).toBe('good');
  // Too few, or what chance makes of one in a hundred.
  expect(quality({ ...good, predictions: 25, unreliable: 3 }).text).toBe('good');
  expect(quality({ ...good, predictions: 110, unreliable: 3 }).text).toBe('good');
  expect(quality({ ...good, unreliable: 340, q2: 0.3 }).text).toBe('weak');
});

test('a model whose error is several times that of its validation is not called good, whatever its interval', () => {
  expect(quality({ ...good, observedRmse: 1.9 })).toEqual({ status: 'warn', text: 'error has grown' });
  expect(quality({ ...good, observedRmse: 0.93 }).text).toBe('good');
  expect(quality({ ...good, observedRmse: 1.9, checked: 29 }).text).toBe('good');
  expect(quality({ ...good, observedRmse: null, checked: 0, coverage: null }).text).toBe('good');
});

test('the words of the verdict are those of its limits', () => {
  const number = (pattern: RegExp): number => Number(pattern.exec(QUALITY_RULES)![1]);
  const [from, below] = [number(/good from ([\d.]+)/), number(/weak below ([\d.]+)/)];
  expect([quality({ ...good, q2: from }).text, quality({ ...good, q2: from - 0.01 }).text]).toEqual(['good', 'fair']);
  expect([quality({ ...good, q2: below }).text, quality({ ...good, q2: below - 0.01 }).text]).toEqual(['fair', 'weak']);
  const grown = 0.47 * number(/at most ([\d.]+) times/);
  expect([grown, grown * 1.01].map((observedRmse) => quality({ ...good, observedRmse }).text)).toEqual([
    'good',
    'error has grown',
  ]);
  const least = number(/at least ([\d.]+) %/) / 100;
  expect([least, least - 0.01].map((coverage) => quality({ ...good, coverage }).text)).toEqual(['good', 'interval too narrow']);
  const outside = (2000 * number(/domain \(at most ([\d.]+) %/)) / 100;
  expect([outside, outside + 1].map((unreliable) => quality({ ...good, unreliable }).text)).toEqual(['good', 'often outside']);
});

test('what is kept off the charts is counted, with its reason', () => {
  const p = {
    reliable: [true, false, false, false],
    t2: Float64Array.of(0.5, 1.2, 0.2, 1.5),
    spe: Float64Array.of(0.9, 0.3, 1.1, 2),
  };
  expect(heldBack(p)).toEqual({ n: 3, share: '3 of 4 (75.0 %)', text: '3 of 4 (75.0 %): 2 by SPE, 2 by T²' });
  expect(heldBack({ reliable: [], t2: new Float64Array(0), spe: new Float64Array(0) }).text).toBe('–');
});
