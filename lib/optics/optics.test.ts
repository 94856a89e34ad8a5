import fc from 'fast-check';
import { expect, test } from 'vitest';
import { complexArray } from '@/lib/numerics';
import {
  addNcs,
  muellerFromJones,
  muellerIsotropic,
  ncs,
  ncsOf,
  noNcs,
  psiDelta,
  radians,
  solveConical,
  solveCrossed,
  solveLineGrating,
  thinFilm,
} from './index';

const one = (re: number, im = 0) => complexArray(1, Float64Array.of(re), Float64Array.of(im));
const air = { re: 1, im: 0 };

test('2 nm oxide on Si at 640 nm, 65°: Ψ 17.640, Δ 176.604 (sign of Δ)', () => {
  const r = thinFilm(
    { ambient: one(1), films: [{ thicknessNm: 2, index: one(1.4567) }], substrate: one(3.8646, 0.01638) },
    [640],
    radians(65),
  );
  const { psiDeg, deltaDeg } = psiDelta(r.rp, r.rs);
  expect(psiDeg[0]).toBeCloseTo(17.64, 1);
  expect(deltaDeg[0]).toBeCloseTo(176.6, 1);
});

test('lossless films keep the energy, for any layers and angle', () =>
  fc.assert(
    fc.property(
      fc.array(fc.record({ d: fc.double({ min: 0, max: 5000, noNaN: true }), n: fc.double({ min: 1, max: 5, noNaN: true }) }), {
        maxLength: 8,
      }),
      fc.double({ min: 0, max: 1.5, noNaN: true }),
      (films, angle) => {
        const r = thinFilm(
          { ambient: one(1), films: films.map((f) => ({ thicknessNm: f.d, index: one(f.n) })), substrate: one(1.5) },
          [500],
          angle,
        );
        expect(r.Rs[0]! + r.Ts[0]!).toBeCloseTo(1, 10);
        expect(r.Rp[0]! + r.Tp[0]!).toBeCloseTo(1, 10);
      },
    ),
  ));

test('a metre of silicon neither overflows nor transmits', () => {
  const r = thinFilm({ ambient: one(1), films: [{ thicknessNm: 1e9, index: one(4, 0.5) }], substrate: one(1.5) }, [500], 0.4);
  expect(r.Rs[0]).toBeGreaterThan(0.3);
  expect(r.Ts[0]).toBe(0);
});

test('N, C, S lie on the sphere for one response and inside it for a mixture', () => {
  const at = (d: number) =>
    thinFilm({ ambient: one(1), films: [{ thicknessNm: d, index: one(1.46) }], substrate: one(3.9, 0.02) }, [500], radians(70));
  const { rp, rs } = at(300);
  const v = ncs(rp, rs);
  const { psiDeg, deltaDeg } = psiDelta(rp, rs);
  expect(v.n[0]).toBeCloseTo(Math.cos(radians(2 * psiDeg[0]!)), 12);
  expect(v.s[0]).toBeCloseTo(Math.sin(radians(2 * psiDeg[0]!)) * Math.sin(radians(deltaDeg[0]!)), 12);
  expect(v.depolarisation[0]).toBeCloseTo(0, 12);
  const sums = noNcs(1);
  for (const { rp, rs } of [at(290), at(310)]) addNcs(sums, rp, rs, 1);
  expect(ncsOf(sums).depolarisation[0]).toBeGreaterThan(1e-3);
  expect(muellerIsotropic(v.n[0]!, v.c[0]!, v.s[0]!)[1]).toBe(-v.n[0]!);
});

test('a grating without contrast is a film, in both mounts', () => {
  const film = { re: 1.9, im: 0.1 };
  const layers = [{ thicknessNm: 130, background: film, segments: [{ x0Nm: 0, x1Nm: 90, index: film }] }];
  const grating = { periodNm: 300, superstrate: air, substrate: { re: 3.5, im: 0.2 }, layers };
  const want = thinFilm(
    { ambient: one(1), films: [{ thicknessNm: 130, index: one(1.9, 0.1) }], substrate: one(3.5, 0.2) },
    [500],
    0.7,
  );
  expect(solveLineGrating(grating, 500, 0.7, 'TE', 4).r.re[4]).toBeCloseTo(want.rs.re[0]!, 11);
  expect(solveLineGrating(grating, 500, 0.7, 'TM', 4).r.im[4]).toBeCloseTo(want.rp.im[0]!, 11);
  const { jones } = solveConical(grating, 500, { angleRad: 0.7, azimuthRad: 0.4 }, 3);
  expect(jones.ss.re).toBeCloseTo(want.rs.re[0]!, 10);
  expect(jones.pp.im).toBeCloseTo(want.rp.im[0]!, 10);
  expect(Math.hypot(jones.ps.re, jones.ps.im)).toBeLessThan(1e-10);
});

const total = (a: Float64Array): number => a.reduce((s, v) => s + (Number.isNaN(v) ? 0 : v), 0);
const lines = (depth: number) => ({
  periodNm: 800,
  superstrate: air,
  substrate: { re: 1.46, im: 0 },
  layers: [{ thicknessNm: depth, background: air, segments: [{ x0Nm: 40, x1Nm: 370, index: { re: 2.3, im: 0 } }] }],
});

test('a lossless grating keeps the energy to 1e-10, deep lines included', () => {
  for (const depth of [50, 400, 30_000]) {
    for (const p of ['TE', 'TM'] as const) {
      const r = solveLineGrating(lines(depth), 532, 0.3, p, 10);
      expect(Math.abs(total(r.reflected) + total(r.transmitted) - 1)).toBeLessThan(1e-10);
    }
    const c = solveConical(lines(depth), 532, { angleRad: 0.5, azimuthRad: 0.8 }, 7);
    for (const e of [c.TE, c.TM]) expect(Math.abs(total(e.reflected) + total(e.transmitted) - 1)).toBeLessThan(1e-10);
  }
});

test('reciprocity: an asymmetric absorbing grating reflects order 0 alike from both sides', () => {
  const layers = [
    { thicknessNm: 90, background: air, segments: [{ x0Nm: 0, x1Nm: 150, index: { re: 3.9, im: 0.3 } }] },
    { thicknessNm: 60, background: air, segments: [{ x0Nm: -80, x1Nm: 210, index: { re: 1.9, im: 0.1 } }] },
  ];
  const g = { periodNm: 500, superstrate: air, substrate: { re: 3.5, im: 0.05 }, layers };
  for (const p of ['TE', 'TM'] as const) {
    const a = solveLineGrating(g, 450, 0.4, p, 9).r;
    const b = solveLineGrating(g, 450, -0.4, p, 9).r;
    expect(b.re[9]).toBeCloseTo(a.re[9]!, 11);
    expect(b.im[9]).toBeCloseTo(a.im[9]!, 11);
  }
});

test('azimuth 0 of the conical mount is the classical mount', () => {
  const { jones } = solveConical(lines(300), 532, { angleRad: 0.3, azimuthRad: 0 }, 6);
  const te = solveLineGrating(lines(300), 532, 0.3, 'TE', 6).r;
  const tm = solveLineGrating(lines(300), 532, 0.3, 'TM', 6).r;
  expect(jones.ss.re).toBeCloseTo(te.re[6]!, 11);
  expect(jones.pp.im).toBeCloseTo(tm.im[6]!, 11);
});

test('rectangles as wide as the period are lines; mirror planes change nothing', () => {
  const index = { re: 3.9, im: 0.2 };
  const substrate = { re: 1.5, im: 0 };
  for (const incidence of [
    { angleRad: 0.6, azimuthRad: 0.5 },
    { angleRad: 0.6, azimuthRad: 0 },
    { angleRad: 0, azimuthRad: 0.3 },
  ]) {
    const a = solveConical(
      {
        periodNm: 300,
        superstrate: air,
        substrate,
        layers: [{ thicknessNm: 100, background: air, segments: [{ x0Nm: -50, x1Nm: 50, index }] }],
      },
      500,
      incidence,
      3,
    );
    for (const shift of [0, 30]) {
      const rectangles = [{ centreXNm: 0, centreYNm: shift, widthXNm: 100, widthYNm: 200, index }];
      const b = solveCrossed(
        { periodsNm: [300, 200], superstrate: air, substrate, layers: [{ thicknessNm: 100, background: air, rectangles }] },
        500,
        incidence,
        [3, 2],
      );
      for (const key of ['pp', 'ps', 'sp', 'ss'] as const) {
        expect(b.jones[key].re).toBeCloseTo(a.jones[key].re, 10);
        expect(b.jones[key].im).toBeCloseTo(a.jones[key].im, 10);
      }
    }
  }
});

test('a lossless crossed grating keeps the energy', () => {
  const rectangles = [{ centreXNm: 20, centreYNm: 0, widthXNm: 260, widthYNm: 180, index: { re: 2, im: 0 } }];
  const g = {
    periodsNm: [600, 500] as const,
    superstrate: air,
    substrate: { re: 1.5, im: 0 },
    layers: [{ thicknessNm: 300, background: air, rectangles }],
  };
  const r = solveCrossed(g, 532, { angleRad: 0.2, azimuthRad: 0 }, [3, 3]);
  for (const e of [r.TE, r.TM]) expect(Math.abs(total(e.reflected) + total(e.transmitted) - 1)).toBeLessThan(1e-10);
});

test('bad gratings are refused by field', () => {
  expect(() => solveLineGrating({ ...lines(1), periodNm: 0 }, 500, 0, 'TE', 3)).toThrow(/periodNm/);
  expect(() => solveLineGrating(lines(1), 500, 2, 'TE', 3)).toThrow(/angleRad/);
  expect(() => solveLineGrating(lines(1), 500, 0, 'TE', 1.5)).toThrow(/truncation/);
});

test('conical and crossed: reciprocity, the cross-polarised elements of opposite directions', () => {
  // an asymmetric structure, turned by 180° about z: order 0 from φ + π is the transpose up to the sign of the cross terms
  const index = { re: 3.9, im: 0.3 };
  const layers = [{ thicknessNm: 90, background: air, segments: [{ x0Nm: 0, x1Nm: 150, index }] }];
  const g = { periodNm: 500, superstrate: air, substrate: { re: 3.5, im: 0.05 }, layers };
  const a = solveConical(g, 450, { angleRad: 0.5, azimuthRad: 0.7 }, 6).jones;
  const b = solveConical(g, 450, { angleRad: 0.5, azimuthRad: 0.7 + Math.PI }, 6).jones;
  expect(Math.hypot(a.ss.re - b.ss.re, a.ss.im - b.ss.im)).toBeLessThan(1e-11);
  expect(Math.hypot(a.pp.re - b.pp.re, a.pp.im - b.pp.im)).toBeLessThan(1e-11);
  expect(Math.hypot(a.ps.re + b.sp.re, a.ps.im + b.sp.im)).toBeLessThan(1e-11);
  const rectangles = [{ centreXNm: 20, centreYNm: 10, widthXNm: 160, widthYNm: 120, index }];
  const c = {
    periodsNm: [300, 280] as const,
    superstrate: air,
    substrate: { re: 3.5, im: 0.05 },
    layers: [{ thicknessNm: 70, background: air, rectangles }],
  };
  const d = solveCrossed(c, 450, { angleRad: 0.5, azimuthRad: 0.7 }, [2, 2]).jones;
  const e = solveCrossed(c, 450, { angleRad: 0.5, azimuthRad: 0.7 + Math.PI }, [2, 2]).jones;
  expect(Math.hypot(d.ss.re - e.ss.re, d.ss.im - e.ss.im)).toBeLessThan(1e-10);
  expect(Math.hypot(d.ps.re + e.sp.re, d.ps.im + e.sp.im)).toBeLessThan(1e-10);
});

test('a crossed grating without contrast is a film', () => {
  const film = { re: 1.9, im: 0.1 };
  const rectangles = [{ centreXNm: 0, centreYNm: 0, widthXNm: 100, widthYNm: 90, index: film }];
  const r = solveCrossed(
    {
      periodsNm: [300, 280],
      superstrate: air,
      substrate: { re: 3.5, im: 0.2 },
      layers: [{ thicknessNm: 130, background: film, rectangles }],
    },
    500,
    { angleRad: 0.7, azimuthRad: 0.4 },
    [2, 2],
  ).jones;
  const want = thinFilm(
    { ambient: one(1), films: [{ thicknessNm: 130, index: one(1.9, 0.1) }], substrate: one(3.5, 0.2) },
    [500],
    0.7,
  );
  expect(Math.hypot(r.ss.re - want.rs.re[0]!, r.ss.im - want.rs.im[0]!)).toBeLessThan(1e-10);
  expect(Math.hypot(r.pp.re - want.rp.re[0]!, r.pp.im - want.rp.im[0]!)).toBeLessThan(1e-10);
});

test('Mueller matrix of a Jones matrix: the isotropic form where it is diagonal, undepolarised where it is not', () => {
  const r = thinFilm(
    { ambient: one(1), films: [{ thicknessNm: 70, index: one(1.46) }], substrate: one(3.9, 0.02) },
    [500],
    radians(70),
  );
  const at = (a: { re: Float64Array; im: Float64Array }) => ({ re: a.re[0]!, im: a.im[0]! });
  const none = { re: 0, im: 0 };
  const m = muellerFromJones({ pp: at(r.rp), ps: none, sp: none, ss: at(r.rs) });
  const { n, c, s } = ncs(r.rp, r.rs);
  for (const [k, v] of muellerIsotropic(n[0]!, c[0]!, s[0]!).entries()) expect(m[k]! / m[0]!).toBeCloseTo(v, 13);
  expect(m[0]).toBeCloseTo((r.Rs[0]! + r.Rp[0]!) / 2, 14);
  const crossed = muellerFromJones({
    pp: { re: 0.3, im: 0.1 },
    ps: { re: 0.1, im: -0.2 },
    sp: { re: -0.05, im: 0.2 },
    ss: { re: 0.5, im: -0.4 },
  });
  expect(crossed.reduce((t, v) => t + v * v, 0)).toBeCloseTo(4 * crossed[0]! ** 2, 13);
});
