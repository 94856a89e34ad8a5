import { expect, test } from 'vitest';
import { orientationRule, type ParticleShape, particleScattering } from './form-factors';
import { ensemble, MOST_NODES, type Polydispersity } from './polydispersity';

const rod = (length: number, radius = 0.01): ParticleShape => ({ kind: 'cylinder', radius, length, sld: 1 });
const q = [0.001, 0.003, 0.01, 0.03, 0.05, 0.1, 0.2, 0.3];

// Neugebauer's needle, 2 Si(x)/x − (2 sin(x/2)/x)², Si by Simpson's rule, under a lognormal density by the trapezoidal rule in ln x
function needles(qPerA: number, centre: number, s: number): number {
  const steps = 60_000;
  const [from, to] = [Math.log(centre) - 7 * s, Math.log(centre) + 8 * s];
  const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(x) / x);
  let last = 0;
  let si = 0;
  let [square, first] = [0, 0];
  for (let k = 0; k <= steps; k++) {
    const ln = from + ((to - from) * k) / steps;
    const length = Math.exp(ln);
    const x = qPerA * length;
    const parts = Math.ceil(10 * (x - last));
    for (let j = 0; j < parts; j++) {
      const [a, b] = [last + ((x - last) * j) / parts, last + ((x - last) * (j + 1)) / parts];
      si += ((b - a) / 6) * (sinc(a) + 4 * sinc((a + b) / 2) + sinc(b));
    }
    last = x;
    const w = Math.exp(-0.5 * ((ln - Math.log(centre)) / s) ** 2);
    square += w * length ** 2 * ((2 * si) / x - sinc(x / 2) ** 2);
    first += w * length;
  }
  return square / first;
}

test.each([
  [400, 0.4],
  [1000, 0.4],
  [1000, 0.1],
])('needles of %s Å with a standard deviation of ln L of %s: the closed form at every q', (length, s) => {
  const relativeSigma = Math.sqrt(Math.expm1(s * s));
  const polydispersity: Polydispersity = { parameter: 'length', relativeSigma, distribution: 'lognormal' };
  const got = particleScattering(rod(length), q, { sldSolvent: 0, polydispersity });
  const unit = Math.PI * 0.01 ** 2 * 1e-4;
  q.forEach((v, i) => {
    expect(got[i]! / (unit * needles(v, length, s))).toBeCloseTo(1, 5);
  });
});

test('the work of a wide distribution is bounded: sizes at each q, and the orientations of each size', () => {
  for (const relativeSigma of [0.1, 0.4, 1])
    for (const parameter of ['length', 'radius'] as const)
      for (const distribution of ['lognormal', 'schulz', 'gaussian', 'rectangle'] as const)
        for (const at of [0, 0.01, 0.3, 3]) {
          const members = ensemble(rod(400, 20), [{ parameter, relativeSigma, distribution }], at);
          expect(members.length).toBeGreaterThanOrEqual(64);
          expect(members.length).toBeLessThanOrEqual(parameter === 'length' ? MOST_NODES / 4 : MOST_NODES);
        }
  const wide: Polydispersity = { parameter: 'length', relativeSigma: 0.4, distribution: 'lognormal' };
  let evaluations = 0;
  for (const v of q)
    for (const m of ensemble(rod(400, 20), [wide], v))
      evaluations += orientationRule(v * (m.shape as { length: number }).length).nodes.length;
  expect(evaluations).toBeLessThan(2.5e6);
  for (const reach of [10, 160, 1000, 40_000]) {
    const rule = orientationRule(reach);
    expect(rule.nodes.length).toBeLessThan(200 + 1.3 * reach);
    expect(rule.weights.reduce((sum, w) => sum + w, 0)).toBeCloseTo(Math.PI / 2, 9);
  }
});

test('a point at low q does not depend on the rest of the curve', () => {
  const o = { sldSolvent: 6, polydispersity: { parameter: 'length', relativeSigma: 0.3 } as const };
  expect(particleScattering(rod(200, 20), [0.01, 0.2], o)[0]).toBe(particleScattering(rod(200, 20), [0.01], o)[0]);
});

test.each(['gaussian', 'lognormal', 'schulz', 'rectangle'] as const)(
  '%s: the relative standard deviation is what is asked for',
  (distribution) => {
    for (const relativeSigma of [0.05, 0.15]) {
      const members = ensemble(rod(400, 20), [{ parameter: 'radius', relativeSigma, distribution }], 0.001);
      let [m0, m1, m2] = [0, 0, 0];
      for (const { weight, shape } of members) {
        const r = (shape as { radius: number }).radius;
        m0 += weight;
        m1 += weight * r;
        m2 += weight * r * r;
      }
      const mean = m1 / m0;
      expect(Math.sqrt(m2 / m0 - mean * mean) / mean / relativeSigma).toBeCloseTo(1, 6);
      // x0 is the mean, of a lognormal distribution the median
      expect(mean / 20 / (distribution === 'lognormal' ? Math.sqrt(1 + relativeSigma ** 2) : 1)).toBeCloseTo(1, 7);
    }
  },
);
