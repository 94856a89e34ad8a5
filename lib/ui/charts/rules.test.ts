import { expect, test } from 'vitest';
import { ruleHint } from './rules';

test('a sigma below its limit is no gross shift of a wafer, and above it none either', () => {
  const sd = { characteristic: 'measurement.sd' };
  expect(ruleHint(1, { ...sd, side: 'below' })).toMatch(
    /^Less spread than the process ever has: .*resolution.*stuck gauge.*copied values/,
  );
  expect(ruleHint(1, { ...sd, side: 'above' })).toMatch(/^More spread over the wafer/);
  for (const where of [{ characteristic: 'measurement.mean', side: 'below' }, { ...sd, side: null }, {}])
    expect(ruleHint(1, where)).toMatch(/^A gross shift/);
});

test('a dispersion below its limit is not called larger than it was', () => {
  expect(ruleHint(101, { characteristic: 'measurement.lot', side: 'below' })).toMatch(/^Less spread/);
  expect(ruleHint(101, { side: 'above' })).toContain('larger than the baseline');
});

test('the other rules say the same of every chart', () =>
  expect(ruleHint(2, { characteristic: 'measurement.sd', side: 'below' })).toBe(ruleHint(2)));
