import { expect, test } from 'vitest';
import { complexArray } from '@/lib/numerics';
import { ncs, radians, thinFilm, thinFilmSpread } from './index';

const one = (re: number, im = 0) => complexArray(1, Float64Array.of(re), Float64Array.of(im));

test('a spread of thickness depolarises, in the middle of a fringe most; none is one coherent response', () => {
  const w = [500, 505];
  const flat2 = (re: number, im = 0) => complexArray(2, new Float64Array(2).fill(re), new Float64Array(2).fill(im));
  const stackAt = () => ({ ambient: flat2(1), films: [{ thicknessNm: 900, index: flat2(1.46) }], substrate: flat2(3.9, 0.02) });
  const sharp = thinFilmSpread(stackAt, w, radians(70), {});
  const r = thinFilm(stackAt(), w, radians(70));
  expect(sharp.n[0]).toBeCloseTo(ncs(r.rp, r.rs).n[0]!, 13);
  expect(sharp.Rs[1]).toBeCloseTo(r.Rs[1]!, 13);
  const spread = { thickness: { film: 0, sigmaNm: 6 }, bandwidthNm: 1, angleRad: 0.002 };
  const a = thinFilmSpread(stackAt, w, radians(70), spread);
  expect(a.depolarisation[0]).toBeGreaterThan(1e-4);
  expect(a.error).toBeLessThan(1e-6 + 3 * 6e-7);
  expect(() => thinFilmSpread(stackAt, w, 1, { thickness: { film: 3, sigmaNm: 1 } })).toThrow(/film/);
});

/** Average of one spread by many nodes of the plain sum over ±6 σ: slow, and free of any choice of nodes. */
function bruteForce(dNm: number, lambda: number, sigma: { nm?: number; rad?: number; d?: number }) {
  const K = 30_000;
  let [total, Rs, Rp, c] = [0, 0, 0, 0];
  for (let k = -K; k <= K; k++) {
    const x = (6 * k) / K;
    const weight = Math.exp(-0.5 * x * x);
    const stack = {
      ambient: one(1),
      films: [{ thicknessNm: Math.max(0, dNm + x * (sigma.d ?? 0)), index: one(1.46) }],
      substrate: one(3.9, 0.02),
    };
    const r = thinFilm(stack, [lambda + x * (sigma.nm ?? 0)], radians(70) + x * (sigma.rad ?? 0));
    total += weight;
    Rs += weight * r.Rs[0]!;
    Rp += weight * r.Rp[0]!;
    c += 2 * weight * (r.rp.re[0]! * r.rs.re[0]! + r.rp.im[0]! * r.rs.im[0]!);
  }
  return { Rs: Rs / total, Rp: Rp / total, n: (Rs - Rp) / (Rs + Rp), c: c / (Rs + Rp) };
}

test.each([
  [1000, { nm: 20 }],
  [5000, { nm: 10 }],
  [20_000, { nm: 5 }],
  [20_000, { nm: 20 }],
  [20_000, { rad: 0.02 }],
  [3000, { d: 80 }],
  [40, { d: 9 }],
])(
  'the average over a spread is that of the Gaussian whatever the number of fringes in it: %d nm, %j',
  (d, sigma: { nm?: number; rad?: number; d?: number }) => {
    const stackAt = () => ({ ambient: one(1), films: [{ thicknessNm: d, index: one(1.46) }], substrate: one(3.9, 0.02) });
    const r = thinFilmSpread(stackAt, [600], radians(70), {
      ...(sigma.nm ? { bandwidthNm: sigma.nm } : {}),
      ...(sigma.rad ? { angleRad: sigma.rad } : {}),
      ...(sigma.d ? { thickness: { film: 0, sigmaNm: sigma.d } } : {}),
    });
    const want = bruteForce(d, 600, sigma);
    const off = Math.max(...(['Rs', 'Rp', 'n', 'c'] as const).map((k) => Math.abs(r[k][0]! - want[k])));
    expect(off).toBeLessThan(2e-6);
    expect(off).toBeLessThan(r.error);
  },
);

test('a spread that leaves the physical range, or holds more fringes than can be averaged, is refused by name', () => {
  const stackAt = (d: number) => () => ({
    ambient: one(1),
    films: [{ thicknessNm: d, index: one(1.46) }],
    substrate: one(3.9, 0.02),
  });
  expect(() => thinFilmSpread(stackAt(100), [600], 0, { bandwidthNm: 130 })).toThrow(/bandwidthNm.*below 0 nm/);
  expect(() => thinFilmSpread(stackAt(100), [600], radians(80), { angleRad: 0.04 })).toThrow(/grazing/);
  expect(() => thinFilmSpread(stackAt(1e8), [600], 0, { bandwidthNm: 30 })).toThrow(/bandwidthNm.*incoherent/);
});
