import { describe, expect, test } from 'vitest';
import { describeRule, isJudged, NELSON, ruleText } from './index';

describe('what a rule says', () => {
  const all = [1, 2, 3, 4, 5, 6, 7, 8, 101];

  test('by limits of a study in its sigma, by entered ones in thirds of the way to them', () => {
    expect(all.map((r) => ruleText(r, 'study', 'xbar_r'))).toEqual([
      '1 point beyond the control limits',
      '9 points in a row on one side of the centre line',
      '6 points in a row steadily increasing or decreasing',
      '14 points in a row alternating up and down',
      '2 of 3 points on the same side beyond 2σ',
      '4 of 5 points on the same side beyond 1σ',
      '15 points in a row within 1σ of the centre line',
      '8 points in a row beyond 1σ, either side',
      'range beyond its limit',
    ]);
    const given = all.map((r) => ruleText(r, 'given', 'individuals'));
    expect(given.join()).not.toMatch(/σ|sigma/);
    expect([given[0], given[4], given[6], given[8]]).toEqual([
      '1 point beyond the control limits (as entered)',
      '2 of 3 points on the same side beyond two thirds of the way to the limit of that side',
      '15 points in a row within one third of the way to the limits',
      'moving range beyond its limit (as entered)',
    ]);
  });

  test('by a sigma that was stated, of any rule', () => {
    expect(describeRule(NELSON.N1)).toBe('1 point beyond 3 sigma');
    expect(describeRule({ id: 'a', kind: 'beyond', k: 2, n: 4, sigma: 1.5, side: 'above' })).toBe(
      '2 of 4 points beyond 1.5 sigma above',
    );
    expect(describeRule({ id: 'a', kind: 'beyond', k: 1, n: 1, sigma: 2, side: 'below' }, 'given')).toBe(
      '1 point beyond two thirds of the way to the limit of that side below',
    );
    expect(describeRule({ id: 'o', kind: 'or', rules: [NELSON.N1, NELSON.N7] }, 'given')).toBe(
      '1 point beyond the control limits (as entered) or 15 points in a row within one third of the way to the limits',
    );
  });
});

test('one limit is enough to be judged by, of the location or of the dispersion; none, or one that is no number, is not', () => {
  for (const one of ['ucl', 'lcl', 'dispUcl', 'dispLcl']) expect(isJudged({ [one]: 0 }), one).toBe(true);
  expect(isJudged({})).toBe(false);
  expect(isJudged({ ucl: null, lcl: Number.NaN, dispUcl: undefined, dispLcl: null })).toBe(false);
});
