import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { interpolatedAt, interpolateSites } from './interpolate';

const at = (s: ReturnType<typeof interpolateSites>, x: number, y: number): number => interpolatedAt(s, [x], [y])[0]!;

/** Sites of a Fermat spiral, as even as n sites get. */
const spiral = (n: number, radius = 140): { x: number[]; y: number[] } => {
  const place = Array.from(
    { length: n },
    (_, i) => [radius * Math.sqrt((i + 0.5) / n), i * Math.PI * (3 - Math.sqrt(5))] as const,
  );
  return { x: place.map(([r, a]) => r * Math.cos(a)), y: place.map(([r, a]) => r * Math.sin(a)) };
};

describe('between the sites of a wafer', () => {
  const sites = fc.uniqueArray(fc.record({ x: fc.integer({ min: -140, max: 140 }), y: fc.integer({ min: -140, max: 140 }) }), {
    minLength: 3,
    maxLength: 40,
    selector: (p) => `${p.x},${p.y}`,
  });
  test('exact at the sites, smooth values or noise', () =>
    fc.assert(
      fc.property(sites, fc.integer({ min: 0, max: 1 }), (p, noise) => {
        const [x, y] = [p.map((q) => q.x), p.map((q) => q.y)];
        const v = p.map((q, i) => 100 + 0.1 * q.x + Math.sin(q.y / 40) + noise * Math.sin(i * 91.7));
        const s = interpolateSites(x, y, v);
        fc.pre(s.status === 'interpolated');
        interpolatedAt(s, x, y).forEach((z, i) => {
          expect(z).toBeCloseTo(v[i]!, 4);
        });
      }),
      { numRuns: 60 },
    ));
  test('a plane is reproduced everywhere, by three sites and by many', () => {
    for (const n of [3, 6, 40]) {
      const { x, y } = spiral(n);
      const s = interpolateSites(
        x,
        y,
        x.map((q, i) => 5 + 0.02 * q - 0.03 * y[i]!),
      );
      expect(at(s, 33, -51)).toBeCloseTo(5 + 0.66 + 1.53, 8);
      expect(at(s, 149, 0)).toBeCloseTo(5 + 2.98, 8);
    }
  });
  test('a bowl between 49 sites is met to a hundredth of its depth; fine structure takes a short range, a smooth field a long one', () => {
    const { x, y } = spiral(49);
    const bowl = (a: number, b: number): number => 30 + (a * a + b * b) / 2500;
    const s = interpolateSites(
      x,
      y,
      x.map((q, i) => bowl(q, y[i]!)),
    );
    for (const [a, b] of [
      [20, 30],
      [-60, 70],
      [90, -40],
    ] as const)
      expect(Math.abs(at(s, a, b) - bowl(a, b))).toBeLessThan(0.08);
    const fine = interpolateSites(
      x,
      y,
      x.map((q, i) => Math.sin(q / 12) * Math.sin(y[i]! / 12)),
    );
    expect(fine.field!.model.phi).toBeLessThan(0.25 * s.field!.model.phi);
  });
  test('units do not matter: values times a million, a million times further apart', () => {
    const { x, y } = spiral(25);
    const z = x.map((q, i) => Math.sin(q / 50) + Math.cos(y[i]! / 70));
    const far = (v: number[]): number[] => v.map((q) => q * 1e6);
    expect(at(interpolateSites(far(x), far(y), far(z)), 20e6, 30e6) / 1e6).toBeCloseTo(at(interpolateSites(x, y, z), 20, 30), 9);
  });
  test('readings of one place count as their mean; missing ones are left out', () => {
    const { x, y } = spiral(12);
    const z = x.map((q) => q / 10);
    const twice = interpolateSites([...x, x[3]!, 0], [...y, y[3]!, 0], [...z, z[3]! + 2, Number.NaN]);
    expect(at(twice, x[3]!, y[3]!)).toBeCloseTo(z[3]! + 1, 5);
    expect(twice.field!.z).toHaveLength(12);
  });
  test('equal values everywhere: that value', () => {
    const { x, y } = spiral(20);
    expect(
      at(
        interpolateSites(
          x,
          y,
          x.map(() => 7),
        ),
        10,
        10,
      ),
    ).toBeCloseTo(7, 12);
  });
  test('says why it cannot, and gives no numbers then', () => {
    expect(interpolateSites([0, 1], [0, 1], [1, 2]).status).toBe('too_few_sites');
    expect(interpolateSites([0, 0, 0, 9], [0, 0, 0, 9], [1, 2, 3, 4]).status).toBe('too_few_sites');
    expect(interpolateSites([0, 1, 0, 1], [0, 0, 1, 1], [1, Number.NaN, Number.NaN, 2]).status).toBe('too_few_sites');
    const line = [0, 1, 2, 3, 4, 5, 6, 7, 8];
    expect(
      interpolateSites(
        line,
        line.map((v) => 2 * v - 3),
        line,
      ).status,
    ).toBe('sites_on_a_line');
    const { x, y } = spiral(401);
    expect(interpolateSites(x, y, x)).toEqual({ status: 'too_many_sites', field: null });
    expect(at({ status: 'too_few_sites', field: null }, 0, 0)).toBeNaN();
    expect(() => interpolateSites([1], [1, 2], [1])).toThrow(/have 1, 2, 1 entries/);
  });
});
