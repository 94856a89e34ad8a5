import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '@/lib/errors';
import { createRng, gaussLegendreOn } from '@/lib/numerics';
import {
  annularZernike,
  chooseZernikeOrder,
  edgeRollOff,
  evaluateZernike,
  fitZernike,
  fitZernikeBatch,
  fringeToNm,
  nmToFringe,
  nmToNoll,
  nmToOsa,
  nollToNm,
  orthogonalOnSites,
  orthogonalValues,
  osaToNm,
  radialProfile,
  sectorStatistics,
  zernike,
  zernikeGradients,
  zernikeGrid,
  zernikeLayout,
  zernikeUncertainty,
  zernikeValues,
  zoneStatistics,
} from '..';

const sites = (n: number, seed = 1, radius = 147) => {
  const rng = createRng(seed);
  const x = new Float64Array(n);
  const y = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const r = radius * Math.sqrt(rng.uniform());
    const t = 2 * Math.PI * rng.uniform();
    x[i] = r * Math.cos(t);
    y[i] = r * Math.sin(t);
  }
  return { x, y };
};

describe('indices', () => {
  test('the low orders are those of the standards', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((j) => nollToNm(j)).map(({ n, m }) => `${n},${m}`)).toEqual(
      '0,0 1,1 1,-1 2,0 2,-2 2,2 3,-1 3,1 3,-3 3,3 4,0'.split(' '),
    );
    expect([1, 2, 3, 4, 5, 6, 7, 8, 9].map((j) => fringeToNm(j)).map(({ n, m }) => `${n},${m}`)).toEqual(
      '0,0 1,1 1,-1 2,0 2,2 2,-2 3,1 3,-1 4,0'.split(' '),
    );
    expect([0, 1, 2, 3, 4, 5].map((j) => osaToNm(j)).map(({ n, m }) => `${n},${m}`)).toEqual(
      '0,0 1,-1 1,1 2,-2 2,0 2,2'.split(' '),
    );
  });

  test('every map is a bijection', () => {
    for (let j = 0; j < 500; j++) {
      const { n, m } = osaToNm(j);
      expect(nmToOsa(n, m)).toBe(j);
      expect(nollToNm(nmToNoll(n, m))).toEqual({ n, m });
      expect(fringeToNm(nmToFringe(n, m))).toEqual({ n, m });
    }
    expect(() => nmToNoll(2, 1)).toThrow(AppError);
  });
});

describe('polynomials', () => {
  test('the convention: Z(1,−1) = 2r sin t, Z(1,1) = 2r cos t, Z(2,0) = √3(2r² − 1), Z(2,±2) = √6 r² {sin, cos} 2t', () => {
    const [x, y] = [0.3, 0.4];
    const t = Math.atan2(y, x);
    expect(zernike(1, -1, x, y)).toBeCloseTo(2 * 0.5 * Math.sin(t), 14);
    expect(zernike(1, 1, x, y)).toBeCloseTo(2 * 0.5 * Math.cos(t), 14);
    expect(zernike(2, 0, x, y)).toBeCloseTo(Math.sqrt(3) * (2 * 0.25 - 1), 14);
    expect(zernike(2, -2, x, y)).toBeCloseTo(Math.sqrt(6) * 0.25 * Math.sin(2 * t), 14);
    expect(zernike(2, 2, x, y)).toBeCloseTo(Math.sqrt(6) * 0.25 * Math.cos(2 * t), 14);
    expect(zernike(60, 0, 1, 0)).toBeCloseTo(Math.sqrt(61), 10);
  });

  test('orthonormal on the disc by exact quadrature, 36 terms', () => {
    const terms = 36;
    const rule = gaussLegendreOn(12, 0, 1);
    const angles = 24;
    const gram = new Float64Array(terms * terms);
    rule.nodes.forEach((s, k) => {
      for (let a = 0; a < angles; a++) {
        const t = (2 * Math.PI * a) / angles;
        const v = zernikeValues([Math.sqrt(s) * Math.cos(t)], [Math.sqrt(s) * Math.sin(t)], terms).data;
        for (let i = 0; i < terms; i++)
          for (let j = 0; j < terms; j++) gram[i * terms + j]! += (rule.weights[k]! / angles) * v[i]! * v[j]!;
      }
    });
    for (let i = 0; i < terms; i++) for (let j = 0; j < terms; j++) expect(gram[i * terms + j]).toBeCloseTo(i === j ? 1 : 0, 11);
  });

  test('gradients agree with differences', () => {
    const { dx, dy } = zernikeGradients([0.31], [-0.52], 28);
    const h = 1e-6;
    const a = zernikeValues([0.31 + h, 0.31 - h, 0.31, 0.31], [-0.52, -0.52, -0.52 + h, -0.52 - h], 28).data;
    for (let j = 0; j < 28; j++) {
      expect(dx.data[j]).toBeCloseTo((a[j]! - a[28 + j]!) / (2 * h), 6);
      expect(dy.data[j]).toBeCloseTo((a[56 + j]! - a[84 + j]!) / (2 * h), 6);
    }
  });
});

describe('fit', () => {
  test('recovers a model exactly, layout and single fit agree, missing sites are skipped', () => {
    const { x, y } = sites(60);
    const truth = Float64Array.from({ length: 15 }, (_, j) => Math.cos(3 * j));
    const z = evaluateZernike(truth, x, y);
    const f = fitZernike(x, y, z, { order: 4 });
    f.coefficients.forEach((c, j) => {
      expect(c).toBeCloseTo(truth[j]!, 11);
    });
    const rng = createRng(2);
    const noisy = z.map((v) => v + 0.1 * rng.normal());
    const layout = zernikeLayout(x, y, { terms: 15 });
    const batch = fitZernikeBatch(layout, Float64Array.from([...z, ...noisy]), 2);
    const single = fitZernike(x, y, noisy, { terms: 15 });
    for (let j = 0; j < 15; j++) {
      expect(batch.coefficients[15 + j]).toBeCloseTo(single.coefficients[j]!, 11);
      expect(single.covariance[j * 16]).toBeCloseTo(layout.unscaledCovariance[j * 16]! * single.residualSigma ** 2, 12);
    }
    expect(batch.residualSigma[1]).toBeCloseTo(single.residualSigma, 11);
    expect(layout.conditionNumber).toBeCloseTo(single.conditionNumber, 8);
    z[7] = Number.NaN;
    const g = fitZernike(x, y, z, { terms: 15 });
    expect([g.nUsed, g.nDropped]).toEqual([59, 1]);
    expect(g.coefficients[3]).toBeCloseTo(truth[3]!, 11);
  });

  test('a rotated wafer has rotated coefficients: pairs ±m turn by mφ, their power stays', () => {
    fc.assert(
      fc.property(fc.double({ min: -3, max: 3, noNaN: true }), fc.integer({ min: 1, max: 1000 }), (phi, seed) => {
        const { x, y } = sites(80, seed);
        const rng = createRng(seed, 'z');
        const z = Float64Array.from(x, () => rng.normal());
        const rx = x.map((v, i) => v * Math.cos(phi) - y[i]! * Math.sin(phi));
        const ry = x.map((v, i) => v * Math.sin(phi) + y[i]! * Math.cos(phi));
        const a = fitZernike(x, y, z, { order: 4 }).coefficients;
        const b = fitZernike(rx, ry, z, { order: 4 }).coefficients;
        for (let j = 0; j < 15; j++) {
          const { n, m } = osaToNm(j);
          if (m < 0) continue;
          const s = a[nmToOsa(n, -m)]!;
          const c = a[j]!;
          const expected = m === 0 ? c : c * Math.cos(m * phi) - s * Math.sin(m * phi);
          expect(b[j]).toBeCloseTo(expected, 8);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('aliasing ring layouts are refused by name, or given with minimum norm', () => {
    const t = Array.from({ length: 8 }, (_, i) => (i * Math.PI) / 4);
    const x = [0, ...t.map((a) => 100 * Math.cos(a))];
    const y = [0, ...t.map((a) => 100 * Math.sin(a))];
    const z = x.map((v, i) => 1 + 0.01 * v - 0.02 * y[i]!);
    expect(() => fitZernike(x, y, z, { terms: 10 })).toThrow(/fewer terms|cannot/);
    const x2 = [...x, 0];
    const f = fitZernike([...x, 50], [...y, 20], [...z, 1.1], { terms: 10, onDeficient: 'minimum_norm' });
    expect(x2.length).toBe(10);
    expect(f.rank).toBeLessThan(10);
    expect(f.aliased.length).toBeGreaterThan(0);
  });

  test('weights follow the uncertainties and the covariance covers the truth', () => {
    const { x, y } = sites(49, 5);
    const u = Float64Array.from(x, (_, i) => (i % 2 === 0 ? 0.05 : 1));
    let inside = 0;
    const runs = 200;
    for (let k = 0; k < runs; k++) {
      const rng = createRng(k);
      const z = Float64Array.from(x, (_, i) => 3 + u[i]! * rng.normal());
      const f = fitZernike(x, y, z, { order: 2, uValue: u, covariance: 'known' });
      if (Math.abs(f.coefficients[0]! - 3) < 1.96 * f.standardErrors[0]!) inside++;
      if (k === 0) expect(zernikeUncertainty(f.covariance, [0], [0])[0]).toBeGreaterThan(0);
    }
    expect(Math.abs(inside / runs - 0.95)).toBeLessThan(0.05);
  });

  test('order choice finds the order that made the data', () => {
    const { x, y } = sites(121, 3);
    const rng = createRng(9);
    const truth = Float64Array.from({ length: 15 }, (_, j) => 1 + (j % 3));
    const z = evaluateZernike(truth, x, y).map((v) => v + 0.05 * rng.normal());
    for (const criterion of ['aicc', 'bic', 'cv'] as const) expect(chooseZernikeOrder(x, y, z, { criterion }).order).toBe(4);
  });

  test('leave-one-out error from leverages is that of refitting', () => {
    const { x, y } = sites(20, 8);
    const rng = createRng(3);
    const z = Float64Array.from(x, () => rng.normal());
    const cv = chooseZernikeOrder(x, y, z, { maxOrder: 2 }).scores[2]!.cv;
    let s = 0;
    for (let i = 0; i < 20; i++) {
      const w = z.slice();
      w[i] = Number.NaN;
      const f = fitZernike(x, y, w, { order: 2 });
      s += (z[i]! - evaluateZernike(f.coefficients, [x[i]!], [y[i]!])[0]!) ** 2 / 20;
    }
    expect(cv).toBeCloseTo(Math.sqrt(s), 9);
  });
});

describe('other regions', () => {
  test('a basis orthogonal on the sites keeps its coefficients when terms are added', () => {
    const { x, y } = sites(30, 4);
    const b = orthogonalOnSites(x, y, 15);
    const v = orthogonalValues(b, x, y);
    for (let j = 0; j < 15; j++) {
      for (let k = 0; k <= j; k++) {
        let s = 0;
        for (let i = 0; i < 30; i++) s += (v[i * 15 + j]! * v[i * 15 + k]!) / 30;
        expect(s).toBeCloseTo(j === k ? 1 : 0, 10);
      }
    }
    const few = orthogonalOnSites(x, y, 6);
    for (let j = 0; j < 6; j++) expect(orthogonalValues(few, [20], [30])[j]).toBeCloseTo(orthogonalValues(b, [20], [30])[j]!, 10);
  });

  test('annular polynomials: the disc as limit, and Mahajan’s balanced defocus √3(2r² − 1 − ε²)/(1 − ε²)', () => {
    const disc = annularZernike(15, 0, 1);
    disc.transform.forEach((t, i) => {
      expect(t).toBeCloseTo(i % 16 === 0 ? 1 : 0, 12);
    });
    const ring = annularZernike(6, 0.5, 1);
    const r2 = 0.64;
    expect(orthogonalValues(ring, [0.8], [0])[4]).toBeCloseTo((Math.sqrt(3) * (2 * r2 - 1 - 0.25)) / 0.75, 12);
    expect(() => annularZernike(6, 1)).toThrow(AppError);
  });
});

describe('maps and zones', () => {
  test('a grid holds the model inside the disc and NaN outside', () => {
    const g = zernikeGrid([1, 0, 0.5], { size: 31 });
    expect(g.values[0]).toBeNaN();
    expect(g.values[15 * 31 + 15]).toBeCloseTo(1, 12);
    expect(g.values[15 * 31 + 30]).toBeCloseTo(1 + 0.5 * 2, 12);
  });

  test('zones, sectors and profile partition the sites', () => {
    const { x, y } = sites(300, 12);
    const v = Float64Array.from(x, (a, i) => a * a + y[i]! * y[i]!);
    const zones = zoneStatistics(x, y, v);
    expect(zones.reduce((s, z) => s + z.n, 0)).toBe(300);
    expect(zones[2]!.mean!).toBeGreaterThan(zones[0]!.mean!);
    expect(sectorStatistics(x, y, v, 8).reduce((s, z) => s + z.n, 0)).toBe(300);
    const p = radialProfile(x, y, v, 10);
    p.radiusMm.forEach((r, i) => {
      expect(Math.abs(p.mean[i]! - r * r)).toBeLessThan(60);
    });
    const rolled = v.map((a, i) => a - (Math.hypot(x[i]!, y[i]!) > 135 ? 500 : 0));
    expect(edgeRollOff(x, y, rolled).rollOff).toBeCloseTo(-500, 6);
  });
});
