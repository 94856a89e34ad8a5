import { describe, expect, test } from 'vitest';
import { AppError } from '@/lib/errors';
import { createRng } from '@/lib/numerics';
import { fitZernike } from './fit';
import { fitZernikeShared } from './shared-uncertainty';

const n = 40;
const x = Float64Array.from({ length: n }, (_, i) => 140 * Math.sqrt((i + 0.5) / n) * Math.cos(2.4 * i));
const y = Float64Array.from({ length: n }, (_, i) => 140 * Math.sqrt((i + 0.5) / n) * Math.sin(2.4 * i));
const u = Float64Array.from({ length: n }, (_, i) => 0.1 + 0.002 * i);
const surface = Float64Array.from({ length: n }, (_, i) => 50 + 0.01 * x[i]! + (x[i]! ** 2 + y[i]! ** 2) / 4000);
const ORDER = { order: 2 };

describe('sites that share a part of their uncertainty', () => {
  test('nothing shared: the weighted fit and its own standard errors', () => {
    const s = fitZernikeShared(x, y, surface, u, [], ORDER);
    const plain = fitZernike(x, y, surface, { ...ORDER, uValue: u, covariance: 'known' });
    expect(Array.from(s.fit.coefficients)).toEqual(Array.from(plain.coefficients));
    expect(Array.from(s.uCoefficients)).toEqual(Array.from(plain.standardErrors));
  });
  test('a part that is the same at every site stays whole in the mean and touches no other term', () => {
    const common = new Float64Array(n).fill(0.3);
    const combined = u.map((v, i) => Math.hypot(v, common[i]!));
    const [alone, with_] = [
      fitZernikeShared(x, y, surface, u, [], ORDER),
      fitZernikeShared(x, y, surface, combined, [common], ORDER),
    ];
    expect(with_.uCoefficients[0]).toBeCloseTo(Math.hypot(alone.uCoefficients[0]!, 0.3), 9);
    for (let j = 1; j < 6; j++) expect(with_.uCoefficients[j]).toBeCloseTo(alone.uCoefficients[j]!, 9);
  });
  test('by drawing: the spread of the coefficients over many wafers is the u that one of them states', () => {
    const part = Float64Array.from({ length: n }, (_, i) => 0.2 + 0.001 * x[i]!);
    const combined = u.map((v, i) => Math.hypot(v, part[i]!));
    const stated = fitZernikeShared(x, y, surface, combined, [part], ORDER).uCoefficients;
    const rng = createRng(7);
    const draws = Array.from({ length: 3000 }, () => {
      const shared = rng.normal();
      const z = surface.map((v, i) => v + u[i]! * rng.normal() + part[i]! * shared);
      return fitZernikeShared(x, y, z, combined, [part], ORDER).fit.coefficients;
    });
    for (let j = 0; j < 6; j++) {
      const mean = draws.reduce((s, c) => s + c[j]!, 0) / draws.length;
      const sd = Math.sqrt(draws.reduce((s, c) => s + (c[j]! - mean) ** 2, 0) / (draws.length - 1));
      expect(sd / stated[j]!).toBeGreaterThan(0.95);
      expect(sd / stated[j]!).toBeLessThan(1.05);
    }
  });
  test('residuals larger than stated widen what is the sites own, and nothing else', () => {
    const rough = surface.map((v, i) => v + (i % 2 === 0 ? 1 : -1));
    const s = fitZernikeShared(x, y, rough, u, [], ORDER);
    expect(s.fit.residualSigma).toBeGreaterThan(3);
    expect(s.uCoefficients[3]! / fitZernikeShared(x, y, surface, u, [], ORDER).uCoefficients[3]!).toBeCloseTo(
      s.fit.residualSigma,
      9,
    );
  });
  test('a site that is exact among others that are not is refused; all exact, or nothing of their own: all count alike', () => {
    const one = u.slice();
    one[4] = 0;
    expect(() => fitZernikeShared(x, y, surface, one, [], ORDER)).toThrow(AppError);
    const alike = fitZernike(x, y, surface, ORDER).coefficients;
    expect(Array.from(fitZernikeShared(x, y, surface, new Float64Array(n), [], ORDER).fit.coefficients)).toEqual(
      Array.from(alike),
    );
    expect(Array.from(fitZernikeShared(x, y, surface, u, [u], ORDER).fit.coefficients)).toEqual(Array.from(alike));
  });
});
