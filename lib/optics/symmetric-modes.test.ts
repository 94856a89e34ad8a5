import { describe, expect, test } from 'vitest';
import { createRng } from '@/lib/numerics';
import { type LineGrating, lineGratingDerivatives, type Polarisation, solveLineGrating } from './index';

/** Lines of real index, each layer with its own mirror plane; `absorption` is added to every line. */
function lines(seed: number, absorption: number): LineGrating {
  const rng = createRng(seed);
  const pitch = 80 + 600 * rng.uniform();
  const layers = Array.from({ length: 3 }, (_, i) => {
    const x0Nm = pitch * (rng.uniform() - 0.5);
    const x1Nm = x0Nm + pitch * (0.15 + 0.7 * rng.uniform());
    const index = { re: 1.4 + 2.4 * rng.uniform(), im: absorption };
    return { thicknessNm: 20 + 120 * rng.uniform(), background: { re: 1 + 0.3 * i, im: 0 }, segments: [{ x0Nm, x1Nm, index }] };
  });
  return { periodNm: pitch, superstrate: { re: 1, im: 0 }, substrate: { re: 1.5, im: 0 }, layers };
}
const largest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((m, v, i) => Math.max(m, Math.abs(v - b[i]!)), 0);
const total = (a: Float64Array): number => a.reduce((s, v) => s + (Number.isNaN(v) ? 0 : v), 0);
// far below rounding of ε, yet enough to send a slice through the general eigenproblem
const TRACE = 1e-30;

describe.each(['TE', 'TM'] as const)('lossless slices with a mirror plane, %s', (p: Polarisation) => {
  test.each([1, 2, 3, 4, 5, 6])('amplitudes of all orders are those of the general eigenproblem (plan %i)', (seed) => {
    for (const m of [0, 3, 10]) {
      const a = solveLineGrating(lines(seed, 0), 500, 0.7, p, m);
      const b = solveLineGrating(lines(seed, TRACE), 500, 0.7, p, m);
      for (const part of ['re', 'im'] as const) {
        expect(largest(a.r[part], b.r[part])).toBeLessThan(1e-12);
        expect(largest(a.t[part], b.t[part])).toBeLessThan(1e-12);
      }
    }
  });

  test('energy is conserved to rounding, at normal incidence too, where orders come in pairs', () => {
    for (let seed = 1; seed <= 8; seed++) {
      for (const angle of [0, 0.4]) {
        const s = solveLineGrating(lines(seed, 0), 450, angle, p, 12);
        expect(Math.abs(total(s.reflected) + total(s.transmitted) - 1)).toBeLessThan(1e-13);
      }
    }
  });

  test('derivatives by edges, index and thickness are those of the general eigenproblem', () => {
    const tangents = [
      { layers: [null, { segments: [{ x0Nm: -0.5, x1Nm: 0.5 }] }, null] },
      { layers: [{ segments: [{ index: { re: 1, im: 0 } }] }, null, null] },
      { layers: [null, null, { thicknessNm: 1 }] },
    ];
    const [a, b] = [0, TRACE].map((k) => lineGratingDerivatives(lines(3, k), 520, 0.6, p, 7, tangents));
    a!.derivatives.forEach((d, k) => {
      expect(largest(d.re, b!.derivatives[k]!.re)).toBeLessThan(1e-11);
      expect(largest(d.im, b!.derivatives[k]!.im)).toBeLessThan(1e-11);
    });
  });

  test('a slice without a mirror plane keeps to the general way: energy and reciprocity hold', () => {
    const g = lines(2, 0);
    const [first, ...rest] = g.layers;
    const step = { x0Nm: first!.segments[0]!.x1Nm, x1Nm: first!.segments[0]!.x1Nm + 9, index: { re: 2.2, im: 0 } };
    const skew = { ...g, layers: [{ ...first!, segments: [...first!.segments, step] }, ...rest] };
    const s = solveLineGrating(skew, 450, 0.3, p, 10);
    expect(Math.abs(total(s.reflected) + total(s.transmitted) - 1)).toBeLessThan(1e-11);
  });
});

test('a layer of one index has the orders as its modes: cut in two it is the same, and segments of that index change nothing', () => {
  const g = lines(5, 0);
  const film = { thicknessNm: 60, background: { re: 1.9, im: 0.05 }, segments: [] };
  const filled = { ...film, segments: [{ x0Nm: 0, x1Nm: 20, index: film.background }] };
  const half = { ...film, thicknessNm: 30 };
  for (const p of ['TE', 'TM'] as const) {
    const [a, b, c] = [[film], [half, half], [filled]].map((below) =>
      solveLineGrating({ ...g, layers: [...g.layers, ...below] }, 480, 0.5, p, 6),
    );
    for (const part of ['re', 'im'] as const) {
      expect(largest(a!.r[part], b!.r[part])).toBeLessThan(1e-13);
      expect(largest(a!.t[part], c!.t[part])).toBeLessThan(1e-13);
    }
  }
});
