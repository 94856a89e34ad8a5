import { describe, expect, test } from 'vitest';
import { type Complex, cdiv, cexp, cmul, createRng, csqrt, type Layers, layeredReflectivity } from '@/lib/numerics';
import { withKernels } from './load';

function sincos(x: Float64Array): [Float64Array, Float64Array] {
  const n = x.length;
  return withKernels(2 * n, (kernels, scratch, at) => {
    scratch.set(x);
    kernels.sincosInPlace(n, at, at + 8 * n);
    return [scratch.slice(0, n), scratch.slice(n, 2 * n)];
  });
}

describe('sine and cosine of many values', () => {
  const uniform = (n: number, seed: number): Float64Array => {
    const out = new Float64Array(n);
    createRng(seed).fillUniform(out);
    return out.map((v) => 2 * v - 1);
  };

  test.each([0.8, 10, 1e3, 1e6, 4.19e6, 6e6, 1e8, 1e15, 1e300])('within two units of the last place up to %d', (largest) => {
    const x = uniform(20_001, 3).map((v) => v * largest);
    const [s, c] = sincos(x);
    let worst = 0;
    x.forEach((v, i) => {
      worst = Math.max(worst, Math.abs(s[i]! / Math.sin(v) - 1), Math.abs(c[i]! / Math.cos(v) - 1));
      expect(Math.abs(s[i]! ** 2 + c[i]! ** 2 - 1)).toBeLessThan(7e-16);
    });
    expect(worst).toBeLessThan(4.5e-16);
  });

  test('beside multiples of π/2, where the reduction loses most, absolute errors stay at rounding', () => {
    for (const step of [1, 7, 1001, 300_007, 1_300_003]) {
      const x = Float64Array.from({ length: 3000 }, (_, i) => (Math.PI / 2) * (1 + (i % 3) * step));
      const [s, c] = sincos(x);
      x.forEach((v, i) => {
        expect(Math.abs(s[i]! - Math.sin(v))).toBeLessThan(2.3e-16);
        expect(Math.abs(c[i]! - Math.cos(v))).toBeLessThan(2.3e-16);
        // the smaller of the two keeps its digits too
        const [small, want] = Math.abs(s[i]!) < 0.5 ? [s[i]!, Math.sin(v)] : [c[i]!, Math.cos(v)];
        expect(Math.abs(small / want - 1)).toBeLessThan(1e-15);
      });
    }
  });

  test('zero, tiny numbers, infinity and NaN', () => {
    const [s, c] = sincos(Float64Array.of(0, 1e-300, 1e-300, -1e-9, Number.POSITIVE_INFINITY, Number.NaN, 2));
    expect(Array.from(s)).toEqual([0, 1e-300, 1e-300, -1e-9, Number.NaN, Number.NaN, Math.sin(2)]);
    expect(Array.from(c.subarray(0, 4))).toEqual([1, 1, 1, 1]);
    expect([c[4], c[5]]).toEqual([Number.NaN, Number.NaN]);
  });
});

/** The recursion as written in its formula, one complex number at a time. */
function reflectivity(l: Layers, q: number): number {
  const n = l.cr.length;
  const k = Array.from(l.cr, (c, j) => {
    const root = csqrt({ re: (q * q) / 4 - c, im: -l.ci[j]! });
    return root.im < 0 ? { re: -root.re, im: -root.im } : root;
  });
  let r: Complex = { re: 0, im: 0 };
  for (let j = n - 2; j >= 0; j--) {
    const [a, b] = [k[j]!, k[j + 1]!];
    const g = -2 * l.sigma[j + 1]! ** 2;
    const product = cmul(a, b);
    const fresnel = cdiv({ re: a.re - b.re, im: a.im - b.im }, { re: a.re + b.re, im: a.im + b.im });
    const f = cmul(fresnel, cexp({ re: g * product.re, im: g * product.im }));
    const d = j + 1 < n - 1 ? 2 * l.thickness[j + 1]! : 0;
    const below = cmul(r, cexp({ re: -b.im * d, im: b.re * d }));
    const both = cmul(f, below);
    r = cdiv({ re: f.re + below.re, im: f.im + below.im }, { re: 1 + both.re, im: both.im });
  }
  return r.re * r.re + r.im * r.im;
}

describe('layered reflectivity', () => {
  test.each([
    ['weak absorption', 1e-7, 3],
    ['strong absorption, rough', 3e-4, 9],
    ['sharp, without absorption', 0, 0],
  ])('%s: the recursion in plain complex numbers, thick and thin slabs, odd counts', (_, absorption, rough) => {
    const rng = createRng(5);
    for (const [slabs, points] of [
      [2, 1],
      [3, 7],
      [9, 200],
    ] as const) {
      const of = (f: () => number): Float64Array => Float64Array.from({ length: slabs }, f);
      const l = {
        cr: of(() => 4e-4 * rng.uniform()),
        ci: of(() => -absorption * rng.uniform()),
        thickness: of(() => (rng.uniform() < 0.2 ? 0 : 10 ** (4 * rng.uniform()))),
        sigma: of(() => rough * rng.uniform()),
      };
      l.cr[0] = 0;
      l.ci[0] = 0;
      const q = Array.from({ length: points }, () => 0.002 + 0.6 * rng.uniform());
      const got = layeredReflectivity(l, q);
      expect(got).toHaveLength(points);
      q.forEach((v, i) => {
        const want = reflectivity(l, v);
        expect(Math.abs(got[i]! - want)).toBeLessThan(1e-11 * want + 1e-25);
      });
    }
  });

  test('total reflection, no contrast and q = 0; sizes are checked; calls are cut into parts', () => {
    const edge = {
      cr: Float64Array.of(0, 4e-4),
      ci: new Float64Array(2),
      thickness: new Float64Array(2),
      sigma: new Float64Array(2),
    };
    const same = { ...edge, cr: new Float64Array(2) };
    expect(Array.from(layeredReflectivity(edge, [0.01, 0.03]))).toEqual([expect.closeTo(1, 14), expect.closeTo(1, 14)]);
    expect(Array.from(layeredReflectivity(same, [0, 0.1]))).toEqual([0, 0]);
    expect(layeredReflectivity(edge, [0])[0]).toBeCloseTo(1, 14);
    expect(() => layeredReflectivity({ ...edge, sigma: new Float64Array(3) }, [1])).toThrow(/2 layers/);
    const many = Float64Array.from({ length: 70_001 }, (_, i) => 1e-5 * (i + 1));
    const whole = layeredReflectivity(edge, many);
    for (const i of [65_535, 65_536, 70_000]) expect(whole[i]).toBe(layeredReflectivity(edge, [many[i]!])[0]);
  });
});
