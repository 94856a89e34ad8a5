import { describe, expect, test } from 'vitest';
import { type MetrologyRecipe, metrologyRecipeIn, type SpectrumAxis } from '@/lib/formats/metrology-recipe';
import { createRng } from '@/lib/numerics';
import { checkRecipe, compileRecipe, fitSite, fitSites, fitWaferSpectra, recipeSigma, type SiteSpectra } from './index';

const axis: SpectrumAxis = { kind: 'wavelength', nm: Array.from({ length: 21 }, (_, i) => 320 + 20 * i) };
const N = 1.93;

/** A film so thin that thickness and index of a site alone are correlated; the index is that of the wafer. */
function thinFilm(shared: boolean, u = 0): MetrologyRecipe {
  const share = shared ? { shared: 'wafer' as const } : {};
  return metrologyRecipeIn.parse({
    sample: {
      kind: 'film-stack',
      ambient: { kind: 'constant', n: 1, k: 0 },
      films: [
        { name: 'nitride', material: { kind: 'cauchy', a: 'n', bUm2: 0.012, cUm4: 0 }, thicknessNm: 'thickness' },
        { name: 'oxide', material: { kind: 'library', name: 'SiO2' }, thicknessNm: 'oxide' },
      ],
      substrate: { kind: 'library', name: 'Si' },
    },
    parameters: [
      { name: 'thickness', label: 't', unit: 'nm', value: 5, role: { kind: 'free', lower: 1, upper: 20 }, reportAs: null },
      { name: 'n', label: 'n', unit: '1', value: 1.9, role: { kind: 'free', lower: 1.6, upper: 2.3, ...share }, reportAs: null },
      { name: 'oxide', label: 'o', unit: 'nm', value: 1, role: u > 0 ? { kind: 'fed', u } : { kind: 'fixed' }, reportAs: null },
    ],
    channels: [
      { name: 'psi', quantity: 'psi', angleDeg: 70, sigma: { absolute: 0.02, relative: 0 } },
      { name: 'delta', quantity: 'delta', angleDeg: 70, sigma: { absolute: 0.06, relative: 0 } },
    ],
    range: { from: 320, to: 720 },
    fit: { starts: 1, maxIterations: 100, seed: 1 },
    accept: { reducedChi2: 3 },
  });
}
const thickness = (site: number): number => 4 + 0.2 * site;

function wafer(recipe: MetrologyRecipe, sites: number, seed: number, index: (site: number) => number = () => N): SiteSpectra[] {
  const c = compileRecipe(recipe, axis);
  const rng = createRng(seed);
  return Array.from({ length: sites }, (_, s) => {
    const clean = c.model([thickness(s), index(s), 1]);
    const sigma = recipeSigma(c, clean);
    return { data: clean.map((v, i) => v + sigma[i]! * rng.normal()), sigma };
  });
}

describe('the index of a very thin film, common to nine sites', () => {
  const recipe = thinFilm(true);
  const sites = wafer(recipe, 9, 7);
  const c = compileRecipe(recipe, axis);
  const together = fitSites(c, sites);

  test('has one value and uncertainty at every site, with the truth inside it', () => {
    expect(together.map((f) => f.status)).toEqual(new Array(9).fill('accepted'));
    expect(new Set(together.map((f) => f.values[1])).size).toBe(1);
    for (const f of together) {
      expect(f.common).toEqual({ parameters: ['n'], sites: 9 });
      expect(Math.abs(f.values[1]! - N)).toBeLessThan(3.5 * f.u[1]!);
    }
    for (const [s, f] of together.entries()) expect(Math.abs(f.values[0]! - thickness(s))).toBeLessThan(3.5 * f.u[0]!);
  });

  test('is known better than from one site, and so is each thickness', () => {
    for (const [s, site] of sites.entries()) {
      const alone = fitSite(c, site.data, site.sigma);
      expect(together[s]!.u[1]! / alone.u[1]!).toBeLessThan(0.6);
      expect(together[s]!.u[0]! / alone.u[0]!).toBeLessThan(0.8);
      expect(alone.common).toBeNull();
    }
  });

  test('the covariance of a site holds what it owes to the common value: thickness follows the index as in the fit alone', () => {
    for (const [s, f] of together.entries()) {
      const alone = fitSite(c, sites[s]!.data, sites[s]!.sigma);
      const slope = (g: typeof f): number => g.covariance[1]! / g.covariance[4]!;
      expect(slope(f) / slope(alone)).toBeCloseTo(1, 1);
      expect(f.covariance[1]! / (f.u[0]! * f.u[1]!)).toBeLessThan(-0.15);
      expect(f.covariance[4]!).toBeCloseTo(f.u[1]! ** 2, 12);
    }
  });
});

test('over many wafers the common value lies in its own 95 % interval as often as it says', () => {
  const recipe = thinFilm(true);
  const c = compileRecipe(recipe, axis);
  let [inside, thick, total] = [0, 0, 0];
  const wafers = 60;
  for (let w = 0; w < wafers; w++) {
    const fits = fitSites(c, wafer(recipe, 4, 100 + w));
    // the scatter of χ²/ν about 1 widens half of the intervals; the truth is held against those of σ
    const width = (f: (typeof fits)[number], j: number): number => f.u[j]! / Math.sqrt(Math.max(1, f.reducedChi2));
    if (Math.abs(fits[0]!.values[1]! - N) < 1.96 * width(fits[0]!, 1)) inside++;
    for (const [s, f] of fits.entries()) {
      total++;
      if (Math.abs(f.values[0]! - thickness(s)) < 1.96 * width(f, 0)) thick++;
    }
  }
  expect(inside / wafers).toBeGreaterThan(0.88);
  expect(inside / wafers).toBeLessThanOrEqual(1);
  expect(thick / total).toBeGreaterThan(0.9);
  expect(thick / total).toBeLessThan(0.99);
});

test('a site that nothing describes, and one of another index, take no part; the others agree as if they were not there', () => {
  const recipe = thinFilm(true);
  const c = compileRecipe(recipe, axis);
  const clean = wafer(recipe, 8, 3);
  const spoiled = wafer(recipe, 8, 3, (s) => (s === 5 ? N + 0.15 : N));
  spoiled[2] = { ...spoiled[2]!, data: spoiled[2]!.data.map((v, i) => v + Math.sin(i)) };
  const found = fitSites(c, spoiled);
  expect(found.map((f) => f.status)).toEqual(Array.from({ length: 8 }, (_, s) => (s === 2 || s === 5 ? 'poor_fit' : 'accepted')));
  expect(found[5]!.warnings.join()).toMatch(/left out of the wafer’s common n/);
  expect(found[0]!.common).toEqual({ parameters: ['n'], sites: 6 });
  const kept = fitSites(
    c,
    clean.filter((_, s) => s !== 2 && s !== 5),
  );
  expect(found[0]!.values[1]!).toBeCloseTo(kept[0]!.values[1]!, 5);
});

test('one site shares with nobody: it is the fit alone', () => {
  const recipe = thinFilm(true);
  const c = compileRecipe(recipe, axis);
  const [site] = wafer(recipe, 1, 2);
  expect(fitSites(c, [site!])).toEqual([fitSite(c, site!.data, site!.sigma)]);
});

test('what is fed forward moves the common value of all sites at once: more sites do not average it away', () => {
  const u = (sites: number, fed: number): number => {
    const c = compileRecipe(thinFilm(true, fed), axis);
    const data = c.model([5, N, 1]);
    return fitSites(
      c,
      Array.from({ length: sites }, () => ({ data, sigma: recipeSigma(c, data) })),
    )[0]!.u[1]!;
  };
  expect(u(12, 0) / u(3, 0)).toBeCloseTo(0.5, 3);
  const byFed = Math.sqrt(u(3, 0.2) ** 2 - u(3, 0) ** 2);
  expect(u(12, 0.2)).toBeCloseTo(Math.hypot(byFed, u(12, 0)), 6);
});

test('a wafer goes through the same door whether its sites share or not', () => {
  const shared = thinFilm(true);
  const sites = wafer(shared, 5, 9);
  const spectra = (recipe: MetrologyRecipe) => ({
    recipe,
    truncation: null,
    axis,
    channels: [0, 1],
    sent: 2,
    sites: 5,
    values: Float32Array.from(sites.flatMap((s) => [...s.data])),
    sigma: null,
  });
  const together = fitWaferSpectra(spectra(shared));
  const alone = fitWaferSpectra(spectra(thinFilm(false)));
  expect(new Set(together.map((f) => f.values[1])).size).toBe(1);
  expect(new Set(alone.map((f) => f.values[1])).size).toBe(5);
  expect(alone.every((f) => f.common === null)).toBe(true);
  expect(() => checkRecipe(shared)).not.toThrow();
});
