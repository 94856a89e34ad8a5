import { expect, test } from 'vitest';
import { heldBack } from './predictions.prepare';
import { quality } from './quality';

const good = { version: 4, q2: 0.9, checked: 100, coverage: 0.95, predictions: 2000, unreliable: 20 };

test('a model is not called good while many of its predictions lie outside its domain', () => {
  expect(quality(good)).toEqual({ status: 'ok', text: 'good' });
  expect(quality({ ...good, unreliable: 340 })).toEqual({ status: 'warn', text: 'often outside' });
  expect(quality({ ...good, predictions: 25, unreliable: 3 }).text).toBe('good');
  expect(quality({ ...good, unreliable: 340, q2: 0.3 }).text).toBe('weak');
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
