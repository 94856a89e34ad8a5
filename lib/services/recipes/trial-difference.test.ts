import { expect, test } from 'vitest';
import type { MetrologyRecipe } from '@/lib/formats/metrology-recipe';
import { type TrialFits, type TrialWafer, trialDifference } from './trial-difference';

const recipe: MetrologyRecipe = {
  sample: {
    kind: 'film-stack',
    ambient: { kind: 'constant', n: 1, k: 0 },
    films: [{ name: 'film', material: { kind: 'constant', n: 1.9, k: 0 }, thicknessNm: 'thickness' }],
    substrate: { kind: 'library', name: 'Si' },
  },
  parameters: [
    { name: 'thickness', label: '', unit: 'nm', value: 8, role: { kind: 'free', lower: 3, upper: 15 }, reportAs: null },
  ],
  channels: [{ name: 'psi 70', quantity: 'psi', angleDeg: 70, sigma: { absolute: 0.03, relative: 0 } }],
  range: { from: 300, to: 800 },
  fit: { starts: 1, maxIterations: 50, seed: 1 },
  accept: { reducedChi2: 4 },
};
const fits = (value: number, u: number): TrialFits => ({ status: ['accepted'], chi2: [1], values: [value], u: [u] });
const wafer = (draft: TrialFits, base: TrialFits): TrialWafer => ({
  spectrumId: 's',
  atMs: 0,
  lot: 'A1043',
  slot: 1,
  station: 'ELL-01',
  x: [0],
  y: [0],
  draft,
  base,
});
const beyond = (value: number, u: number) => trialDifference(recipe, recipe, [wafer(fits(value, u), fits(8, 0.01))]).beyond;

test('a number that breaches a limit is told with the digits that show it', () => {
  expect(beyond(8, 0.012504)).toEqual(['u of thickness becomes 1.25 to 1.2504 of what it was, the limits are 0.8 to 1.25']);
  expect(beyond(8.0100004, 0.01)[0]).toMatch(/^thickness moves by up to 1\.0000\d u, the limit is 1 u$/);
  expect(beyond(8, 0.0125)).toEqual([]);
  expect(beyond(8.038, 0.01)).toEqual(['thickness moves by up to 3.8 u, the limit is 1 u']);
});
