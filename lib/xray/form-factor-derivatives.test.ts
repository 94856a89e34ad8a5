import { expect, test } from 'vitest';
import { besselJ0, type ParticleShape, particleScattering, particleScatteringDerivatives, type SasOptions } from './index';

/** Fourth-order central difference. */
const slope = (f: (h: number) => Float64Array, h: number): Float64Array => {
  const [a, b, c, d] = [f(-2 * h), f(-h), f(h), f(2 * h)];
  return a.map((v, i) => (v - 8 * b[i]! + 8 * c[i]! - d[i]!) / (12 * h));
};
// balls pass through the series of their slopes, rods and boxes through fringes
const q = [0, 0.002, 0.013, 0.05, 0.11, 0.24];

function check(name: string, got: Float64Array, want: Float64Array): void {
  const size = Math.max(...want.map(Math.abs));
  for (let i = 0; i < got.length; i++)
    expect(Math.abs(got[i]! - want[i]!), `${name} q ${q[i]}`).toBeLessThan(1e-7 * (Math.abs(want[i]!) + 1e-5 * size));
}

const shapes: ParticleShape[] = [
  { kind: 'sphere', radius: 42, sld: 3 },
  { kind: 'core-shell-sphere', radius: 35, thickness: 9, sldCore: 2, sldShell: 4.5 },
  { kind: 'cylinder', radius: 20, length: 130, sld: 4 },
  { kind: 'core-shell-cylinder', radius: 18, thickness: 6, length: 90, sldCore: 4, sldShell: 2 },
  { kind: 'ellipsoid', polar: 70, equatorial: 25, sld: 3 },
  { kind: 'parallelepiped', a: 30, b: 45, c: 80, sld: 3 },
  {
    kind: 'core-shell-parallelepiped',
    a: 30,
    b: 40,
    c: 60,
    rimA: 4,
    rimB: 6,
    rimC: 8,
    sldCore: 1,
    sldA: 2,
    sldB: 3,
    sldC: 4,
  },
];

test.each(shapes)('$kind: every size, density and the instrument', (shape) => {
  const o: SasOptions = { sldSolvent: 0.7, scale: 0.3, background: 0.01 };
  const d = particleScatteringDerivatives(shape, q, o);
  expect([...d.intensity]).toEqual([...particleScattering(shape, q, o)]);
  expect([...d.byParameter.keys()].sort()).toEqual(
    Object.keys(shape)
      .filter((k) => k !== 'kind')
      .sort(),
  );
  for (const [name, got] of d.byParameter) {
    const at = (shape as unknown as Record<string, number>)[name]!;
    check(
      name,
      got,
      slope((h) => particleScattering({ ...shape, [name]: at + h } as ParticleShape, q, o), 4e-4 * at),
    );
  }
  for (const name of ['sldSolvent', 'scale', 'background'] as const)
    check(
      name,
      d[name],
      slope((h) => particleScattering(shape, q, { ...o, [name]: o[name]! + h }), 1e-3),
    );
});

test.each(['gaussian', 'lognormal', 'schulz', 'rectangle'] as const)(
  '%s spread of two lengths: centres and widths',
  (distribution) => {
    const shape: ParticleShape = { kind: 'cylinder', radius: 20, length: 60, sld: 4 };
    const p = (w: readonly number[]) =>
      (['radius', 'length'] as const).map((parameter, k) => ({
        parameter,
        relativeSigma: w[k]!,
        points: 7,
        nSigma: 2.5,
        distribution,
      }));
    const widths = [0.12, 0.2];
    const o: SasOptions = { sldSolvent: 1, polydispersity: p(widths) };
    const d = particleScatteringDerivatives(shape, q, o);
    for (const name of ['radius', 'length'] as const)
      check(
        name,
        d.byParameter.get(name)!,
        slope((h) => particleScattering({ ...shape, [name]: shape[name] + h }, q, o), 0.01),
      );
    for (const k of [0, 1])
      check(
        `width ${k}`,
        d.relativeSigma[k]!,
        slope(
          (h) => particleScattering(shape, q, { ...o, polydispersity: p(widths.map((w, j) => (j === k ? w + h : w))) }),
          2e-4,
        ),
      );
  },
);

test('a length distributed twice is refused', () => {
  const spread = { parameter: 'radius', relativeSigma: 0.1, points: 5, nSigma: 2 } as const;
  expect(() => particleScattering(shapes[0]!, q, { sldSolvent: 0, polydispersity: [spread, spread] })).toThrow(/given twice/);
});

test('J0: DLMF table 10.75 and Bessel’s integral in all three ranges', () => {
  expect(besselJ0(1)).toBeCloseTo(0.7651976865579666, 14);
  expect(Math.abs(besselJ0(2.404825557695773))).toBeLessThan(1e-15);
  for (const x of [0.3, 3.9, 4.1, 17, 24.9, 26, 120]) {
    // (1/π)∫cos(x sin t) dt, the trapezoidal rule of a periodic function
    let s = 0;
    for (let k = 0; k < 400; k++) s += Math.cos(x * Math.sin((Math.PI * k) / 400));
    expect(besselJ0(x)).toBeCloseTo(s / 400, 13);
  }
});
