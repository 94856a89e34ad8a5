import { expect, test } from 'vitest';
import { compileRecipe, fitSite, type MetrologyRecipe, type SiteFit } from '@/lib/recipes';
import { siteVerdict } from '../spectra/site-status';
import { fitFacts, fittedWords, judgementOf } from './fit-facts';

const perA = Array.from({ length: 120 }, (_, i) => 0.01 + 0.002 * i);
const free = (name: string, label: string, value: number, lower: number, upper: number) => ({
  name,
  label,
  unit: 'Å',
  value,
  role: { kind: 'free' as const, lower, upper },
  reportAs: null,
});
const recipe: MetrologyRecipe = {
  sample: {
    kind: 'xrr',
    slabs: [
      { name: 'air', thicknessA: 0, sld: 0, isld: 0, roughnessTopA: 0 },
      { name: 'film', thicknessA: 'thickness', sld: 80, isld: 5, roughnessTopA: 'roughness' },
      { name: 'silicon', thicknessA: 0, sld: 20.1, isld: 0.45, roughnessTopA: 0 },
    ],
    scale: 1,
    background: 0,
    resolutionPercent: 0,
  },
  parameters: [free('thickness', 'Film', 152, 100, 200), free('roughness', 'Top roughness', 2, 0, 12)],
  channels: [{ name: 'R', quantity: 'intensity', angleDeg: 0, sigma: { absolute: 1e-9, relative: 0.02 } }],
  range: { from: 0, to: 1 },
  fit: { starts: 1, maxIterations: 100, seed: 1 },
  accept: { reducedChi2: 4 },
};
const compiled = compileRecipe(recipe, { kind: 'q', perA });
const truth = compiled.model([150, 0]);
/**
 * The curve of a smooth film that falls off slightly less than any real one, every value off by the same number of its σ (2 %), alternating in sign.
 */
const fitOf = (noise: number): SiteFit => {
  const data = truth.map((v, i) => v * Math.exp(0.3 * perA[i]! ** 2) * (1 + 0.02 * noise * (i % 2 === 0 ? 1 : -1)));
  return fitSite(
    compiled,
    data,
    data.map((v) => Math.hypot(1e-9, 0.02 * v)),
  );
};
const facts = (f: SiteFit) => fitFacts(f, f.status, 4, (n) => recipe.parameters.find((p) => p.name === n)!.label);
const words = (f: SiteFit): string[] => facts(f).map((v) => v.text);

test('a roughness that ends at 0 is told as one-sided, and written without a minus side', () => {
  const f = fitOf(0.7);
  expect(f.values[1]).toBe(0);
  expect(words(f)).toEqual([
    'Top roughness ended at 0 and cannot be negative: its u reaches upwards only, and the others hold for this value.',
  ]);
  expect(fittedWords(f.values[1], f.u[1], true)).toMatch(/^0\.\d+ \+ 0\.\d*[1-9]\d*$/);
  expect(fittedWords(f.values[0], f.u[0], false)).toMatch(/^1[45]\d\.\d+ ± 0\.\d+$/);
  expect(fittedWords(3, Number.POSITIVE_INFINITY, false)).toBe('3.000 ± ∞');
});

test('one verdict a fit: an accepted one that misses its noise says so, and nothing beside it warns', () => {
  const near = fitOf(0.7);
  expect(siteVerdict(near.status, near.reducedChi2).because).toBe('The model describes the spectrum within its noise.');
  const wide = fitOf(1.6);
  expect(wide.status).toBe('accepted');
  expect(siteVerdict(wide.status, wide.reducedChi2)).toMatchObject({
    status: 'ok',
    because: 'The model describes the spectrum within the limit of the recipe, not within its noise.',
  });
  expect(facts(wide)[0]).toEqual({
    status: 'idle',
    text: `Every u is widened by √(χ²/ν) = ${Math.sqrt(wide.reducedChi2).toFixed(2)}, because the model misses the data by more than their noise.`,
  });
  expect(facts(wide).filter((f) => f.status !== 'idle')).toEqual([]);
});

test('why every u is widened is said by itself, whatever the verdict is for', () => {
  const wide = fitOf(1.6);
  for (const status of ['accepted', 'at_bound', 'not_converged']) {
    const [widened] = fitFacts(wide, status, 4, (n) => n);
    expect(widened!.text).toMatch(/widened by .* = 1\.\d\d, because the model misses the data by more than their noise\.$/);
  }
});

test('a poor fit is said once; a fit refused for something else is told to be poor as well', () => {
  const poor = fitOf(4);
  expect(poor).toMatchObject({ poorFit: true, status: 'poor_fit' });
  expect(words(poor)[0]).toMatch(/^Every u is widened by √\(χ²\/ν\) = [34]\.\d\d/);
  const [first] = fitFacts(poor, 'at_bound', 4, (n) => n);
  expect(first).toMatchObject({ status: 'out' });
  expect(first!.text).toMatch(/^Poor fit: χ²\/ν is 1\d\.\d\d, the limit of the recipe is 4\.$/);
});

test('a stored fit, which keeps χ²/ν and values, is judged as the fit judged itself', () => {
  for (const noise of [0.7, 1.6, 4]) {
    const { reducedChi2, scaled, poorFit, oneSided, values } = fitOf(noise);
    expect(judgementOf(recipe, { reducedChi2, values })).toEqual({ reducedChi2, scaled, poorFit, oneSided });
  }
});
