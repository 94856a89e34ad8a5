import { expect, test } from 'vitest';
import {
  BUILT_IN_RULES,
  BUILT_IN_SETS,
  builtInNumber,
  type ChartRule,
  chartRule,
  evaluatePoint,
  evaluateSeries,
  falseAlarmRate,
  findRule,
  initialRuleState,
  isDispersionRule,
  isWithinRule,
  judge,
  learnRules,
  type Phase,
  RULE_PRESETS,
  ruleFits,
  ruleOf,
  rulesCost,
  ruleText,
  unknownRules,
} from './index';

const firstAt = (n: number, z: readonly number[]): number[] => evaluateSeries([ruleOf(n)], z).violations.map((v) => v.end);
const up = (n: number): number[] => new Array<number>(n).fill(0.5);

test("the run of Western Electric has eight points, Nelson's nine, AIAG's seven, Westgard's ten; each says so by its own name", () => {
  for (const [n, points] of [
    [14, 8],
    [2, 9],
    [22, 7],
    [36, 10],
  ] as const) {
    expect(firstAt(n, [-1, ...up(points - 1)]), `${n} with ${points - 1}`).toEqual([]);
    expect(firstAt(n, [-1, ...up(points)]), `${n} with ${points}`).toEqual([points]);
  }
  expect(ruleText(14, 'study')).toBe('WE4: 8 points in a row on one side of the centre line');
  expect(ruleText(2, 'study')).toBe('9 points in a row on one side of the centre line');
  expect(ruleText(36, 'study')).toBe('Westgard 10x: 10 points in a row on one side of the centre line');
  for (const s of BUILT_IN_SETS)
    for (const n of s.numbers) expect(chartRule(n).name.startsWith('Nelson'), `${s.label}: ${chartRule(n).name}`).toBe(n < 10);
});

test('a trend of seven points is six steps, of six points five; a tie starts it anew', () => {
  expect(firstAt(29, [1, 2, 3, 4, 5, 6])).toEqual([]);
  expect(firstAt(29, [1, 2, 3, 4, 5, 6, 7])).toEqual([6]);
  expect(firstAt(23, [1, 2, 3, 4, 5, 6])).toEqual([5]);
  expect(firstAt(29, [1, 2, 3, 4, 4, 5, 6, 7])).toEqual([]);
});

test('R-4s: two successive points on opposite sides, more than 4 sigma apart', () => {
  expect(firstAt(34, [2.5, -1.6])).toEqual([1]); // 4.1 apart, though neither pair lies beyond 2
  expect(firstAt(34, [2, -2])).toEqual([]); // exactly 4 is not more
  expect(firstAt(34, [0.3 - 2.3, 2.3 - 0.3])).toEqual([]); // but for rounding
  expect(firstAt(34, [4.5, 0.2])).toEqual([]); // 4.3 apart, on one side
  expect(firstAt(34, [4.5, 0])).toEqual([]); // the centre line is no side
  expect(firstAt(34, [2.5, 0.1, -2.5])).toEqual([]); // not successive
  expect(firstAt(34, [2.5, Number.NaN, -2.5])).toEqual([2]); // a point that was not measured is no point
  const z = [0.1, 2.4, -1.9, 2.2];
  let state = initialRuleState([ruleOf(34)]);
  const stepwise = z.flatMap((v, i) => {
    const r = evaluatePoint([ruleOf(34)], JSON.parse(JSON.stringify(state)), { z: v, value: v }, i);
    state = r.state;
    return r.violations.map((q) => q.end);
  });
  expect(stepwise).toEqual(firstAt(34, z));
  expect(stepwise).toEqual([2, 3]);
  expect(evaluateSeries([ruleOf(34)], [2.5, -2.5], [2.5, -2.5], { restarts: [1] }).violations).toEqual([]);
});

const PHASE: Phase = {
  version: 1,
  effectiveFrom: 0,
  rules: [],
  cl: 0,
  ucl: 3,
  lcl: -3,
  limitsSource: 'given',
  sigmaWithin: 1,
  dispCl: 1.128,
  dispUcl: 3.686,
  dispLcl: 0,
  dispSource: 'given',
  dispSigma: null,
  lambda: null,
  widthL: null,
};
const points = (values: readonly number[]) =>
  values.map((value, at) => ({ at, value, spread: null, n: 1, excluded: false, product: null, target: null }));

test('1-2s of Westgard warns: its signal is no alarm, and costs none', () => {
  const { violations } = judge('individuals', [{ ...PHASE, rules: [31, 32] }], points([2.4, 0, 3.2]), null);
  expect(violations.map((v) => [v.end, v.rule, v.severity])).toEqual([
    [0, 31, 'warning'],
    [2, 31, 'warning'],
    [2, 32, 'out_of_control'],
  ]);
  expect(falseAlarmRate({ kind: 'individuals', rules: [31, 32] })).toBe(falseAlarmRate({ kind: 'individuals', rules: [1] }));
  expect(falseAlarmRate({ kind: 'individuals', rules: [31] })).toBe(0);
});

test('a custom shift of seven points and a range chart with 3.27 times its mean, each on where it is wanted', () => {
  const seven: ChartRule = {
    name: 'Shift of 7',
    on: 'location',
    rule: { id: '', kind: 'beyond', k: 7, n: 7, sigma: 0, side: 'same' },
    severity: 'out_of_control',
    priority: 'medium',
  };
  const ranges: ChartRule = { ...seven, name: 'Ranges high', on: 'dispersion' };
  expect(unknownRules([1, 1001, 1_000_001, 1001])).toEqual([1001, 1_000_001]);
  expect(() => ruleOf(1001)).toThrow('there is no run rule 1001'); // never guessed
  expect(ruleText(1001, 'study')).toContain('load the page again');
  learnRules([
    [1001, seven],
    [1_000_001, ranges],
    [2, ranges], // a number that comes with Driftless keeps its meaning
  ]);
  expect(chartRule(2).name).toBe('Nelson 2');
  expect([isDispersionRule(1001), isDispersionRule(1_000_001), isWithinRule(1_000_001)]).toEqual([false, true, false]);
  expect(ruleText(1001, 'study')).toBe('Shift of 7: 7 points in a row on one side of the centre line');
  expect(ruleText(1_000_001, 'study', 'individuals')).toBe(
    'Ranges high: moving range, 7 points in a row on one side of the centre line',
  );
  const rising = [0, 0.1, -0.1, 2, 0, 2, 0, 2, 0, 2];
  // rules on the range chart only where somebody asked for them
  expect(judge('individuals', [{ ...PHASE, rules: [1] }], points(rising), null).violations).toEqual([]);
  const found = judge('individuals', [{ ...PHASE, rules: [1, 1_000_001] }], points(rising), null).violations;
  expect(found.map((v) => [v.rule, v.end, v.side, v.members])).toEqual([[1_000_001, 9, 'above', [3, 4, 5, 6, 7, 8, 9]]]);
  expect(ruleFits('ewma', 1001)).toBe(false);
  expect(ruleFits('u', 1001)).toBe(true);
  expect(ruleFits('cusum', 11)).toBe(true); // the limit test of any set
});

test('rules restart with a phase, those of a set as those by number', () => {
  const phases = [
    { ...PHASE, rules: [14] },
    { ...PHASE, version: 2, effectiveFrom: 5, rules: [14] },
  ];
  expect(judge('individuals', phases, points(up(10)), null).violations).toEqual([]);
  expect(judge('individuals', phases, points(up(13)), null).violations.map((v) => v.end)).toEqual([12]);
});

test('every set has its rules as the functions of the command line have them, and each number its definition', () => {
  for (const s of BUILT_IN_SETS)
    expect(
      s.numbers.map((n) => chartRule(n).rule),
      s.id,
    ).toEqual(RULE_PRESETS[s.id as keyof typeof RULE_PRESETS]);
  for (const n of BUILT_IN_RULES) expect(builtInNumber(findRule(n)!)).toBe(n);
  expect(builtInNumber({ ...chartRule(2), name: 'our run' })).toBeUndefined();
});

test('the price of sets: WE near 92, Nelson 1 to 4 near 120, all eight near 73, Nelson 1, 2, 5, 6 near 110', () => {
  const arl = (id: string) => 1 / falseAlarmRate({ kind: 'individuals', rules: BUILT_IN_SETS.find((s) => s.id === id)!.numbers });
  // Champ & Woodall (1987), table 1: the four rules of Western Electric 91.75
  expect(arl('weco-4')).toBeCloseTo(91.75, 1);
  expect(arl('nelson-1-4') / 120).toBeCloseTo(1, 1);
  expect(arl('nelson-1-2-5-6') / 110).toBeCloseTo(1, 1);
  expect(arl('nelson-8') / 73).toBeCloseTo(1, 0);
});

test('a compound rule, or a window too long, has no exact price: it is refused or simulated with its error', () => {
  const both: ChartRule = {
    ...chartRule(1),
    name: 'both',
    rule: { id: '', kind: 'and', rules: [ruleOf(5), ruleOf(6)] },
  };
  const long: ChartRule = {
    ...both,
    rule: { id: '', kind: 'beyond', k: 12, n: 24, sigma: 1, side: 'same' },
  };
  for (const r of [both, long]) {
    expect(() => rulesCost({ kind: 'individuals' }, [r], { runs: null })).toThrow(/too many histories/);
    const price = rulesCost({ kind: 'individuals' }, [r], { runs: 200 });
    expect(price.method).toBe('simulation');
    expect(price.standardError).toBeGreaterThan(0);
    expect(price.standardError).toBeLessThan(price.rate);
  }
}, 30_000);
