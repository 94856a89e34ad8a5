import { expect, test } from 'vitest';
import { heldBack } from './predictions.prepare';
import { QUALITY_RULES, quality } from './quality';

const live = { checked: 100, coverage: 0.95, observedRmse: 0.5, predictions: 2000, unreliable: 20 };
const good = { version: 4, q2: 0.9, rmse: 0.47, week: { ...live, predictions: 480, unreliable: 5 }, month: live };
const month = (p: Partial<typeof live> | { observedRmse: null; coverage: null; checked: number }) => ({
  ...good,
  month: { ...live, ...p },
});
const week = (p: Partial<typeof live>) => ({ ...good, week: { ...good.week, ...p } });

test('a model is not called good while many of its predictions lie outside its domain, in the last week or the last month', () => {
  expect(quality(good)).toEqual({ status: 'ok', text: 'good', by: 'error 1.1 × the promised one, 1.0 % outside in 30 days' });
  expect(quality(month({ unreliable: 340 }))).toEqual({ status: 'warn', text: 'often outside', by: '17.0 % outside in 30 days' });
  expect(quality(week({ unreliable: 20 }))).toEqual({ status: 'warn', text: 'often outside', by: '4.2 % outside in 7 days' });
  expect(quality(month({ predictions: 2325, unreliable: 67 })).text).toBe('often outside');
  expect(quality(month({ unreliable: 40 })).text).toBe('good');
  // Too few, or within chance of one in a hundred.
  expect(quality(week({ predictions: 25, unreliable: 3 })).text).toBe('good');
  expect(quality(week({ predictions: 110, unreliable: 3 })).text).toBe('good');
  expect(quality({ ...month({ unreliable: 340 }), q2: 0.3 })).toMatchObject({ text: 'weak', by: 'Q² 0.30' });
});

test('a model that errs half as much again as it promised is not called good, whatever its interval', () => {
  expect(quality(month({ observedRmse: 0.83 }))).toEqual({
    status: 'warn',
    text: 'error has grown',
    by: 'error 1.8 × the promised one',
  });
  expect(quality(month({ observedRmse: 0.7 })).text).toBe('good');
  expect(quality(month({ observedRmse: 1.9, checked: 29 }))).toMatchObject({
    text: 'good',
    by: '29 measured later, 1.0 % outside in 30 days',
  });
  expect(quality(month({ observedRmse: null, checked: 0, coverage: null })).text).toBe('good');
});

test('the words of the verdict are those of its limits', () => {
  const number = (pattern: RegExp): number => Number(pattern.exec(QUALITY_RULES)![1]);
  const [from, below] = [number(/good from ([\d.]+)/), number(/weak below ([\d.]+)/)];
  expect([quality({ ...good, q2: from }).text, quality({ ...good, q2: from - 0.01 }).text]).toEqual(['good', 'fair']);
  expect([quality({ ...good, q2: below }).text, quality({ ...good, q2: below - 0.01 }).text]).toEqual(['fair', 'weak']);
  const grown = 0.47 * number(/at most ([\d.]+) times/);
  expect([grown * 0.999, grown * 1.01].map((observedRmse) => quality(month({ observedRmse })).text)).toEqual([
    'good',
    'error has grown',
  ]);
  const least = number(/at least ([\d.]+) %/) / 100;
  expect([least, least - 0.01].map((coverage) => quality(month({ coverage })).text)).toEqual(['good', 'interval too narrow']);
  const outside = (2000 * number(/last 30 \(at most ([\d.]+) %/)) / 100;
  expect([outside, outside + 1].map((unreliable) => quality(month({ unreliable })).text)).toEqual(['good', 'often outside']);
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
