import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chanceOfAtLeast, floodsOf, lagOne } from './hygiene';

const MIN = 60_000;

test('ten alarms within ten minutes are a flood, nine are none, and ten in eleven minutes are none', () => {
  const every = (n: number, ms: number): number[] => Array.from({ length: n }, (_, i) => i * ms);
  expect(floodsOf(every(9, 1_000))).toEqual([]);
  expect(floodsOf(every(10, (11 * MIN) / 9))).toEqual([]);
  expect(floodsOf(every(10, MIN))).toEqual([
    // Its last five alarms come at 5 to 9 min: five are left until the one of 5 min leaves, at 15 min.
    { first: 0, last: 9, from: 0, to: 15 * MIN, alarms: 10, worst: 10 },
  ]);
  expect(floodsOf(every(19, MIN), 2)).toEqual([]);
  expect(floodsOf(every(40, MIN / 2), 2)).toHaveLength(1);
});

test('a flood goes on while five alarms come in ten minutes, and a second one begins anew', () => {
  const at = [
    ...Array.from({ length: 12 }, (_, i) => i * 10_000),
    4 * MIN,
    6 * MIN,
    8 * MIN,
    10 * MIN,
    12 * MIN,
    14 * MIN,
    40 * MIN,
  ];
  const second = Array.from({ length: 10 }, (_, i) => 60 * MIN + i * 1_000);
  const [a, b, ...rest] = floodsOf([...at, ...second]);
  expect(rest).toEqual([]);
  // When 110 s leaves the window, at 710 s, those of 4, 6, 8 and 10 min are left.
  expect(a).toMatchObject({ first: 0, last: 15, alarms: 16, from: 0, to: 710_000 });
  expect(b).toMatchObject({ alarms: 10, from: 60 * MIN });
});

/** The definition, counted window by window. */
function byCounting(at: readonly number[]): { from: number; last: number }[] {
  const within = (t: number): number => at.filter((x) => x > t - 10 * MIN - 1e-9 && x <= t).length;
  const out: { from: number; last: number }[] = [];
  let i = 0;
  while (i < at.length) {
    const k = at.findIndex((t, j) => j >= i + 9 && t - at[j - 9]! <= 10 * MIN);
    if (k < 0) break;
    let last = k;
    while (last + 1 < at.length && within(at[last + 1]! - 1e-6) >= 5) last++;
    out.push({ from: at[k - 9]!, last: at[last]! });
    i = last + 1;
  }
  return out;
}

test('the sliding window finds what counting finds', () =>
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 180_000 }), { minLength: 0, maxLength: 120 }), (gaps) => {
      let t = 0;
      const at = gaps.map((g) => (t += g));
      expect(floodsOf(at).map((f) => ({ from: f.from, last: at[f.last]! }))).toEqual(byCounting(at));
    }),
  ));

test('the Poisson tail: the sum of its terms', () => {
  const sum = (k: number, mu: number): number => {
    let term = Math.exp(-mu);
    let below = 0;
    for (let i = 0; i < k; i++) {
      below += term;
      term *= mu / (i + 1);
    }
    return 1 - below;
  };
  for (const [k, mu] of [
    [1, 0.2],
    [3, 2.5],
    [10, 6],
    [25, 30],
  ] as const)
    expect(chanceOfAtLeast(k, mu)).toBeCloseTo(sum(k, mu), 10);
  expect(chanceOfAtLeast(0, 3)).toBe(1);
  expect(chanceOfAtLeast(2, 0)).toBe(0);
});

test('neighbours: a ramp follows itself, alternation does not, and too few points say nothing', () => {
  const ramp = Array.from({ length: 50 }, (_, i) => i);
  expect(lagOne(ramp)).toMatchObject({ isClear: true, n: 50 });
  expect(lagOne(ramp.map((x) => 7 - 3 * x))!.r).toBeCloseTo(lagOne(ramp)!.r, 12);
  expect(lagOne(ramp.map((i) => (i % 2 === 0 ? 1 : -1)))!.r).toBeCloseTo(-49 / 50, 12);
  expect(lagOne([1, 2, 3])).toBeNull();
  expect(lagOne(Array.from({ length: 30 }, () => 5))).toBeNull();
});
