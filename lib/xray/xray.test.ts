import fc from 'fast-check';
import { expect, test } from 'vitest';
import { complexArray } from '@/lib/numerics';
import { thinFilm } from '@/lib/optics';
import {
  besselJ1,
  cdSaxs,
  effectiveDensitySlabs,
  gradedSlabs,
  particleScattering,
  reflectivityFromIndex,
  reflectivityFromSld,
  trapezoidAmplitude,
} from './index';

test('J1: tabulated values (Abramowitz & Stegun, table 9.1) and continuity over the three ranges', () => {
  expect(besselJ1(1)).toBeCloseTo(0.4400505857449335, 14);
  expect(besselJ1(10)).toBeCloseTo(0.0434727461688614, 13);
  expect(besselJ1(50)).toBeCloseTo(-0.0975118281251751, 13);
  for (const x of [4, 25]) expect(besselJ1(x - 1e-9)).toBeCloseTo(besselJ1(x + 1e-9), 8);
});

test('bare substrate: Fresnel reflectivity, total below the critical angle', () => {
  const slabs = [
    { thicknessA: 0, sld: 0, isld: 0, roughnessTopA: 0 },
    { thicknessA: 0, sld: 20, isld: 0, roughnessTopA: 0 },
  ];
  const critical = Math.sqrt(16e-6 * Math.PI * 20);
  const q = 3 * critical;
  const r = reflectivityFromSld(slabs, [0.5 * critical, q]);
  const k = Math.sqrt(q * q - critical * critical);
  expect(r[0]).toBeCloseTo(1, 12);
  expect(r[1]).toBeCloseTo(((q - k) / (q + k)) ** 2, 14);
});

test('without roughness Parratt is the transfer matrix of s-polarised light', () => {
  const lambda = 1.5406;
  const slabs = [
    { thicknessA: 0, delta: 0, beta: 0, roughnessTopA: 0 },
    { thicknessA: 200, delta: 4.6e-5, beta: 3.9e-6, roughnessTopA: 0 },
    { thicknessA: 0, delta: 7.6e-6, beta: 1.7e-7, roughnessTopA: 0 },
  ];
  const n = slabs.map((s) => complexArray(1, Float64Array.of(1 - s.delta), Float64Array.of(s.beta)));
  for (const q of [0.03, 0.1, 0.4]) {
    const grazing = Math.asin((q * lambda) / (4 * Math.PI));
    const optical = thinFilm(
      { ambient: n[0]!, films: [{ thicknessNm: 20, index: n[1]! }], substrate: n[2]! },
      [lambda / 10],
      Math.PI / 2 - grazing,
    );
    const r = reflectivityFromIndex(slabs, lambda, [q])[0]!;
    expect(Math.abs(r / optical.Rs[0]! - 1)).toBeLessThan(1e-6);
  }
});

test('resolution smearing keeps a flat curve, normalised, and lowers the fringes', () => {
  const slabs = [
    { thicknessA: 0, sld: 0, isld: 0, roughnessTopA: 0 },
    { thicknessA: 0, sld: 20, isld: 0, roughnessTopA: 0 },
  ];
  const r = reflectivityFromSld(slabs, [0.005], { resolution: { sigmaPerA: [1e-4], normalised: true } });
  expect(r[0]).toBeCloseTo(1, 10);
  expect(() => reflectivityFromSld(slabs, [0.1], { resolution: { sigmaPerA: [0] } })).toThrow(/sigmaPerA/);
  expect(() => reflectivityFromSld(slabs.slice(1), [0.1])).toThrow(/slabs/);
});

test('I(0) = Δρ² V, and an ellipsoid with equal axes is a sphere', () => {
  const o = { sldSolvent: 1 };
  const v = 20 * 30 * 40;
  expect(particleScattering({ kind: 'parallelepiped', a: 20, b: 30, c: 40, sld: 4 }, [0], o)[0]).toBeCloseTo(9 * v * 1e-4, 10);
  const q = [0.01, 0.1, 0.3];
  const sphere = particleScattering({ kind: 'sphere', radius: 30, sld: 4 }, q, o);
  const ellipsoid = particleScattering({ kind: 'ellipsoid', polar: 30, equatorial: 30, sld: 4 }, q, o);
  for (let i = 0; i < 3; i++) expect(ellipsoid[i]! / sphere[i]!).toBeCloseTo(1, 9);
});

const trapezoid = (h: number, l: number, r: number) => ({ heightNm: h, leftAngleRad: l, rightAngleRad: r, contrast: 1 });

test('F(0) is the area, a cut line is the same line, a shifted origin only a phase', () =>
  fc.assert(
    fc.property(
      fc.double({ min: 1.45, max: 1.7, noNaN: true }),
      fc.double({ min: 1.45, max: 1.7, noNaN: true }),
      fc.double({ min: -0.6, max: 0.6, noNaN: true }),
      fc.double({ min: -0.6, max: 0.6, noNaN: true }),
      (l, r, qx, qz) => {
        const whole = { bottomCdNm: 40, trapezoids: [trapezoid(50, l, r)] };
        const cut = { bottomCdNm: 40, trapezoids: [trapezoid(20, l, r), trapezoid(30, l, r)] };
        const a = trapezoidAmplitude(whole, [qx, 0], [qz, 0]);
        const b = trapezoidAmplitude(cut, [qx, 0], [qz, 0]);
        expect(Math.hypot(a.re[0]! - b.re[0]!, a.im[0]! - b.im[0]!)).toBeLessThan(1e-8);
        const top = 40 - 50 / Math.tan(l) - 50 / Math.tan(r);
        expect(a.re[1]).toBeCloseTo(25 * (40 + top), 7);
      },
    ),
  ));

test('at q_x = 0 a rectangle is w·h·sinc(q_z h/2) for any number of fringes; beyond any measurement q is refused, not computed for minutes', () => {
  const box = { bottomCdNm: 30, trapezoids: [trapezoid(50, Math.PI / 2, Math.PI / 2)] };
  for (const qz of [0.05, 1.3, 7.3, 211, 1.9e4]) {
    const u = 0.5 * qz * 50;
    const f = trapezoidAmplitude(box, [0], [qz]);
    expect(Math.abs(Math.hypot(f.re[0]!, f.im[0]!) - Math.abs((1500 * Math.sin(u)) / u))).toBeLessThan(1500 * 1e-10);
  }
  expect(() => cdSaxs(box, [0], [7.3e6])).toThrow(/^qzPerNm: .* give q in 1\/nm/);
});

test('the closed form meets the quadrature near q_x = 0', () => {
  const line = { bottomCdNm: 30, trapezoids: [trapezoid(40, 1.4, 1.5)] };
  const [a, b] = cdSaxs(line, [1e-3 / 30 - 1e-12, 1e-3 / 30 + 1e-12], [0.2, 0.2]);
  expect(a! / b!).toBeCloseTo(1, 8);
});

test('edges that cross are refused', () => {
  expect(() => cdSaxs({ bottomCdNm: 5, trapezoids: [trapezoid(50, 1.3, 1.3)] }, [0.1], [0])).toThrow(/cross/);
});

const rough = (sigma: number) => [
  { thicknessA: 0, sld: 0, isld: 0, roughnessTopA: 0 },
  { thicknessA: 120, sld: 60, isld: 2, roughnessTopA: sigma },
  { thicknessA: 0, sld: 20, isld: 0.4, roughnessTopA: sigma },
];

test('error-function slabs reproduce Névot-Croce where the roughness is small', () => {
  const q = [0.05, 0.12, 0.2];
  const want = reflectivityFromSld(rough(3), q);
  const got = reflectivityFromSld(effectiveDensitySlabs(rough(3), 0.25), q);
  for (let i = 0; i < q.length; i++) expect(Math.abs(got[i]! / want[i]! - 1)).toBeLessThan(5e-3);
});

test('a graded layer between equal ends is one slab, and its slices converge with the second order', () => {
  const flat = { thicknessA: 60, sldTop: 30, sldBottom: 30, isldTop: 1, isldBottom: 1, roughnessTopA: 2 };
  const [front, , back] = rough(2);
  const one = reflectivityFromSld([front!, { thicknessA: 60, sld: 30, isld: 1, roughnessTopA: 2 }, back!], [0.1])[0]!;
  expect(reflectivityFromSld([front!, ...gradedSlabs(flat, 7), back!], [0.1])[0]! / one).toBeCloseTo(1, 10);
  const steep = { ...flat, sldBottom: 50, roughnessTopA: 0 };
  const at = (n: number) => reflectivityFromSld([front!, ...gradedSlabs(steep, n), { ...back!, roughnessTopA: 0 }], [0.1])[0]!;
  expect((at(16) - at(32)) / (at(32) - at(64))).toBeCloseTo(4, 1);
});

test('the footprint lowers what the sample does not catch, the background is added last', () => {
  const plain = reflectivityFromSld(rough(3), [0.02, 0.3]);
  const seen = reflectivityFromSld(rough(3), [0.02, 0.3], {
    background: 1e-7,
    footprint: { beamOverSample: 0.01, wavelengthA: 1.54 },
  });
  expect((seen[0]! - 1e-7) / plain[0]!).toBeCloseTo((0.02 * 1.54) / (4 * Math.PI) / 0.01, 10);
  expect(seen[1]! - 1e-7).toBeCloseTo(plain[1]!, 14);
});

test('a triangle whose walls meet at the top has half the area of its rectangle; crossing walls are refused', () => {
  const angle = (70 * Math.PI) / 180;
  const line = (heightNm: number) => ({
    bottomCdNm: 40,
    trapezoids: [{ heightNm, leftAngleRad: angle, rightAngleRad: angle, contrast: 1 }],
  });
  const height = 20 * Math.tan(angle);
  expect(trapezoidAmplitude(line(height), [0], [0]).re[0]).toBeCloseTo(20 * height, 9);
  expect(() => trapezoidAmplitude(line(1.001 * height), [0], [0])).toThrow(/cross/);
});

test('a resolution wider than many fringes of a thick film is averaged with as many nodes as they need', () => {
  const slabs = [
    { thicknessA: 0, sld: 0, isld: 0, roughnessTopA: 0 },
    { thicknessA: 9000, sld: 18, isld: 0.1, roughnessTopA: 0 },
    { thicknessA: 0, sld: 20, isld: 0.4, roughnessTopA: 0 },
  ];
  const q = [0.06, 0.1, 0.3];
  const sigmaPerA = q.map((v) => 0.04 * v);
  const r = reflectivityFromSld(slabs, q, { resolution: { sigmaPerA } });
  const fine = reflectivityFromSld(slabs, q, { resolution: { sigmaPerA, points: 1601 } });
  for (const [i, v] of r.entries()) expect(v / fine[i]!).toBeCloseTo(1, 6);
});
