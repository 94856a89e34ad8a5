import { describe, expect, test } from 'vitest';
import { differenceJacobian, fisherInformation } from './index';
import { campaign, TECHNIQUES } from './testing/techniques';

const SPECTRA = 1000;
const QUIET = 400;

describe.each(TECHNIQUES)('$name', (technique) => {
  const p = Float64Array.from(technique.truth);
  const clean = technique.model(p);
  const options = technique.periodic360 ? { periodic360: technique.periodic360 } : {};
  const differences = differenceJacobian(technique.model, p, clean, options);
  const bound = fisherInformation(differences, technique.sigma(clean), p.length).standardErrors;

  test('derivatives that are given are those of the model', () => {
    const given = technique.jacobian?.(p) ?? differences;
    const size = Math.max(...differences.map(Math.abs));
    given.forEach((v, i) => {
      expect(Math.abs(v - differences[i]!)).toBeLessThan(1e-6 * size);
    });
  });

  test('the truth lies in its 95 % interval in 93 to 97 % of 1,000 spectra', { timeout: 120_000 }, () => {
    const r = campaign(technique, SPECTRA, bound);
    for (const c of r.coverage) {
      expect(c).toBeGreaterThanOrEqual(0.93);
      expect(c).toBeLessThanOrEqual(0.97);
    }
    expect(Math.abs(r.chi2 - 1)).toBeLessThan(0.03);
    expect(r.identifiable).toBeGreaterThan(0.99);
  });

  test('the scatter reaches the Cramér-Rao bound within 10 % when the noise is ten times less', { timeout: 120_000 }, () => {
    const r = campaign(technique, QUIET, bound, 0.1);
    for (const v of r.overBound) {
      expect(v).toBeGreaterThan(0.9);
      expect(v).toBeLessThan(1.1);
    }
  });
});
