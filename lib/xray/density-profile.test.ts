import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normalCdf } from '@/lib/numerics';
import { densityProfile } from './density-profile';

const slab = (thicknessA: number, sld: number, roughnessTopA: number) => ({ thicknessA, sld, isld: 0, roughnessTopA });
const film = [slab(0, 0, 0), slab(250, 18.8, 4), slab(0, 20.07, 3)];

test('a film on a substrate: error functions at both interfaces, the sharp slabs beside them', () => {
  const p = densityProfile(film);
  for (const [i, z] of p.depthA.entries())
    if (i > 0 && i < p.depthA.length - 1)
      expect(p.sld[i]).toBeCloseTo(18.8 * normalCdf(z / 4) + (20.07 - 18.8) * normalCdf((z - 250) / 3), 9);
  expect(p.slabs.map((s) => [s.fromA, s.toA])).toEqual([
    [p.depthA[0], 0],
    [0, 250],
    [250, p.depthA.at(-1)],
  ]);
  expect([p.sld[0], p.sld.at(-1)]).toEqual([0, 20.07]);
});

test('a roughness that reaches beyond the interface above it begins the profile', () => {
  const p = densityProfile([slab(0, 0, 0), slab(5, 10, 1), slab(0, 20, 10)]);
  expect(p.depthA[0]).toBe(-40);
  const k = p.depthA.findIndex((z) => z > -10);
  expect(p.sld[k]).toBeCloseTo(10 * normalCdf(p.depthA[k]!) + 10 * normalCdf((p.depthA[k]! - 5) / 10), 9);
});

test('depths ascend, and what the density holds over that of the backing is what the sharp slabs hold', () =>
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 20, max: 300 }), fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 12 })), {
        minLength: 1,
        maxLength: 4,
      }),
      (inner) => {
        const slabs = [slab(0, 0, 0), ...inner.map(([d, v, s]) => slab(d, v, s)), slab(0, 0, 3)];
        const { depthA, sld } = densityProfile(slabs);
        for (let i = 1; i < depthA.length; i++) expect(depthA[i]!).toBeGreaterThan(depthA[i - 1]!);
        const step = depthA[2]! - depthA[1]!;
        const held = sld.slice(1, -1).reduce((a, v) => a + v * step, 0);
        const sharp = slabs.reduce((a, s) => a + s.thicknessA * s.sld, 0);
        expect(Math.abs(held / sharp - 1)).toBeLessThan(0.02);
      },
    ),
  ));
