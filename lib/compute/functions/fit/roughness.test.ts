import { describe, expect, test } from 'vitest';
import { createRng } from '@/lib/numerics';
import { compute } from '../../compute';

// biome-ignore lint/suspicious/noExplicitAny: results of many shapes
type Loose = any;
const run = (path: string, input: unknown): Promise<Loose> => compute(path, JSON.parse(JSON.stringify(input)));

const perA = Array.from({ length: 120 }, (_, i) => 0.02 + 0.003 * i);
const parameter = (name: string, value: number, lower: number, upper: number) => ({
  name,
  label: name,
  unit: 'A',
  value,
  role: { kind: 'free', lower, upper },
  reportAs: null,
});

/** A film of 40 on silicon with two rough interfaces. */
const recipe = (r1: number, r2: number, lowest = 0, widest = 20) => ({
  sample: {
    kind: 'xrr',
    slabs: [
      { name: 'air', thicknessA: 0, sld: 0, isld: 0, roughnessTopA: 0 },
      { name: 'film', thicknessA: 'd', sld: 40, isld: 1, roughnessTopA: 'r1' },
      { name: 'Si', thicknessA: 0, sld: 20.07, isld: 0.46, roughnessTopA: 'r2' },
    ],
    scale: 1,
    background: 1e-8,
    resolutionPercent: 0,
  },
  parameters: [parameter('d', 202, 150, 250), parameter('r1', r1, lowest, widest), parameter('r2', r2, lowest, widest)],
  channels: [{ name: 'I', quantity: 'intensity', angleDeg: 0, sigma: { absolute: 1e-9, relative: 0.03 } }],
  range: { from: 0.02, to: 0.4 },
  fit: { starts: 1, maxIterations: 80, seed: 1 },
  accept: { reducedChi2: 4 },
});

async function curve(r1: number, r2: number, seed: number): Promise<number[]> {
  const { channels } = await run('fit/forward', { recipe: recipe(3, 3), perA, values: { d: 200, r1, r2 } });
  const rng = createRng(seed);
  return channels[0].values.map((v: number) => v * (1 + 0.03 * rng.normal()));
}

describe('a roughness at 0, where the curve does not depend on it to first order', () => {
  test.each([
    [0, 0],
    [0, 10],
    [10, 0],
    [10, 10],
  ])('starts at %d and %d reach 3 and 3', async (a, b) => {
    for (const seed of [1, 2, 3]) {
      const { sites } = await run('fit/spectrum', { recipe: recipe(a, b), perA, spectra: [await curve(3, 3, seed)] });
      expect(sites[0].status).toBe('accepted');
      for (const p of sites[0].parameters.slice(1)) expect(Math.abs(p.value - 3)).toBeLessThan(5 * p.u);
    }
  });

  test('its bound of precision is none there, and the others keep theirs', async () => {
    const at0 = await run('fit/precision', { recipe: recipe(0, 0), perA });
    expect(at0.parameters.map((p: Loose) => p.u === null)).toEqual([false, true, true]);
    expect(at0.determined).toEqual(['d']);
    expect(at0.warnings[0]).toMatch(/^r1, r2: .*do not depend/);
    const at3 = await run('fit/precision', { recipe: recipe(3, 3), perA });
    expect(at3.parameters.every((p: Loose) => p.u > 0)).toBe(true);
    expect(at3.warnings).toEqual([]);
  });

  test('a search below 0 is refused before it begins', async () => {
    await expect(run('fit/spectrum', { recipe: recipe(1, 1, -5), perA, spectra: [await curve(3, 3, 1)] })).rejects.toThrow(
      /^parameters.1.role.lower: is -5, and "r1" is a length/,
    );
  });
});

test('a parameter that its box stopped has no uncertainty', async () => {
  const { sites } = await run('fit/spectrum', { recipe: recipe(1, 1, 0, 2), perA, spectra: [await curve(3, 1, 1)] });
  const [, r1] = sites[0].parameters;
  expect(sites[0].warnings.join()).toMatch(/r1 at a bound/);
  expect(r1.u).toBeNull();
});
