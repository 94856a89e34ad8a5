import { expect, test } from 'vitest';
import { complexArray, createRng } from '@/lib/numerics';
import { psiDelta, radians, refractiveIndex, thinFilm } from '@/lib/optics';
import { differenceJacobian, fisherInformation, fitFromStarts, fitModel, wrap180 } from './index';

const wavelengths = Array.from({ length: 25 }, (_, i) => 300 + 20 * i);
const flat = (re: number, im = 0) => complexArray(25, new Float64Array(25).fill(re), new Float64Array(25).fill(im));

/** Ψ, Δ of one Cauchy film on a silicon-like substrate; p = thickness, A, B. */
function spectrum(p: Float64Array): Float64Array {
  const index = refractiveIndex({ kind: 'cauchy', a: p[1]!, bUm2: p[2]!, cUm4: 0 }, wavelengths);
  const r = thinFilm(
    { ambient: flat(1), films: [{ thicknessNm: p[0]!, index }], substrate: flat(3.9, 0.05) },
    wavelengths,
    radians(70),
  );
  const { psiDeg, deltaDeg } = psiDelta(r.rp, r.rs);
  return Float64Array.from([...psiDeg, ...deltaDeg]);
}
const truth = Float64Array.of(80, 1.46, 0.004);
const sigma = Array.from({ length: 50 }, (_, i) => (i < 25 ? 0.03 : 0.08));
const periodic360 = sigma.map((_, i) => i >= 25);
const names = ['thickness', 'A', 'B'];

function noisy(seed: number): Float64Array {
  const rng = createRng(seed);
  return spectrum(truth).map((v, i) => v + sigma[i]! * rng.normal());
}

test('wrap180 takes the short way round', () => {
  expect(wrap180(359)).toBe(-1);
  expect(wrap180(-180)).toBe(180);
});

test('5-point differences are exact for a quartic, at a bound too', () => {
  const f = (p: Float64Array) => Float64Array.of(p[0]! ** 4 - 2 * p[0]!);
  const p = Float64Array.of(1.5);
  for (const bounds of [{}, { lower: [1.5] }, { upper: [1.5] }])
    expect(differenceJacobian(f, p, f(p), bounds)[0]).toBeCloseTo(4 * 1.5 ** 3 - 2, 8);
});

test('a straight line: Cramér-Rao bound is the textbook covariance, and the fit reaches it', () => {
  const x = [0, 1, 2, 3, 4];
  const model = (p: Float64Array) => Float64Array.from(x, (v) => p[0]! + p[1]! * v);
  const jacobian = differenceJacobian(model, Float64Array.of(1, 2), model(Float64Array.of(1, 2)));
  const f = fisherInformation(jacobian, [0.5, 0.5, 0.5, 0.5, 0.5], 2);
  expect(f.covariance[3]).toBeCloseTo(0.25 / 10, 9);
  expect(f.covariance[0]).toBeCloseTo(0.25 * (1 / 5 + 4 / 10), 9);
  const r = fitModel({ names: ['a', 'b'], model, data: [1, 3, 5, 7, 9], sigma: [0.5, 0.5, 0.5, 0.5, 0.5], start: [0, 0] });
  expect(r.parameters[1]).toBeCloseTo(2, 10);
  expect(r.standardErrors[1]).toBeCloseTo(0.05 * Math.sqrt(10), 8);
});

test('parameters that only act together are named', () => {
  const model = (p: Float64Array) => Float64Array.from([1, 2, 3, 4], (v) => (p[0]! + p[1]!) * v + p[2]!);
  const r = fitModel({
    names: ['height', 'scale', 'offset'],
    model,
    data: [3, 5, 7, 9.01],
    sigma: [1, 1, 1, 1],
    start: [1, 0.5, 1],
  });
  const warning = r.warnings.find((w) => w.kind === 'near_singular');
  expect([...(warning?.parameters ?? [])].sort()).toEqual(['height', 'scale']);
  expect(r.isIdentifiable).toBe(false);
});

test('a bound that holds the minimum off is reported, with zero variance there', () => {
  const r = fitModel({
    names,
    model: spectrum,
    data: noisy(3),
    sigma,
    periodic360,
    start: [78, 1.47, 0.004],
    lower: [70, 1.465, 0],
    upper: [90, 2, 0.02],
  });
  expect(r.warnings.map((w) => w.kind)).toContain('at_bound');
  expect(r.covariance[4]).toBe(0);
});

test('film fits from 200 seeds: 95 % intervals cover the truth, spread meets the Cramér-Rao bound, χ² has its mean', {
  timeout: 30_000,
}, () => {
  const n = 200;
  let covered = 0;
  let spread = 0;
  let chi2 = 0;
  let predicted = 0;
  for (let seed = 0; seed < n; seed++) {
    const r = fitModel({ names, model: spectrum, data: noisy(1000 + seed), sigma, periodic360, start: [76, 1.5, 0.003] });
    expect(r.status).toBe('converged');
    const d = r.parameters[0]! - truth[0]!;
    if (Math.abs(d) < 1.96 * r.standardErrors[0]!) covered++;
    spread += d * d;
    predicted += r.covariance[0]!;
    chi2 += r.chi2 / r.degreesOfFreedom;
  }
  expect(covered / n).toBeGreaterThan(0.91);
  expect(Math.sqrt(spread / predicted)).toBeGreaterThan(0.88);
  expect(Math.sqrt(spread / predicted)).toBeLessThan(1.12);
  expect(chi2 / n).toBeCloseTo(1, 1);
});

test('several starts find the right fringe order; a wrong model is a poor fit', () => {
  const problem = { names, model: spectrum, data: noisy(7), sigma, periodic360, start: [80, 1.46, 0.004] };
  const { best } = fitFromStarts(problem, [
    [300, 1.5, 0.003],
    [70, 1.5, 0.003],
  ]);
  expect(best.parameters[0]).toBeCloseTo(80, 0);
  const bad = fitModel({ ...problem, data: noisy(7).map((v, i) => v + (i % 2)) });
  expect(bad.warnings.map((w) => w.kind)).toContain('poor_fit');
});

test('bad input is refused by name', () => {
  const problem = { names, model: spectrum, data: noisy(1), sigma, start: [80, 1.46, 0.004] };
  expect(() => fitModel({ ...problem, sigma: sigma.map(() => 0) })).toThrow(/sigma\[0\]/);
  expect(() => fitModel({ ...problem, lower: [90, 0, 0] })).toThrow(/thickness/);
  expect(() => fitModel({ ...problem, names: ['x'] })).toThrow(/names/);
});
