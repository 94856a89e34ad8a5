import { expect, test } from 'vitest';
import { rangeLimits, sdLimits } from '@/lib/spc';
import { judge, type Phase, type RawPoint } from '.';

const STUDY: Phase = {
  version: 2,
  effectiveFrom: 0,
  rules: [1],
  cl: 100,
  ucl: 103,
  lcl: 97,
  limitsSource: 'study',
  sigmaWithin: 1,
  dispCl: null,
  dispUcl: null,
  dispLcl: null,
  dispSource: 'study',
  dispSigma: null,
  lambda: null,
  widthL: null,
};
const GIVEN: Phase = { ...STUDY, limitsSource: 'given', sigmaWithin: null };
const point = (at: number, value: number, over: Partial<RawPoint> = {}): RawPoint => ({
  at,
  value,
  spread: null,
  n: 1,
  excluded: false,
  ...over,
});
const series = (values: readonly number[]) => values.map((v, i) => point(i + 1, v));

test('given limits with different halves: zones are thirds of each half', () => {
  // Upper third 2, lower third 1: 2 of 3 beyond 2 sigma is beyond 104 above and below 98.
  const phase = { ...GIVEN, ucl: 106, lcl: 97, rules: [1, 5] };
  expect(judge('individuals', [phase], series([104.1, 100, 104.2]), null).violations).toMatchObject([
    { end: 2, rule: 5, side: 'above' },
  ]);
  expect(judge('individuals', [phase], series([103.9, 100, 103.9]), null).violations).toEqual([]);
  expect(judge('individuals', [phase], series([97.9, 100, 97.9]), null).violations).toMatchObject([
    { end: 2, rule: 5, side: 'below' },
  ]);
  expect(
    judge('individuals', [phase], series([106, 97, 106.01, 96.99]), null).violations.filter((v) => v.rule === 1),
  ).toMatchObject([
    { end: 2, side: 'above' },
    { end: 3, side: 'below' },
  ]);
});

test('a side without a limit judges nothing beyond it, and still counts runs', () => {
  const phase = { ...GIVEN, ucl: null, rules: [1, 2] };
  const { violations, points } = judge('individuals', [phase], series(Array.from({ length: 9 }, () => 900)), null);
  expect(violations).toMatchObject([{ end: 8, rule: 2 }]);
  expect(points[0]!.limits).toEqual({ cl: 100, ucl: null, lcl: 97 });
});

test('subgroups: a study follows n in both charts, given limits follow nothing', () => {
  const sized = [3, 5].map((n, i) => point(i, 100, { n, spread: 1 }));
  const both = (kind: 'xbar_r' | 'xbar_s', phase: Phase) => judge(kind, [phase], sized, null).points;
  const study: Phase = { ...STUDY, dispCl: 1.7, dispUcl: 4.4, dispLcl: 0, dispSigma: 1 };
  expect(both('xbar_s', study).map((p) => p.limits!.ucl)).toEqual([100 + 3 / Math.sqrt(3), 100 + 3 / Math.sqrt(5)]);
  expect(both('xbar_s', study).map((p) => p.dispersionLimits!.ucl)).toEqual([sdLimits(1, 3).ucl, sdLimits(1, 5).ucl]);
  expect(both('xbar_r', study).map((p) => p.dispersionLimits!.ucl)).toEqual([rangeLimits(1, 3).ucl, rangeLimits(1, 5).ucl]);
  const given: Phase = { ...study, limitsSource: 'given', dispSource: 'given', dispCl: null, dispUcl: 2, dispLcl: null };
  expect(both('xbar_s', given).map((p) => [p.limits!.ucl, p.dispersionLimits!.ucl])).toEqual([
    [103, 2],
    [103, 2],
  ]);
});

test('given location limits leave a study of the dispersion at work', () => {
  const phase: Phase = { ...GIVEN, rules: [1, 101], dispCl: 1.7, dispUcl: 4.4, dispLcl: 0, dispSigma: 1 };
  const { violations } = judge('xbar_s', [phase], [point(0, 100, { n: 3, spread: sdLimits(1, 3).ucl + 0.01 })], null);
  expect(violations).toMatchObject([{ rule: 101, side: 'above' }]);
});

test('an EWMA: limits of a study widen from its start, given ones hold from its first point and need no sigma', () => {
  const lambda = 0.2;
  const study = judge('ewma', [{ ...STUDY, lambda, widthL: 3 }], series([101, 101]), null).points;
  expect(study[0]!.limits!.ucl).toBeCloseTo(100 + 3 * 0.2, 12);
  expect(study[1]!.limits!.ucl).toBeGreaterThan(study[0]!.limits!.ucl!);
  const given = judge('ewma', [{ ...GIVEN, lambda, ucl: 101, lcl: 99 }], series([101, 106, 100]), null);
  expect(given.points.map((p) => [p.limits!.lcl, p.limits!.ucl])).toEqual([
    [99, 101],
    [99, 101],
    [99, 101],
  ]);
  const z = [0.2 * 101 + 0.8 * 100];
  z.push(0.2 * 106 + 0.8 * z[0]!);
  z.push(0.2 * 100 + 0.8 * z[1]!);
  given.points.forEach((p, i) => {
    expect(p.plotted).toBeCloseTo(z[i]!, 12);
  });
  expect(given.violations.map((v) => v.end)).toEqual([1, 2]);
});

test('an excluded point on the ramp of an EWMA has the limits of its place, and the ramp goes on from the last point that counts', () => {
  const lambda = 0.2;
  const phase = { ...STUDY, lambda, widthL: 3 };
  const half = (i: number) => 3 * Math.sqrt((lambda / (2 - lambda)) * (1 - (1 - lambda) ** (2 * i)));
  const { points, violations } = judge(
    'ewma',
    [phase],
    [point(1, 101), point(2, 130, { excluded: true }), point(3, 140, { excluded: true }), point(4, 99), point(5, 100)],
    null,
  );
  const place = [1, 2, 2, 2, 3];
  points.forEach((p, i) => {
    expect([p.limits!.lcl!, p.limits!.ucl!]).toEqual([
      expect.closeTo(100 - half(place[i]!), 12),
      expect.closeTo(100 + half(place[i]!), 12),
    ]);
  });
  const z = (x: number, before: number) => lambda * x + (1 - lambda) * before;
  const first = z(101, 100);
  const second = z(99, first);
  expect(points.map((p) => p.plotted)).toEqual(
    [first, z(130, first), z(140, first), second, z(100, second)].map((v) => expect.closeTo(v, 12)),
  );
  expect(violations).toEqual([]);
  // Given limits: the same position, the limits as entered.
  const given = judge(
    'ewma',
    [{ ...GIVEN, lambda, ucl: 101, lcl: 99 }],
    [point(1, 100), point(2, 110, { excluded: true })],
    null,
  );
  expect(given.points[1]).toMatchObject({ plotted: 102, limits: { cl: 100, ucl: 101, lcl: 99 } });
  expect(given.violations).toEqual([]);
});

test('an excluded point is judged by nothing and lends no step to its neighbour', () => {
  const phase: Phase = { ...STUDY, rules: [1, 101], dispCl: 1.1, dispUcl: 3.7, dispLcl: 0 };
  const { violations, points } = judge(
    'individuals',
    [phase],
    [point(1, 100), point(2, 120, { excluded: true }), point(3, 100)],
    null,
  );
  expect(violations).toEqual([]);
  expect(points[2]!.dispersion).toBeNull();
});
