import { describe, expect, test } from 'vitest';
import { createRng } from '@/lib/numerics';
import type { Phase, RawPoint } from '../kinds';
import { compareVersions } from './compare';
import { limitPrecision } from './precision';
import { type LimitStudy, studyLimits } from './study';

const HOUR = 3_600_000;
const points = (values: readonly number[], over: Partial<RawPoint> = {}): RawPoint[] =>
  values.map((value, i) => ({ at: (i + 1) * HOUR, value, spread: null, n: 1, excluded: false, ...over }));
const normal = (n: number, seed: string, mean = 0, sd = 1) => {
  const rng = createRng(11, seed);
  return Array.from({ length: n }, () => mean + sd * rng.normal());
};
const W = { lambda: null, widthL: null };
const AS_CHART = { sigma: 'kind', use: 'last' } as const;
const study = (p: readonly RawPoint[], o: Parameters<typeof studyLimits>[3] = AS_CHART) =>
  studyLimits('individuals', p, W, o) as LimitStudy;

describe('a study of limits', () => {
  test('takes the newest phase, and all points where that is asked for', () => {
    const p = points([...normal(60, 'a', 100, 1), ...normal(60, 'b', 104, 1)]);
    const last = study(p);
    expect(last.stretches).toHaveLength(2);
    expect(last.used).toBe(1);
    expect(last.limits.cl).toBeCloseTo(104, 0);
    const all = study(p, { sigma: 'kind', use: 'all' });
    expect(all.used).toBeNull();
    expect(all.limits.cl).toBeCloseTo(102, 0);
  });

  test('of a newest phase that is too short takes the one before it, and says so', () => {
    const s = study(points([...normal(60, 'a', 100, 1), ...normal(10, 'c', 110, 1)]));
    expect(s.used).toBe(0);
    expect(s.remarks).toContain('trend_left');
    expect(s.limits.cl).toBeCloseTo(100, 0);
  });

  test('leaves excluded points out', () => {
    const clean = normal(40, 'd', 10, 0.1);
    const p = points(clean).map((q, i) => (i % 5 === 0 ? { ...q, value: 99, excluded: true } : q));
    expect(study(p).limits.cl).toBeCloseTo(10, 1);
    expect(study(p).n).toBeLessThanOrEqual(32);
  });

  test('gives the sigma that is chosen, and limits of three of it; the median is not moved by jumps', () => {
    const x = normal(200, 'e', 50, 2);
    for (let i = 10; i < 200; i += 20) x[i]! += 12; // one wafer in twenty
    for (const sigma of ['mr', 'mr-median', 'mssd', 'sd'] as const) {
      const s = study(points(x), { sigma, use: 'all' });
      expect(s.limits.sigmaWithin).toBeCloseTo(s.sigmas![sigma], 12);
      expect(s.limits.ucl! - s.limits.cl).toBeCloseTo(3 * s.sigmas![sigma], 9);
      expect(s.limits.dispUcl! / s.limits.sigmaWithin!).toBeCloseTo(3.686, 2);
    }
    const { sigmas } = study(points(x), { sigma: 'mr-median', use: 'all' });
    expect(Math.abs(sigmas!['mr-median'] - 2)).toBeLessThan(0.35);
  });

  test('says when points follow each other, when they are not normal, and when they are few', () => {
    const rng = createRng(4, 'ar');
    let v = 0;
    const ar = Array.from({ length: 200 }, () => (v = 0.7 * v + rng.normal()));
    const follows = study(points(ar), { sigma: 'kind', use: 'all' });
    expect(follows.remarks).toContain('follows');
    expect(follows.lag1).toBeGreaterThan(follows.lag1Bound);
    expect(follows.limits.method).toBe('overall');
    const skew = study(points(normal(150, 'g').map((z) => Math.exp(z))), { sigma: 'kind', use: 'all' });
    expect(skew.remarks).toContain('not_normal');
    const few = study(points(normal(25, 'h')), { sigma: 'kind', use: 'all' });
    expect(few.remarks).toContain('few');
    expect(study(points(normal(2_000, 'i')), { sigma: 'kind', use: 'all' }).remarks).toEqual([]);
  });

  test('gives nothing of too few points or of points without spread', () => {
    expect(studyLimits('individuals', points(normal(19, 'j')), W, AS_CHART)).toEqual({ why: 'too_few', n: 19 });
    expect(studyLimits('individuals', points(new Array(30).fill(5)), W, AS_CHART)).toEqual({ why: 'no_spread', n: 30 });
  });
});

test('counts are studied by their rate, whatever the sizes', () => {
  const rng = createRng(8, 'u');
  const sizes = Array.from({ length: 120 }, (_, i) => 1 + (i % 4));
  const p = sizes.map((size, i): RawPoint => {
    const rate = i < 60 ? 4 : 9;
    let count = 0;
    // counts of a Poisson process: gaps are exponential
    let left = rate * size + Math.log(1 - rng.uniform());
    while (left > 0) {
      count++;
      left += Math.log(1 - rng.uniform());
    }
    return { at: (i + 1) * HOUR, value: count, spread: null, n: 1, excluded: false, size };
  });
  const s = studyLimits('u', p, W, AS_CHART) as LimitStudy;
  expect(s.stretches).toHaveLength(2);
  expect(s.limits.cl).toBeCloseTo(9, -0.5);
  expect(s.sigmas).toBeNull();
});

test('300 single values give half of the promised run length nine times in ten, as Quesenberry advises; subgroups need fewer', () => {
  const { needed } = limitPrecision(100, 'mr');
  expect(needed).toBeGreaterThan(260);
  expect(needed).toBeLessThan(360);
  expect(limitPrecision(100, 'sd', 5).needed).toBeLessThan(150);
  const many = limitPrecision(20_000, 'mr');
  expect(many.arlLow).toBeGreaterThan(330);
  expect(many.arlHigh).toBeLessThan(420);
});

describe('two versions over the same points', () => {
  const phase = (ucl: number, lcl: number, rules = [1, 2]): Phase => ({
    version: 1,
    effectiveFrom: 0,
    rules,
    cl: 0,
    ucl,
    lcl,
    limitsSource: 'given',
    sigmaWithin: 1,
    dispCl: null,
    dispUcl: null,
    dispLcl: null,
    dispSource: 'study',
    dispSigma: null,
    lambda: null,
    widthL: null,
  });

  test('alarms that one has and the other not; a run that goes on is one alarm', () => {
    const x = [0.1, -0.2, 4, 0.3, -0.1, 2.2, -0.4, ...new Array(12).fill(0.5), -0.1];
    const c = compareVersions('individuals', phase(3, -3), phase(2, -2, [1]), points(x));
    expect(c.now.map((a) => [a.rule, a.end])).toEqual([
      [1, 2],
      [2, 15],
    ]);
    expect(c.proposed.map((a) => [a.rule, a.end])).toEqual([
      [1, 2],
      [1, 5],
    ]);
    expect(c.won.map((a) => a.end)).toEqual([5]);
    expect(c.lost.map((a) => a.end)).toEqual([15]);
  });
});
