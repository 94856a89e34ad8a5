import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '@/lib/errors';
import { createRng, qpHessian, solveQp } from '@/lib/numerics';
import {
  adviseDoubleEwma,
  adviseOffsets,
  condenseMpc,
  doubleEwmaVariance,
  initialDoubleEwma,
  initialOffsets,
  lqr,
  type MpcModel,
  type OffsetConfig,
  observeDoubleEwma,
  observeOffsets,
  predictOffsets,
  solveMpc,
} from '..';

const plant: MpcModel = {
  A: [
    [1, 0.5],
    [0, 0.9],
  ],
  B: [[0.1], [0.5]],
  C: [[1, 0]],
  N: 12,
  M: 12,
  Q: [[1]],
  R: [[0.1]],
  S: [[0]],
};

describe('quadratic programs', () => {
  test('hand case and infeasibility', () => {
    const h = qpHessian(Float64Array.of(2, 0, 0, 2), 2);
    const s = solveQp(h, { g: [-2, -4], c: Float64Array.of(-1, -1), d: [-1] });
    expect(s.x[0]).toBeCloseTo(0, 12);
    expect(s.x[1]).toBeCloseTo(1, 12);
    expect(s.multipliers[0]).toBeCloseTo(2, 12);
    expect(solveQp(h, { g: [0, 0], c: Float64Array.of(1, 0, -1, 0), d: [1, 1] }).status).toBe('infeasible');
    const e = solveQp(h, { g: [0, 0], c: Float64Array.of(1, 1), d: [3], equalities: 1 });
    expect(e.x[0]).toBeCloseTo(1.5, 12);
  });

  test('random problems meet the optimality conditions, warm start or not', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 2, max: 12 }),
        fc.integer({ min: 1, max: 20 }),
        (seed, n, m) => {
          const rng = createRng(seed);
          const b = Float64Array.from({ length: n * n }, () => rng.normal());
          const h = new Float64Array(n * n);
          for (let i = 0; i < n; i++)
            for (let j = 0; j < n; j++)
              for (let k = 0; k < n; k++) h[i * n + j]! += b[i * n + k]! * b[j * n + k]! + (i === j ? 0.01 / n : 0);
          const inside = Float64Array.from({ length: n }, () => rng.normal());
          const c = Float64Array.from({ length: m * n }, () => rng.normal());
          const d = Float64Array.from(
            { length: m },
            (_, i) => inside.reduce((s, v, k) => s + c[i * n + k]! * v, 0) - rng.uniform(),
          );
          const g = Float64Array.from({ length: n }, () => 5 * rng.normal());
          const s = solveQp(qpHessian(h, n), { g, c, d });
          expect(s.status).toBe('converged');
          expect(s.kktResidual).toBeLessThan(1e-7);
          const w = solveQp(qpHessian(h, n), { g, c, d, warmStart: s.active });
          expect(w.objective).toBeCloseTo(s.objective, 6);
        },
      ),
    );
  });
});

describe('model predictive control', () => {
  test('unconstrained with the Riccati terminal weight the first move is that of the LQR', () => {
    const Q = [
      [1, 0],
      [0, 0],
    ];
    const { gain, P } = lqr(plant.A, plant.B, Q, plant.R);
    const terminal = P.map((row, i) => row.map((v, j) => v - Q[i]![j]!)); // the sum already holds the output of the last step
    fc.assert(
      fc.property(
        fc.double({ min: -5, max: 5, noNaN: true }),
        fc.double({ min: -5, max: 5, noNaN: true }),
        fc.integer({ min: 1, max: 15 }),
        (a, b, N) => {
          const s = solveMpc(condenseMpc({ ...plant, N, M: N, P: terminal }), { x0: [a, b], r: [0], uPrev: [0] });
          expect(s.u[0]![0]).toBeCloseTo(-(gain[0]![0]! * a + gain[0]![1]! * b), 7);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('limits hold, the solution is optimal, and a warm start needs no more steps', () => {
    const m = condenseMpc({ ...plant, uMin: [-0.4], uMax: [0.4], duMin: [-0.2], duMax: [0.2] });
    const s = solveMpc(m, { x0: [3, 0], r: [0], uPrev: [0] });
    expect(s.status).toBe('converged');
    expect(s.kktResidual).toBeLessThan(1e-9);
    for (const u of s.u) expect(Math.abs(u[0]!)).toBeLessThanOrEqual(0.4 + 1e-9);
    expect(s.active).toContainEqual(['du', 0, 0, 'min']);
    expect(solveMpc(m, { x0: [3, 0], r: [0], uPrev: [0], warm: s }).iterations).toBeLessThanOrEqual(s.iterations);
  });

  test('output limits that cannot be met give way by a named slack, input limits never', () => {
    const m = condenseMpc({ ...plant, uMin: [-0.1], uMax: [0.1], yMax: [1] });
    const s = solveMpc(m, { x0: [4, 0], r: [0], uPrev: [0] });
    expect(s.status).toBe('softened');
    expect(s.slacks[0]!.limit.slice(0, 2)).toEqual(['y', 1]);
    for (const u of s.u) expect(Math.abs(u[0]!)).toBeLessThanOrEqual(0.1 + 1e-9);
    expect(() => condenseMpc({ ...plant, Q: [[0]], R: [[0]] })).toThrow(AppError);
  });
});

describe('double EWMA and shared offsets', () => {
  test('a ramp leaves no offset', () => {
    const c = { lambda1: 0.35, lambda2: 0.25, gain: 2, target: 50, xNominal: 20 };
    let s = initialDoubleEwma();
    let y = 0;
    for (let t = 1; t < 200; t++) {
      const x = adviseDoubleEwma(s, c);
      y = 50 + 2.4 * (x - 20) + 0.3 * t;
      s = observeDoubleEwma(s, y, x, c);
    }
    expect(y).toBeCloseTo(50, 9);
    expect(doubleEwmaVariance(0.4, 0, 1, null)).toBeCloseTo(2 / 1.6, 9);
    expect(() => doubleEwmaVariance(1, 1, 3, null)).toThrow(AppError);
  });

  test('a new product on a known tool starts from what the tool is known to do', () => {
    const c: OffsetConfig = {
      gain: 1,
      target: 0,
      xNominal: 0,
      noiseVariance: 0.01,
      processVariance: { tool: 1e-6, product: 1e-6 },
      initialVariance: { tool: 4, product: 0.25 },
    };
    let s = initialOffsets();
    const rng = createRng(6);
    for (let t = 0; t < 60; t++) {
      for (const [tool, offset] of [
        ['A', 3],
        ['B', -2],
      ] as const) {
        for (const [product, shift] of [
          ['p', 0.4],
          ['q', -0.3],
        ] as const)
          s = observeOffsets(s, { tool, product }, offset + shift + 0.1 * rng.normal(), 0, c);
      }
    }
    s = JSON.parse(JSON.stringify(s)) as typeof s;
    expect(predictOffsets(s, { tool: 'A', product: 'p' }, c).disturbance).toBeCloseTo(3.4, 1);
    const fresh = predictOffsets(s, { tool: 'B', product: 'new' }, c);
    expect(fresh.unseen).toEqual(['product:new']);
    expect(Math.abs(fresh.disturbance + 2)).toBeLessThan(3 * fresh.u);
    expect(fresh.u).toBeLessThan(1);
    expect(adviseOffsets(s, { tool: 'A', product: 'p' }, c)).toBeCloseTo(-3.4, 1);
  });
});
