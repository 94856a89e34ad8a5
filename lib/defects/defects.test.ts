import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AppError } from '@/lib/errors';
import { createRng } from '@/lib/numerics';
import {
  clusteringAlpha,
  dbscan,
  dieYield,
  localOutlierFactor,
  mahalanobis2,
  nearestNeighbour,
  scoreKnn,
  trainKnn,
} from './index';

test('DBSCAN agrees with its definition by brute force, and does not depend on the frame', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: -20, max: 20 }), fc.integer({ min: -20, max: 20 })), { maxLength: 60 }),
      fc.integer({ min: 1, max: 5 }),
      (points, minPoints) => {
        const x = points.map((p) => p[0]);
        const y = points.map((p) => p[1]);
        const c = dbscan(x, y, 3.5, minPoints);
        const near = (i: number) => points.map((_, j) => j).filter((j) => (x[i]! - x[j]!) ** 2 + (y[i]! - y[j]!) ** 2 <= 12.25);
        expect(c.core).toEqual(points.map((_, i) => i).filter((i) => near(i).length >= minPoints));
        const core = new Set(c.core);
        points.forEach((_, i) => {
          const reach = near(i).filter((j) => core.has(j));
          expect(c.labels[i] === -1).toBe(reach.length === 0);
          if (core.has(i)) for (const j of reach) expect(c.labels[j]).toBe(c.labels[i]);
        });
        expect(c.sizes.reduce((s, n) => s + n, 0) + c.noise).toBe(points.length);
        const turned = dbscan(
          y.map((v) => -v),
          x,
          3.5,
          minPoints,
        );
        expect(turned.core).toEqual(c.core);
      },
    ),
  );
});

test('kNN: most normal runs pass, a fault stands out with its sensor', () => {
  const rng = createRng(5);
  const run = () => [rng.normal(), rng.normal(), rng.normal()];
  const m = JSON.parse(JSON.stringify(trainKnn(Array.from({ length: 200 }, run), 5))) as ReturnType<typeof trainKnn>;
  const over = Array.from({ length: 500 }, run).filter((x) => scoreKnn(m, x).score > m.limits.p99).length;
  expect(over).toBeLessThan(25);
  const fault = scoreKnn(m, [0, 8, 0]);
  expect(fault.score).toBeGreaterThan(m.limits.p99);
  expect(fault.contributions.indexOf(Math.max(...fault.contributions))).toBe(1);
  expect(
    localOutlierFactor(
      m.train,
      [
        [0, 0, 0],
        [0, 8, 0],
      ],
      10,
    ).map((v) => v > 2),
  ).toEqual([false, true]);
  expect(mahalanobis2(m.train, [[0, 8, 0]])[0]).toBeGreaterThan(40);
  expect(() => trainKnn([[1], [2]], 5)).toThrow(AppError);
});

test('yield: all models agree for few defects, the negative binomial runs from Seeds to Poisson', () => {
  const models = [
    ['poisson', {}],
    ['murphy', {}],
    ['seeds', {}],
    ['boseEinstein', { layers: 1 }],
    ['negativeBinomial', { alpha: 2 }],
  ] as const;
  for (const [m, p] of models) expect(dieYield(m, 1e-6, p)).toBeCloseTo(1 - 1e-6, 11);
  expect(dieYield('negativeBinomial', 2, { alpha: 1 })).toBeCloseTo(dieYield('seeds', 2), 12);
  expect(dieYield('negativeBinomial', 2, { alpha: 1e9 })).toBeCloseTo(dieYield('poisson', 2), 7);
  expect(() => dieYield('negativeBinomial', 1)).toThrow(AppError);
  expect(clusteringAlpha([0, 0, 0, 12])).toBeLessThan(1);
  expect(() => clusteringAlpha([2, 2, 2, 2])).toThrow(/do not cluster/);
});

test('nearest neighbours: a random pattern has ratio near 1, a clustered one below', () => {
  const rng = createRng(9);
  const x = Array.from({ length: 800 }, () => 100 * rng.uniform());
  const y = Array.from({ length: 800 }, () => 100 * rng.uniform());
  expect(nearestNeighbour(x, y, 10_000).ratio).toBeCloseTo(1, 0.9);
  expect(
    nearestNeighbour(
      x.map((v) => v / 10),
      y,
      10_000,
    ).ratio,
  ).toBeLessThan(0.8);
});
