import { describe, expect, test } from 'vitest';
import type { MetrologyRecipe, SpectrumAxis } from '@/lib/formats/metrology-recipe';
import { createRng } from '@/lib/numerics';
import { buildSiteLibrary, compileRecipe, fitSite, recipeSigma } from './index';
import { libraryEntries, siteLibrary } from './site-library';

const AIR = { kind: 'constant', n: 1, k: 0 } as const;
const free = (name: string, value: number, lower: number, upper: number) => ({
  name,
  label: name,
  unit: 'nm',
  value,
  role: { kind: 'free' as const, lower, upper },
  reportAs: null,
});
const FIT = { starts: 1, maxIterations: 60, seed: 1 };
const wavelengths = (n: number): SpectrumAxis => ({
  kind: 'wavelength',
  nm: Array.from({ length: n }, (_, i) => 400 + (400 * i) / (n - 1)),
});

/** Many fringes over the bounds: each is a minimum of its own. */
const film: MetrologyRecipe = {
  sample: {
    kind: 'film-stack',
    ambient: AIR,
    films: [{ name: 'oxide', material: { kind: 'cauchy', a: 'n', bUm2: 0.004, cUm4: 0 }, thicknessNm: 'thickness' }],
    substrate: { kind: 'library', name: 'Si' },
  },
  parameters: [free('thickness', 1000, 200, 2400), { ...free('n', 1.46, 1.42, 1.5), unit: '1' }],
  channels: [
    { name: 'psi', quantity: 'psi', angleDeg: 65, sigma: { absolute: 0.05, relative: 0 } },
    { name: 'delta', quantity: 'delta', angleDeg: 65, sigma: { absolute: 0.2, relative: 0 } },
  ],
  range: { from: 400, to: 800 },
  fit: FIT,
  accept: { reducedChi2: 3 },
};
const grating: MetrologyRecipe = {
  sample: {
    kind: 'line-grating',
    pitchNm: 120,
    ambient: AIR,
    line: {
      cdNm: 'cd',
      cdAt: 0.5,
      topRoundingNm: 0,
      footingNm: 0,
      sections: [{ name: 'line', material: { kind: 'library', name: 'Si' }, heightNm: 'height', sidewallAngleDeg: 88 }],
    },
    films: [],
    substrate: { kind: 'library', name: 'Si' },
    slices: 2,
    truncation: 2,
    tolerance: 1e-2,
  },
  parameters: [free('cd', 40, 5, 100), free('height', 120, 40, 420)],
  channels: [
    { name: 'm12', quantity: 'm12', angleDeg: 65, azimuthDeg: 90, sigma: { absolute: 0.003, relative: 0 } },
    { name: 'm33', quantity: 'm33', angleDeg: 65, azimuthDeg: 90, sigma: { absolute: 0.003, relative: 0 } },
    { name: 'm34', quantity: 'm34', angleDeg: 65, azimuthDeg: 90, sigma: { absolute: 0.003, relative: 0 } },
  ],
  range: { from: 400, to: 800 },
  fit: FIT,
  accept: { reducedChi2: 3 },
};
const withLibrary = (r: MetrologyRecipe, entries: number): MetrologyRecipe => ({
  ...r,
  fit: { ...r.fit, library: { entries, seed: 5 } },
});

function excursion(recipe: MetrologyRecipe, axis: SpectrumAxis, truth: readonly number[], seed: number) {
  const c = compileRecipe(recipe, axis);
  const clean = c.model(truth);
  const sigma = recipeSigma(c, clean);
  const rng = createRng(seed);
  return {
    c,
    sigma,
    data: clean.map((v, i) => (c.periodic360[i] ? (v + sigma[i]! * rng.normal() + 360) % 360 : v + sigma[i]! * rng.normal())),
  };
}

describe.each([
  [
    'film, 1000 nm nominal',
    film,
    wavelengths(41),
    2000,
    [
      [1620, 1.455],
      [430, 1.47],
      [2210, 1.462],
    ],
  ],
  [
    'line grating along the lines, 120 nm nominal',
    grating,
    wavelengths(9),
    300,
    [
      [62, 330],
      [80, 380],
      [40, 360],
    ],
  ],
] as const)('%s', (_, recipe, axis, entries, truths) => {
  test('excursions outside the basin of the nominal start are recovered; without the library they land elsewhere', () => {
    const c = compileRecipe(withLibrary(recipe, entries), axis);
    let lost = 0;
    for (const [k, truth] of truths.entries()) {
      const { data, sigma } = excursion(recipe, axis, truth, k + 1);
      const found = fitSite(c, data, sigma);
      expect(found.status).toBe('accepted');
      for (const j of [0, 1]) expect(Math.abs(found.values[j]! - truth[j]!), `${truth}`).toBeLessThan(4 * found.u[j]!);
      const plain = fitSite(compileRecipe(recipe, axis), data, sigma);
      if (plain.status !== 'accepted') lost++;
    }
    expect(lost).toBe(truths.length);
  });
});

test('a spectrum that nothing describes is still refused', () => {
  const c = compileRecipe(withLibrary(film, 200), wavelengths(41));
  const { data, sigma } = excursion(film, wavelengths(41), [900, 1.46], 1);
  const fit = fitSite(
    c,
    data.map((v, i) => v + 8 * Math.sin(1.7 * i)),
    sigma,
  );
  expect(fit.status).toBe('poor_fit');
});

test('a library is built once a compiled recipe, step by step, with the same bits; the model bounds its size', () => {
  const c = compileRecipe(withLibrary(film, 50), wavelengths(11));
  const built = siteLibrary(c)!;
  expect(siteLibrary(c)).toBe(built);
  const steps = buildSiteLibrary(compileRecipe(withLibrary(film, 50), wavelengths(11)));
  const told: number[] = [];
  let s = steps.next();
  for (; !s.done; s = steps.next()) told.push(s.value.done);
  expect(told).toEqual([20, 40, 50]);
  expect(s.value.spectra).toEqual(built.spectra);
  expect(siteLibrary(compileRecipe(film, wavelengths(11)))).toBeNull();
  expect(libraryEntries(c)).toBe(50);
  const costly = { ...grating, sample: { ...grating.sample, slices: 60, truncation: 40 } } as MetrologyRecipe;
  const limited = libraryEntries(compileRecipe(withLibrary(costly, 50_000), wavelengths(101)));
  expect(limited).toBe(16);
  // 2 × 11 values, Δ as two: 33
  expect(libraryEntries(compileRecipe(withLibrary(film, 50_000), wavelengths(101)))).toBe(Math.floor(8e6 / 303));
});

test('bounds that reach shapes which do not exist leave those out', () => {
  const wide: MetrologyRecipe = {
    ...grating,
    sample: { ...grating.sample, line: { ...(grating.sample as never as { line: object }).line, cdNm: 'cd' } } as never,
    parameters: [free('cd', 60, 5, 200), free('height', 120, 40, 420)],
  };
  const c = compileRecipe(withLibrary(wide, 200), wavelengths(9));
  const { data, sigma } = excursion(wide, wavelengths(9), [62, 330], 3);
  const fit = fitSite(c, data, sigma);
  expect(fit.status).toBe('accepted');
  expect(Math.abs(fit.values[1]! - 330)).toBeLessThan(4 * fit.u[1]!);
});
