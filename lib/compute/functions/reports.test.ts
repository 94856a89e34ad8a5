import { describe, expect, test } from 'vitest';
import { createRng } from '@/lib/numerics';
import { compute } from '../compute';
import { functionAt } from '../registry';

/**
 * Kinds of faults that users of comparable tools reported, through the entry point of the API and the command line. The 25 reported cases themselves:
 * tests/reference/commands.
 */
// biome-ignore lint/suspicious/noExplicitAny: results of many shapes
type Loose = any;
const run = (path: string, input: unknown): Promise<Loose> => compute(path, JSON.parse(JSON.stringify(input)));

describe('control charts', () => {
  test('options and lengths are obeyed or refused', async () => {
    const values = [10, 10.2, 9.9, 10.1, 9.8];
    await expect(run('spc/individuals', { values, exclude: [99] })).rejects.toThrow(
      /^exclude: 99 is no place in values, which has 5/,
    );
    await expect(run('spc/individuals', { values, method: 'mssd', sigma: 1 })).rejects.toThrow(/^sigma: stands beside method/);
    await expect(run('spc/cusum', { values, sizes: [1, 1] })).rejects.toThrow(/^sizes: has 2 entries, values has 5/);
    await expect(run('spc/p', { counts: [1, 2], sizes: [9, 9], newCounts: [1] })).rejects.toThrow(/^newSizes: is missing/);
    // lengths that only add up
    await expect(run('spc/p', { counts: [1, 2, 1], sizes: [9, 9, 9, 9], newCounts: [1, 1], newSizes: [9] })).rejects.toThrow(
      /^sizes/,
    );
    await expect(run('spc/arl', { chart: 'cusum', lambda: 0.2, shifts: [0] })).rejects.toThrow(
      /^lambda: does nothing where chart is cusum/,
    );
  });

  test('a sample that is missing or empty keeps its place; centres are in the unit of the chart', async () => {
    const full = await run('spc/p', { counts: [4, 6, 5, 7], sizes: [50, 50, 40, 60] });
    const gaps = await run('spc/p', { counts: [4, null, 6, 0, 5, 7], sizes: [50, 50, 50, 0, 40, 60] });
    expect(gaps.center).toBe(full.center);
    expect(gaps.statistics).toEqual([full.statistics[0], null, full.statistics[1], null, full.statistics[2], full.statistics[3]]);
    expect(gaps.ucl[4]).toBe(full.ucl[2]);
    const np = await run('spc/np', { counts: [4, 6, 5], sizes: [50, 100, 80] });
    expect(np.center).toEqual([50, 100, 80].map((n) => (n * 15) / 230));
    await expect(run('spc/np', { counts: [4, 6], sizes: [50, 100], center: 5 })).rejects.toThrow(/no single np centre/);
    await expect(run('spc/u', { counts: [0, 0, 0], sizes: [1, 2, 3] })).rejects.toThrow(/nothing was found/);
    await expect(run('spc/c', { counts: [3, 3, 3, 3], laney: true })).rejects.toThrow(/laney/);
  });

  test('on the limit is inside for charts and rules alike; a gap signals nothing', async () => {
    const values = [10.3, 9.7, null, 10.1, 10, 9.9];
    const chart = await run('spc/individuals', { values, center: 10, sigma: 0.1 });
    expect(chart.beyondLimits).toEqual([]);
    expect((await run('spc/rules', { values, center: 10, sigma: 0.1, rules: ['WE1'] })).violations).toEqual([]);
    const ewma = await run('spc/ewma', { values, center: 10, sigma: 0.1, lambda: 1 });
    expect(ewma.beyondLimits).toEqual([]);
    // six readings that differ by rounding are a tie, not a trend
    const tie = [0, 1, 2, 3, 4, 5].map((k) => 10 * (1 + k * Number.EPSILON));
    expect((await run('spc/rules', { values: tie, center: 9, sigma: 1, rules: ['N3'] })).violations).toEqual([]);
  });

  test('an EWMA of means: sigma estimated from means is that of a single value, whatever the sizes', async () => {
    const rng = createRng(4);
    const sizes = Array.from({ length: 4000 }, (_, i) => [1, 4, 9][i % 3]!);
    const values = sizes.map((n) => 20 + (3 / Math.sqrt(n)) * rng.normal());
    const r = await run('spc/ewma', { values, sizes, lambda: 0.2 });
    expect(r.sigma).toBeGreaterThan(2.9);
    expect(r.sigma).toBeLessThan(3.1);
    const share = r.beyondLimits.length / 4000;
    expect(share).toBeLessThan(0.008); // 0.27 % of independent points
  });
});

describe('capability', () => {
  const SKEWED = [
    1.2, 0.8, 2.9, 1.6, 0.9, 1.1, 3.8, 1.4, 0.7, 2.2, 1.3, 1.9, 0.6, 1.0, 5.1, 1.5, 2.5, 0.9, 1.7, 1.2, 0.8, 3.1, 1.1, 2.0, 0.7,
    1.4, 1.0, 2.7, 1.8, 1.3, 0.9, 4.2, 1.6, 1.2, 2.3,
  ];

  /** 30 digits (mpmath): root of the likelihood equation; moments of the logarithms. */
  const WEIBULL = { shape: 1.812124172137842, scale: 1.957646175248853, ppm: 4212.583924446323, median: 1.599173377950171 };
  const LOGNORMAL = { ppm: 11955.44712968078, upper: 0.5895810719581646 };

  test('Weibull and lognormal by likelihood, with the parts per million beyond the limit (independent maximisation)', async () => {
    const r = await run('spc/capability-nonnormal', { values: SKEWED, usl: 5 });
    expect(r.weibull.parameters.shape).toBeCloseTo(WEIBULL.shape, 6);
    expect(r.weibull.parameters.scale).toBeCloseTo(WEIBULL.scale, 6);
    expect(r.weibull.ppm.above / WEIBULL.ppm).toBeCloseTo(1, 6);
    expect(r.weibull.percentiles.p50).toBeCloseTo(WEIBULL.median, 6);
    expect(r.lognormal.ppm.above / LOGNORMAL.ppm).toBeCloseTo(1, 9);
    expect(r.lognormal.upper).toBeCloseTo(LOGNORMAL.upper, 9);
    expect(r.observedPpm.above).toBeCloseTo(1e6 / 35, 6);
    expect(r[r.method]).not.toBeNull();
  });

  test('what could not be computed is not named', async () => {
    const values = Array.from({ length: 60 }, (_, i) => 1 + ((i * 7) % 3));
    expect((await run('spc/capability-nonnormal', { values, usl: 4 })).method).toBe('none');
    await expect(run('spc/capability-nonnormal', { values, usl: 4, way: 'percentile', confidence: 0.9 })).rejects.toThrow(
      /^confidence/,
    );
  });

  test('individuals by s/c4', async () => {
    const values = [9.8, 10.1, 10.4, 9.9, 10.2, 10.0];
    const r = await run('spc/capability', { values, usl: 12, method: 'sd' });
    const mean = values.reduce((s, v) => s + v / 6, 0);
    const s = Math.sqrt(values.reduce((t, v) => t + (v - mean) ** 2, 0) / 5);
    expect(r.sigmaWithin).toBeCloseTo(s / 0.9515328, 6); // c4(6)
    await expect(run('spc/capability', { values, usl: 12, method: 'rbar' })).rejects.toThrow(
      /^method: rbar is no estimate for single values/,
    );
  });
});

describe('gaps', () => {
  const rng = createRng(8);
  const x = Array.from({ length: 60 }, () => {
    const [a, b] = [rng.normal(), rng.normal()];
    return [a, b, a + b + 0.3 * rng.normal(), a - b + 0.3 * rng.normal()];
  });
  const gappy = x.map((r, i) => r.map((v, j) => ((3 * i + j) % 11 === 0 ? null : v)));

  test('T² of a row with a gap is that of the other variables', async () => {
    const whole = await run('spc/hotelling', { x, newRows: [[1, 0.5, null, 0.2]] });
    const cut = await run('spc/hotelling', { x: x.map((r) => [r[0], r[1], r[3]]), newRows: [[1, 0.5, 0.2]] });
    expect(whole.new[0].t2).toBeCloseTo(cut.new[0].t2, 9);
    expect(whole.new[0].contributions[2]).toBeNull();
    expect(whole.new[0].limit).toBeLessThan(whole.limits.phase2);
  });

  test.each([
    ['spc/hotelling', {}, (r: Loose) => r.calibration.map((c: Loose) => c.t2)],
    ['spc/pca-train', { components: 2 }, (r: Loose) => r.model.eigenvalues],
    ['spc/mewma', { mean: [0, 0, 0, 0], lambda: 0.6 }, (r: Loose) => r.exact],
  ] as const)('%s answers near what it answers without gaps', async (path, options, of) => {
    const [a, b] = [of(await run(path, { x, ...options })), of(await run(path, { x: gappy, ...options }))] as number[][];
    const mean = (v: number[]) => v!.reduce((s, e) => s + e / v!.length, 0);
    expect(b!.every(Number.isFinite)).toBe(true);
    expect(mean(b!) / mean(a!)).toBeGreaterThan(0.8);
    expect(mean(b!) / mean(a!)).toBeLessThan(1.25);
  });
});

describe('units and places', () => {
  test('a Gaussian process does not depend on the unit of its inputs, and says what sits at a bound', async () => {
    const at = Array.from({ length: 14 }, (_, i) => 0.7 * i);
    const y = at.map((v) => 5e5 + 1e3 * Math.sin(v));
    const fits = await Promise.all([1e-6, 1, 1e7].map((unit) => run('vm/gp-train', { x: at.map((v) => [unit * v]), y })));
    const length = fits.map((f, k) => f.model.kernel.lengthScale[0] / [1e-6, 1, 1e7][k]!);
    expect(length[0]! / length[1]!).toBeCloseTo(1, 4);
    expect(length[2]! / length[1]!).toBeCloseTo(1, 4);
    const noise = createRng(2);
    const idle = await run('vm/gp-train', { x: at.map((v) => [v, noise.normal()]), y });
    expect(idle.search.boundsReached).toContain('lengthScale[1] at its upper bound');
  });

  test('kriging and wafer model name their answers alike and map the wafer', async () => {
    const f = (await functionAt('spatial/kriging')).example as Loose;
    const k = await run('spatial/kriging', { ...f, grid: 5 });
    const { value, x, y } = f;
    const w = await run('spatial/wafer-model', { x, y, value, order: 1, xNew: [0], yNew: [0], grid: 5 });
    for (const r of [k, w]) {
      expect(r.u.map((u: number) => u * u)).toEqual(r.variance.map((v: number) => expect.closeTo(v, 9)));
      expect(r.map.prediction).toHaveLength(25);
      expect(r.map.prediction[0]).toBeNull();
      expect(r.map.prediction[12]).toBeCloseTo(r.prediction[0], 9); // the centre of the wafer
    }
    await expect(run('spatial/kriging', { x, y, value })).rejects.toThrow(/^xNew: is missing; give one of xNew, grid/);
  });

  test('readings of one place: exact at a single one, inside the data at several, sites named without a nugget', async () => {
    const base = {
      x: [0, 0, 0, 1000],
      y: [0, 0, 0, 0],
      value: [1, 1, 1, 0],
      xNew: [0, 1000],
      yNew: [0, 0],
      sigma2: 0.5,
      phi: 10,
    };
    const r = await run('spatial/kriging', { ...base, nugget: 0.5 });
    expect(r.prediction[0]).toBeCloseTo(0.9, 9); // by hand: weights ¼ each on 1 − β, β = 0.6
    expect(r.prediction[1]).toBeCloseTo(0, 9);
    await expect(run('spatial/kriging', { ...base, nugget: 0 })).rejects.toThrow(/sites 0, 1, 2 repeat/);
  });

  test('predictive control keeps bounds of inputs and moves to the bit', async () => {
    const f = (await functionAt('control/mpc')).example as Loose;
    for (let k = 1; k < 40; k++) {
      const [u, du] = [k / 30, k / 70];
      const r = await run('control/mpc', { ...f, uMin: [-u], uMax: [u], duMin: [-du], duMax: [du], uPrev: [0.1 * u] });
      const all = r.u.map((v: number[]) => v[0]!) as number[];
      all.forEach((v, i) => {
        expect(Math.abs(v)).toBeLessThanOrEqual(u);
        expect(Math.abs(v - (i === 0 ? 0.1 * u : all[i - 1]!))).toBeLessThanOrEqual(du);
      });
    }
    await expect(run('control/mpc', { ...f, duMin: [1], duMax: [-1] })).rejects.toThrow(/duMin\[0\] = 1 lies above/);
    await expect(run('control/mpc', { ...f, uMin: [-1, -1] })).rejects.toThrow(/uMin needs 1 values/);
  });
});

describe('uncertainty', () => {
  test('correlated quantities share their degrees of freedom; others add as Welch and Satterthwaite say', async () => {
    const q = (name: string, u: number, dof: number) => ({ name, value: 10, u, dof });
    const r = await run('uncertainty/gum', {
      model: 'a + b + c',
      quantities: [q('a', 1, 4), q('b', 2, 4), q('c', 1, 8)],
      correlation: [
        [1, 0.5, 0],
        [0.5, 1, 0],
        [0, 0, 1],
      ],
    });
    expect(r.u ** 2).toBeCloseTo(7 + 1, 12);
    expect(r.dofEffective).toBeCloseTo(64 / (49 / 4 + 1 / 8), 9);
    await expect(
      run('uncertainty/monte-carlo', { model: 'a', distributions: { a: { kind: 'uniform', a: 2, b: 1 } } }),
    ).rejects.toThrow(/a = 2 lies above b/);
  });

  test('a perfect gauge has no numerical error, with readings that only rounding tells apart too', async () => {
    const r = await run('uncertainty/linearity', {
      references: [2, 4, 6],
      readings: [
        [2.02, 2 + 0.02],
        [4.02, 4 + 0.02],
        [6.02, 5.92 + 0.1],
      ],
    });
    expect([r.slope, r.uSlope, r.pSlope]).toEqual([0, 0, null]);
    expect(r.pIntercept).toBe(0);
    await expect(run('uncertainty/match-tools', { reference: [1, 1, 1], tool: [1, 2, 3] })).rejects.toThrow(
      /^reference: the values do not vary/,
    );
  });
});
