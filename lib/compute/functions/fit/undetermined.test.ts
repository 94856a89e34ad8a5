import { expect, test } from 'vitest';
import { compute } from '../../compute';
import { EXAMPLE_RECIPE, exampleSpectra } from './input';

// biome-ignore lint/suspicious/noExplicitAny: results of many shapes
type Loose = any;
const run = (path: string, input: unknown): Promise<Loose> => compute(path, JSON.parse(JSON.stringify(input)));

/** Two films of one material, both free: the spectrum determines only their sum. */
function twins() {
  const { nm, spectra } = exampleSpectra();
  const sample = EXAMPLE_RECIPE.sample as Extract<typeof EXAMPLE_RECIPE.sample, { kind: 'film-stack' }>;
  const [film] = sample.films;
  const [whole] = EXAMPLE_RECIPE.parameters;
  const half = (name: string) => ({ ...whole!, name, value: 4, role: { kind: 'free', lower: 1, upper: 8 } });
  const recipe = {
    ...EXAMPLE_RECIPE,
    sample: {
      ...sample,
      films: [
        { ...film!, name: 'upper', thicknessNm: 'upper' },
        { ...film!, name: 'lower', thicknessNm: 'lower' },
      ],
    },
    parameters: [half('upper'), half('lower')],
  };
  return { recipe, nm, spectra };
}

test('what a spectrum does not determine is null beside its warning, and keeps no other site from its answer', async () => {
  const { recipe, nm, spectra } = twins();
  const { sites } = await run('fit/spectrum', { recipe, nm, sites: 2, spectra: [...spectra, ...spectra] });
  for (const s of sites) {
    expect(s.status).toBe('not_identifiable');
    expect(s.warnings.join()).toMatch(/cannot tell upper, lower apart/);
    const [a, b] = s.parameters;
    expect(a.value + b.value).toBeCloseTo(8, 1);
    for (const p of s.parameters) expect(p.u === null || p.u > 1).toBe(true);
  }
});

test('every search answers for such a spectrum, with the warning in its fit', async () => {
  const input = twins();
  for (const [path, more] of [
    ['fit/global', { starts: 4, seed: 1 }],
    ['fit/global', { starts: 4, seed: 1, method: 'evolution' }],
    ['fit/penalised', { kind: 'tikhonov', order: 1, weight: 1e-9, parameters: ['upper', 'lower'] }],
  ] as const) {
    const { fit, parameters } = await run(path, { ...input, ...more });
    expect(parameters[0].value + parameters[1].value, path).toBeCloseTo(8, 1);
    expect(fit.isIdentifiable, path).toBe(false);
  }
});
