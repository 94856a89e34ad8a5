import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '@/lib/errors';
import { createRng } from '@/lib/numerics';
import {
  correctables,
  fieldK,
  fitOverlay,
  type OverlayMarks,
  overlayModel,
  overlayStatistics,
  overlayTerm,
  perFieldCorrections,
  removeTis,
} from './index';

/** Marks on a 26 x 33 mm field grid within 150 mm, `perField` marks in each. */
function plan(
  perField = 5,
  noise = 0,
  seed = 1,
  truth: (X: number, Y: number, x: number, y: number) => [number, number] = () => [0, 0],
): OverlayMarks {
  const rng = createRng(seed);
  const cols: Record<'fieldX' | 'fieldY' | 'x' | 'y' | 'dx' | 'dy', number[]> = {
    fieldX: [],
    fieldY: [],
    x: [],
    y: [],
    dx: [],
    dy: [],
  };
  const inField = [
    [-12, -15],
    [12, -15],
    [-12, 15],
    [12, 15],
    [0, 0],
    [-6, 7],
    [6, -7],
    [0, 15],
    [12, 0],
  ].slice(0, perField);
  for (let c = -4; c <= 4; c++) {
    for (let r = -3; r <= 3; r++) {
      const [X, Y] = [26 * c, 33 * r];
      if (Math.hypot(X, Y) > 130) continue;
      for (const [x, y] of inField) {
        const [dx, dy] = truth(X, Y, x!, y!);
        cols.fieldX.push(X);
        cols.fieldY.push(Y);
        cols.x.push(x!);
        cols.y.push(y!);
        cols.dx.push(dx + noise * rng.normal());
        cols.dy.push(dy + noise * rng.normal());
      }
    }
  }
  return cols;
}
const linear = (X: number, Y: number, x: number, y: number): [number, number] => [
  3 + 0.02 * X + 0.05 * Y - 0.1 * x + 0.2 * y,
  -1 - 0.03 * Y + 0.04 * X + 0.3 * y - 0.15 * x,
];

describe('terms', () => {
  test('k numbers: odd for dx, even for dy with x and y exchanged', () => {
    expect(
      [
        [1, 0],
        [0, 1],
        [2, 0],
        [1, 1],
        [0, 2],
        [3, 0],
        [2, 1],
        [1, 2],
        [0, 3],
      ].map(([i, j]) => fieldK('dx', i!, j!)),
    ).toEqual([3, 5, 7, 9, 11, 13, 15, 17, 19]);
    expect(
      [
        [0, 1],
        [1, 0],
        [0, 2],
        [1, 1],
        [2, 0],
        [0, 3],
        [1, 2],
        [2, 1],
        [3, 0],
      ].map(([i, j]) => fieldK('dy', i!, j!)),
    ).toEqual([4, 6, 8, 10, 12, 14, 16, 18, 20]);
    expect(overlayTerm('grid', 'dx', 0, 1)).toMatchObject({ id: 'rx', unit: 'µrad' });
    expect(overlayTerm('grid', 'dy', 2, 1)).toMatchObject({ id: 'grid.dy.21', unit: 'nm/mm³' });
    expect(overlayModel().terms).toHaveLength(10);
  });
});

describe('fit', () => {
  test('the 10-parameter model is recovered exactly, in nm, ppm and µrad', () => {
    const f = fitOverlay(plan(5, 0, 1, linear));
    const want = { tx: 3, ty: -1, mx: 0.02, my: -0.03, rx: 0.05, ry: 0.04, k3: -0.1, k4: 0.3, k5: 0.2, k6: -0.15 };
    for (const [id, v] of Object.entries(want)) expect(f.coefficients[id]).toBeCloseTo(v, 12);
    expect(f.statistics.residual.vector.max).toBeLessThan(1e-12);
    expect(f.derived.grid!.rotation).toBeCloseTo((0.04 - 0.05) / 2, 12);
  });

  test('turning the frame by 90° turns dx into dy and exchanges the terms', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), (seed) => {
        const m = plan(5, 1, seed, linear);
        const turned: OverlayMarks = {
          fieldX: Float64Array.from(m.fieldY, (v) => -v),
          fieldY: m.fieldX,
          x: Float64Array.from(m.y, (v) => -v),
          y: m.x,
          dx: Float64Array.from(m.dy, (v) => -v),
          dy: m.dx,
        };
        const a = fitOverlay(m).coefficients;
        const b = fitOverlay(turned).coefficients;
        expect(b['tx']).toBeCloseTo(-a['ty']!, 9);
        expect(b['ty']).toBeCloseTo(a['tx']!, 9);
        expect(b['mx']).toBeCloseTo(a['my']!, 9);
        expect(b['rx']).toBeCloseTo(-a['ry']!, 9);
        expect(b['ry']).toBeCloseTo(-a['rx']!, 9);
        expect(b['k6']).toBeCloseTo(-a['k5']!, 9);
      }),
      { numRuns: 20 },
    );
  });

  test('turning the frame by any angle turns translation and linear terms like a vector and a tensor', () => {
    fc.assert(
      fc.property(fc.double({ min: -3, max: 3, noNaN: true }), fc.integer({ min: 1, max: 999 }), (phi, seed) => {
        const m = plan(5, 1, seed, linear);
        const [c, s] = [Math.cos(phi), Math.sin(phi)];
        const turn = (a: ArrayLike<number>, b: ArrayLike<number>) =>
          [
            Float64Array.from({ length: a.length }, (_, i) => c * a[i]! - s * b[i]!),
            Float64Array.from({ length: a.length }, (_, i) => s * a[i]! + c * b[i]!),
          ] as const;
        const [X, Y] = turn(m.fieldX, m.fieldY);
        const [x, y] = turn(m.x, m.y);
        const [dx, dy] = turn(m.dx, m.dy);
        const model = overlayModel({ fieldOrder: null });
        const a = fitOverlay(m, model);
        const b = fitOverlay({ fieldX: X, fieldY: Y, x, y, dx, dy }, model);
        const at = (f: typeof a) => f.coefficients as Record<'tx' | 'ty' | 'mx' | 'my' | 'rx' | 'ry', number>;
        const [p, q] = [at(a), at(b)];
        expect(q.tx).toBeCloseTo(c * p.tx - s * p.ty, 8);
        // M' = R M Rᵀ with M = [[mx, rx], [ry, my]]
        expect(q.mx).toBeCloseTo(c * c * p.mx - c * s * (p.rx + p.ry) + s * s * p.my, 8);
        expect(q.rx).toBeCloseTo(c * s * (p.mx - p.my) + c * c * p.rx - s * s * p.ry, 8);
        expect(b.derived.grid!.magnification).toBeCloseTo(a.derived.grid!.magnification, 9);
        expect(b.derived.grid!.rotation).toBeCloseTo(a.derived.grid!.rotation, 9);
      }),
      { numRuns: 15 },
    );
  });

  test('standard errors cover the truth, weights from u included', () => {
    let inside = 0;
    const runs = 150;
    for (let k = 0; k < runs; k++) {
      const m = plan(4, 0, k, linear);
      const rng = createRng(k, 'noise');
      const u = Float64Array.from(m.dx, (_, i) => (i % 3 === 0 ? 0.2 : 2));
      const noisy = { ...m, dx: Float64Array.from(m.dx, (v, i) => v + u[i]! * rng.normal()), uDx: u };
      const f = fitOverlay(noisy, overlayModel(), { covariance: 'known' });
      const t = f.dx.terms.find((x) => x.id === 'mx')!;
      if (Math.abs(t.value! - 0.02) < 1.96 * t.standardError!) inside++;
    }
    expect(Math.abs(inside / runs - 0.95)).toBeLessThan(0.055);
  });

  test('marks missing on one axis or both: each axis is the fit of what was measured, and every mark is modelled', () => {
    const m = plan(5, 0.4, 9, linear);
    const without = (c: ArrayLike<number>, every: number, at: number): Float64Array =>
      Float64Array.from(c, (v, i) => (i % every === at ? Number.NaN : v));
    const both = { ...m, dx: without(m.dx, 7, 2), dy: without(m.dy, 7, 2) };
    const one = { ...m, dx: without(m.dx, 7, 2), dy: without(m.dy, 5, 1) };
    const rows = (c: ArrayLike<number>): number[] =>
      Array.from({ length: c.length }, (_, i) => i).filter((i) => !Number.isNaN(c[i]!));
    const left = (marks: OverlayMarks, keep: number[]): OverlayMarks => {
      const pick = (c: ArrayLike<number>) => keep.map((i) => c[i]!);
      const { fieldX, fieldY, x, y, dx, dy } = marks;
      return { fieldX: pick(fieldX), fieldY: pick(fieldY), x: pick(x), y: pick(y), dx: pick(dx), dy: pick(dy) };
    };
    for (const marks of [both, one]) {
      const f = fitOverlay(marks);
      for (const axis of ['dx', 'dy'] as const) {
        const alone = fitOverlay(left(m, rows(marks[axis])))[axis];
        expect([f[axis].nUsed, f[axis].dof]).toEqual([alone.nUsed, alone.dof]);
        expect(f[axis].residualSigma).toBeCloseTo(alone.residualSigma, 12);
        f[axis].terms.forEach((t, j) => {
          expect(t.value).toBeCloseTo(alone.terms[j]!.value!, 12);
          expect(t.standardError).toBeCloseTo(alone.terms[j]!.standardError!, 12);
        });
        expect(f.modelled[axis].every(Number.isFinite)).toBe(true);
        expect(rows(f.residual[axis])).toEqual(rows(marks[axis]));
      }
    }
    expect(() => fitOverlay({ ...m, dx: without(m.dx, 1, 0) })).toThrow(/0 usable/);
    expect(() => fitOverlay({ ...m, dy: Float64Array.from(m.dy, (v, i) => (i === 3 ? 1 / 0 : v)) })).toThrow(/row 3/);
  });

  test('a plan along one row cannot see y terms: they are named, not invented', () => {
    const m = plan(1, 0.1, 3, linear);
    const row = Array.from(m.dx)
      .map((_, i) => i)
      .filter((i) => m.fieldY[i] === 0);
    const pick = (c: ArrayLike<number>) => row.map((i) => c[i]!);
    const one: OverlayMarks = {
      fieldX: pick(m.fieldX),
      fieldY: pick(m.fieldY),
      x: pick(m.x),
      y: pick(m.y),
      dx: pick(m.dx),
      dy: pick(m.dy),
    };
    const f = fitOverlay(one, overlayModel({ gridOrder: 1, fieldOrder: null }));
    expect(f.unidentifiable).toContain('rx');
    expect(f.unidentifiable).toContain('my');
    expect(f.coefficients['mx']).toBeDefined();
    expect(() => fitOverlay(one, overlayModel({ fieldOrder: null }), { onDeficient: 'throw' })).toThrow(AppError);
    const c = correctables(f, one);
    expect(c.notIdentified).toEqual(f.unidentifiable);
  });

  test('robust options find the outliers and keep the model', () => {
    const m = plan(5, 0.2, 4, linear);
    const bad = Float64Array.from(m.dx, (v, i) => (i % 29 === 7 ? v + 40 : v));
    const n = bad.reduce((s, v, i) => s + (v !== m.dx[i] ? 1 : 0), 0);
    for (const robust of ['bisquare', 'reject'] as const) {
      const f = fitOverlay({ ...m, dx: bad }, overlayModel(), { robust });
      expect(f.dx.rejected.length).toBeGreaterThanOrEqual(n);
      expect(f.dx.rejected.length).toBeLessThan(n + 6);
      expect(f.coefficients['tx']).toBeCloseTo(3, 0.9);
      expect(f.dx.robust!.status).toBe('converged');
    }
  });

  test('corrections leave the residual; a sub-set leaves the rest; per-field corrections finish the job', () => {
    const m = plan(5, 0.3, 6, (X, Y, x, y) => {
      const [a, b] = linear(X, Y, x, y);
      return X === 0 && Y === 0 ? [a + 5 + 0.3 * x, b - 2] : [a, b];
    });
    const f = fitOverlay(m);
    const all = correctables(f, m);
    all.after.dx.forEach((v, i) => {
      expect(v).toBeCloseTo(f.residual.dx[i]!, 10);
    });
    expect(all.terms.find((t) => t.id === 'tx')!.value).toBeCloseTo(-f.coefficients['tx']!, 12);
    const some = correctables(f, m, ['tx', 'ty']);
    expect(some.statistics.after.x.threeSigma).toBeGreaterThan(all.statistics.after.x.threeSigma!);
    expect(() => correctables(f, m, ['nope'])).toThrow(/nope/);
    const cpe = perFieldCorrections(m, f.residual);
    const centre = cpe.find((c) => c.fieldX === 0 && c.fieldY === 0)!;
    expect(centre.corrections['k1']).toBeLessThan(-4);
    expect(centre.corrections['k3']).toBeLessThan(-0.2);
  });
});

describe('statistics', () => {
  test('hand values; missing marks are not counted; TIS', () => {
    const s = overlayStatistics([1, -1, 3, Number.NaN]);
    expect(s).toMatchObject({ n: 3, mean: 1, sigma: 2, threeSigma: 6, meanPlus3Sigma: 7, max: 3 });
    expect(s.p997).toBeCloseTo(3 - 0.006 * 2, 9);
    const t = removeTis([5, 7], [-1, -3]);
    expect(Array.from(t.overlay)).toEqual([3, 5]);
    expect(Array.from(t.tis)).toEqual([2, 2]);
  });
});
