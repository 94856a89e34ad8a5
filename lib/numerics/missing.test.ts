import { describe, expect, test } from 'vitest';
import { LatentPosterior } from './latent-posterior';
import { fromRows, matrix } from './matrix';
import { conditionalMean, fillMissing } from './missing';
import { completed, normalMoments, regression } from './normal-moments';
import { createRng } from './rng';
import { covarianceMatrix } from './statistics';

/** Rows of p variables from three causes, with noise of sd 0.05. */
function cloud(n: number, p: number, seed: number): number[][] {
  const rng = createRng(seed);
  const loads = Array.from({ length: p }, () => [rng.normal(), rng.normal(), rng.normal()]);
  return Array.from({ length: n }, () => {
    const f = [rng.normal(), rng.normal(), rng.normal()];
    return loads.map((l) => l.reduce((s, v, k) => s + v * f[k]!, 0) + 0.05 * rng.normal());
  });
}
const pierced = (x: number[][], share: number, seed: number): number[][] => {
  const rng = createRng(seed);
  return x.map((r) => r.map((v) => (rng.uniform() < share ? Number.NaN : v)));
};

describe('filling by a latent model', () => {
  // rows with few recorded values know less of the rest
  test.each([
    [0.02, 1.6],
    [0.3, 2],
  ])('the error of what is filled is near the noise of the data (share %d)', (share, factor) => {
    const whole = cloud(200, 12, 1);
    const gappy = pierced(whole, share, 2);
    const { x, nFilled } = fillMissing(fromRows(gappy), 3);
    let [ss, n] = [0, 0];
    gappy.forEach((r, i) => {
      r.forEach((v, j) => {
        const got = x.data[i * 12 + j]!;
        if (!Number.isNaN(v))
          expect(got).toBe(v); // what was recorded stays to the bit
        else {
          ss += (got - whole[i]![j]!) ** 2;
          n++;
        }
      });
    });
    expect(nFilled).toBeGreaterThan(0);
    expect(Math.sqrt(ss / n)).toBeLessThan(0.05 * factor);
  });

  test('no unit matters, and a column that was never recorded is named', () => {
    const gappy = pierced(cloud(80, 6, 3), 0.1, 4);
    const units = [1, 1e6, 1e-6, 3, 1e3, 1];
    const a = fillMissing(fromRows(gappy), 3).x;
    const b = fillMissing(fromRows(gappy.map((r) => r.map((v, j) => units[j]! * v + 5 * units[j]!))), 3).x;
    a.data.forEach((v, i) => {
      expect(b.data[i]! / units[i % 6]! - 5).toBeCloseTo(v, 6);
    });
    expect(() =>
      fillMissing(
        fromRows([
          [1, Number.NaN],
          [2, Number.NaN],
          [3, Number.NaN],
        ]),
        1,
        (j) => `sensor ${'ab'[j]}`,
      ),
    ).toThrow(/sensor b was never recorded/);
  });

  test('conditional mean of one gap is the regression on the other variable', () => {
    // x = P f + e with one cause: E(x2 | x1) = λ p1 p2/(λ p1² + d1) x1
    const model = { components: 1, loadings: [0.8, 0.5], scoreVariance: [2], residualVariance: [0.3, 0.2] };
    const c = conditionalMean(model, Float64Array.of(1.7, Number.NaN));
    expect(c.filled[1]).toBeCloseTo((2 * 0.8 * 0.5 * 1.7) / (2 * 0.8 ** 2 + 0.3), 12);
  });
});

test('a posterior of all variables less some is that of the others, in any number and order', () => {
  const rng = createRng(6);
  const [p, a] = [11, 3];
  const draw = (n: number, of: () => number) => Float64Array.from({ length: n }, of);
  const model = {
    components: a,
    loadings: draw(p * a, () => rng.normal()),
    scoreVariance: [3, 2, 1],
    residualVariance: draw(p, () => 0.1 + rng.uniform()),
  };
  const x = draw(p, () => rng.normal());
  for (let gaps = 0; gaps <= 6; gaps++) {
    const missing = [9, 0, 4, 7, 2, 10].slice(0, gaps);
    const all = Array.from(x.keys());
    const taken = new LatentPosterior(model);
    taken.weigh(all, 1);
    taken.weigh(missing, -1);
    taken.take(
      all,
      x.map((v, j) => (missing.includes(j) ? 0 : v)),
    );
    taken.solve();
    const gappy = x.map((v, j) => (missing.includes(j) ? Number.NaN : v));
    const { filled } = conditionalMean(model, gappy);
    const values = new Float64Array(gaps);
    taken.values(missing, values);
    for (const [g, j] of missing.entries()) expect(values[g]).toBeCloseTo(filled[j]!, 12);
    // the same by the normal equations of one variable at a time: M f = b
    const f = taken.b;
    for (let k = 0; k < a; k++) {
      let left = f[k]! / model.scoreVariance[k]!;
      for (const j of all) {
        if (missing.includes(j)) continue;
        const row = model.loadings.subarray(j * a, (j + 1) * a);
        const error = x[j]! - row.reduce((s, v, l) => s + v * f[l]!, 0);
        left -= (row[k]! * error) / model.residualVariance[j]!;
      }
      expect(left).toBeCloseTo(0, 10);
    }
  }
});

describe('moments of rows with gaps', () => {
  test('without gaps they are the sample moments; with gaps at random they stay near, and cost no bias', () => {
    const x = cloud(3000, 4, 5).map((r) => r.map((v, j) => v + (j === 2 ? 100 : 0)));
    const m = fromRows(x);
    const exact = covarianceMatrix(m.data, 3000, 4);
    expect(normalMoments(m)).toEqual(exact);
    const em = normalMoments(fromRows(pierced(x, 0.15, 6)));
    em.mean.forEach((v, j) => {
      expect(Math.abs(v - exact.mean[j]!)).toBeLessThan(0.1);
    });
    em.covariance.forEach((v, i) => {
      const size = Math.sqrt(exact.covariance[Math.floor(i / 4) * 5]! * exact.covariance[(i % 4) * 5]!);
      expect(Math.abs(v - exact.covariance[i]!) / size).toBeLessThan(0.05);
    });
  });

  test('monotone gaps: expectation–maximisation gives Anderson’s closed form', () => {
    // y observed for the first rows only: mean of y is that of the regression on x at the mean of all x
    const rng = createRng(9);
    const rows = Array.from({ length: 60 }, (_, i) => {
      const u = rng.normal();
      return [u, i < 40 ? 2 * u + rng.normal() : Number.NaN];
    });
    const seen = rows.slice(0, 40);
    const mean = (v: number[]): number => v.reduce((s, e) => s + e / v.length, 0);
    const [mx, my] = [mean(seen.map((r) => r[0]!)), mean(seen.map((r) => r[1]!))];
    const slope = seen.reduce((s, r) => s + (r[0]! - mx) * (r[1]! - my), 0) / seen.reduce((s, r) => s + (r[0]! - mx) ** 2, 0);
    const all = mean(rows.map((r) => r[0]!));
    expect(normalMoments(fromRows(rows)).mean[1]).toBeCloseTo(my + slope * (all - mx), 6);
  });

  test('a completed row lies on the regression', () => {
    const cov = matrix(2, 2, Float64Array.of(4, 1, 1, 1)).data;
    expect(Array.from(completed([3, Number.NaN], [1, 10], regression(cov, 2, [1])))).toEqual([3, 10.5]);
  });
});
