import { expect, test } from 'vitest';
import { createRng, normalPdf } from '@/lib/numerics';
import { emptyMoments, plsFromMoments, predictPls, relianceIndex, trainPls, updateMoments } from './index';

function rows(n: number, seed: number, gain = 1) {
  const rng = createRng(seed);
  const x: number[][] = [];
  const y: number[][] = [];
  for (let i = 0; i < n; i++) {
    const [a, b] = [rng.normal(), rng.normal()];
    x.push([a + 0.1 * rng.normal(), 3 * a - b, b + 0.2 * rng.normal(), rng.normal()]);
    y.push([10 + gain * a + 2 * b + 0.1 * rng.normal()]);
  }
  return { x, y };
}

test('renewed from sums without forgetting it is the model of all rows', () => {
  const { x, y } = rows(60, 2);
  const names = ['a', 'b', 'c', 'd'];
  let m = emptyMoments(names, ['y']);
  for (let i = 0; i < 60; i += 7) m = updateMoments(m, x.slice(i, i + 7), y.slice(i, i + 7));
  m = JSON.parse(JSON.stringify(m)) as typeof m;
  const online = plsFromMoments(m, 3);
  const batch = trainPls({ x, y, sensors: names, responses: ['y'] }, { components: 3, validation: 'none' });
  online.coefficients.forEach((c, j) => {
    expect(c).toBeCloseTo(batch.coefficients[j]!, 9);
  });
  expect(online.sigmaTrain[0]).toBeCloseTo(batch.sigmaTrain[0]!, 9);
  online.xResidualVariance.forEach((v, j) => {
    expect(v).toBeCloseTo(batch.xResidualVariance[j]!, 9);
  });
  expect(online.vip[1]).toBeCloseTo(batch.vip[1]!, 9);
});

test('forgetting follows a changed tool, keeping everything does not; the warm-up refuses', () => {
  const [old, fresh] = [rows(200, 3), rows(60, 4, 4)];
  const run = (f: number) => {
    let m = updateMoments(emptyMoments(['a', 'b', 'c', 'd'], ['y']), old.x, old.y);
    for (let i = 0; i < 60; i += 5) m = updateMoments(m, fresh.x.slice(i, i + 5), fresh.y.slice(i, i + 5), f);
    return plsFromMoments(m, 3);
  };
  const test = rows(50, 5, 4);
  const error = (f: number) => {
    const m = run(f);
    return test.x.reduce((s, r, i) => s + (predictPls(m, r).responses[0]!.value - test.y[i]![0]!) ** 2, 0);
  };
  expect(error(0.7)).toBeLessThan(0.2 * error(1));
  expect(() => plsFromMoments(emptyMoments(['a'], ['y']), 1)).toThrow(/warm-up/);
});

test('reliance is the overlap of two densities', () => {
  expect(relianceIndex({ value: 1, u: 2 }, { value: 1, u: 2 })).toBeCloseTo(1, 12);
  for (const [a, b] of [
    [
      { value: 0, u: 1 },
      { value: 1, u: 2.5 },
    ],
    [
      { value: 3, u: 0.4 },
      { value: 2, u: 0.4 },
    ],
  ] as const) {
    let s = 0;
    for (let x = -30; x < 30; x += 0.001)
      s += 0.001 * Math.min(normalPdf((x - a.value) / a.u) / a.u, normalPdf((x - b.value) / b.u) / b.u);
    expect(relianceIndex(a, b)).toBeCloseTo(s, 4);
  }
});

test('running sums: a sensor that is others but for rounding adds no component', () => {
  const rng = createRng(12);
  const x = Array.from({ length: 60 }, () => {
    const [a, b] = [rng.normal(), rng.normal()];
    return [a, b, (2 * a + 3 * b) * 1e-9 + 0.1];
  });
  const y = x.map((r) => [r[0]! + 0.1 * rng.normal()]);
  const online = plsFromMoments(updateMoments(emptyMoments(['a', 'b', 'c'], ['y']), x, y), 3);
  expect(online.components).toBe(2);
  // neither is a sensor that stands still but for rounding
  const still = x.map((r, i) => [r[0]!, r[1]!, i % 2 ? 0.3 : 0.1 + 0.2]);
  expect(plsFromMoments(updateMoments(emptyMoments(['a', 'b', 'c'], ['y']), still, y), 3).constantSensors).toEqual(['c']);
});
