import { expect, test } from 'vitest';
import { BUILT_IN_SETS, inControl, inControlEstimated, poissonInterval, wilsonInterval } from './index';

test('intervals of counts and shares are those of the tables', () => {
  // Garwood (1936): 0 events at most 3.689, 10 events 4.795 to 18.390
  expect(poissonInterval(0).high).toBeCloseTo(3.689, 3);
  expect(poissonInterval(0).low).toBe(0);
  expect(poissonInterval(10).low).toBeCloseTo(4.795, 3);
  expect(poissonInterval(10).high).toBeCloseTo(18.39, 2);
  // Newcombe (1998): 15 of 148 has 0.0624 to 0.1605 by Wilson's score
  expect(wilsonInterval(15, 148).low).toBeCloseTo(0.0624, 4);
  expect(wilsonInterval(15, 148).high).toBeCloseTo(0.1605, 4);
  expect(wilsonInterval(0, 8)).toMatchObject({ low: 0 });
});

test.each(BUILT_IN_SETS.map((s) => [s.label, s.numbers] as const))(
  '%s: what it costs in control is what its price says',
  (_, numbers) => {
    const r = inControl(numbers, 200_000, 17);
    // the sum of the parts of a set counts a point that two find twice: its price may be some percent too high, never too low
    expect(r.interval.high, `${r.alarms} alarms, expected ${r.expected}`).toBeGreaterThan(0.9 * r.expected);
    expect(r.interval.low).toBeLessThan(1.02 * r.expected);
  },
  60_000,
);

test('limits of twenty points alarm more often than the price of known ones, those of two hundred less so', () => {
  const ratio = (n: number) => {
    const r = inControlEstimated([1], n, 1_200, 400, 5);
    return r.alarms / r.expected;
  };
  const [short, long] = [ratio(20), ratio(200)];
  expect(short).toBeGreaterThan(1.8);
  // a mean moving range of 200 points has a standard error of 6 %, and points beyond the first limits leave the baseline
  expect(long).toBeGreaterThan(1);
  expect(long).toBeLessThan(1.6);
}, 60_000);
