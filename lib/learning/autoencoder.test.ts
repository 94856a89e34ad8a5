import { expect, test } from 'vitest';
import { AppError } from '@/lib/errors';
import { createRng } from '@/lib/numerics';
import { scorePca, trainPca } from '@/lib/spc';
import { scoreAutoencoder, trainAutoencoder } from '.';

/** Six sensors on a curve: two causes, one of them bent. */
function runs(n: number, seed: number): number[][] {
  const rng = createRng(seed);
  return Array.from({ length: n }, () => {
    const [a, b] = [rng.normal(), rng.normal()];
    return [a, b, a + b, a - b, a * a, 50 + 10 * b].map((v) => v + 0.05 * rng.normal());
  });
}

test('a linear autoencoder approaches the residual of the principal components, and cannot be better', () => {
  const x = runs(400, 1).map((r) => r.slice(0, 4));
  const { model, training } = trainAutoencoder(x, {
    code: 2,
    activation: 'linear',
    epochs: 600,
    optimiser: { kind: 'adam', lr: 2e-2 },
    schedule: { kind: 'cosine' },
  });
  expect(training.loss.at(-1)).toBeLessThan(training.loss[0]! / 10);
  const fitted = x.slice(0, 300);
  const pca = trainPca(fitted, 2);
  const q = fitted.reduce((s, r) => s + scorePca(pca, r).q, 0);
  const ours = scoreAutoencoder(model, fitted).score.reduce((s, v) => s + v, 0);
  expect(ours).toBeGreaterThan(q * (1 - 1e-9));
  expect(ours).toBeLessThan(q * 1.1);
  expect(model.explained).toBeGreaterThan(0.97);
});

test('learns the bend that components miss, holds its level on new runs, and names the broken sensor', () => {
  const { model } = trainAutoencoder(runs(600, 2), {
    code: 2,
    hidden: [10],
    epochs: 150,
    optimiser: { kind: 'adam', lr: 1e-2 },
    schedule: { kind: 'cosine' },
  });
  const again = JSON.parse(JSON.stringify(model)) as typeof model;
  const normal = runs(400, 3);
  const score = scoreAutoencoder(again, normal).score;
  expect(score).toEqual(scoreAutoencoder(model, normal).score);
  expect(score.filter((v) => v > model.limits.p95).length / 400).toBeLessThan(0.12);
  const faulty = normal.map((r) => r.map((v, j) => (j === 3 ? v + 3 : v)));
  const bad = scoreAutoencoder(model, faulty);
  expect(bad.score.filter((v) => v > model.limits.p99).length / 400).toBeGreaterThan(0.8);
  const contribution = [0, 1, 2, 3, 4, 5].map((j) => bad.residual.reduce((s, v, i) => s + (i % 6 === j ? v * v : 0), 0));
  expect(contribution.indexOf(Math.max(...contribution))).toBe(3);
});

test('refusals', () => {
  expect(() => trainAutoencoder(runs(100, 1), { code: 6 })).toThrow(/narrower/);
  expect(() => trainAutoencoder(runs(40, 1), { code: 2 })).toThrow(AppError);
  const { model } = trainAutoencoder(runs(100, 1), { code: 2, epochs: 2 });
  expect(() => scoreAutoencoder(model, [[1, 2]])).toThrow(/6 inputs/);
  expect(() => scoreAutoencoder(model, [new Array(6).fill(Number.NaN)])).toThrow(/no measured input/);
  expect(() => scoreAutoencoder(model, [[1, 2, 3, 4, 5, Number.POSITIVE_INFINITY]])).toThrow(AppError);
  expect(() =>
    trainAutoencoder(
      runs(100, 1).map((r) => [...r, 7.3]),
      { code: 2 },
    ),
  ).toThrow(/column 7 does not vary/);
});

test('gaps: what was not measured takes no part, and the rest is judged as it would be', () => {
  const all = runs(400, 3);
  const gappy = all.map((r, i) => r.map((v, j) => ((i * 7 + j * 3) % 17 === 0 ? Number.NaN : v)));
  const options = {
    code: 2,
    hidden: [10],
    epochs: 200,
    optimiser: { kind: 'adam', lr: 1e-2 },
    schedule: { kind: 'cosine' },
  } as const;
  const whole = trainAutoencoder(all, options).model;
  const { model } = trainAutoencoder(gappy, options);
  expect(model.limits.p95 / whole.limits.p95).toBeGreaterThan(0.5);
  expect(model.limits.p95 / whole.limits.p95).toBeLessThan(2);
  const scored = scoreAutoencoder(whole, gappy);
  const full = scoreAutoencoder(whole, all);
  scored.score.forEach((s, i) => {
    if (gappy[i]!.every((v) => !Number.isNaN(v))) expect(s).toBe(full.score[i]);
  });
  expect(Number.isNaN(scored.residual[0]!)).toBe(true);
  const beyond = scored.score.filter((s) => s > whole.limits.p99).length;
  expect(beyond / all.length).toBeLessThan(0.05);
});
