import { expect, test } from 'vitest';
import { compute } from './compute';
import { EXAMPLE_RECIPE, exampleSpectra } from './functions/fit/input';

/** Pairs of options of which one would be ignored: each is refused, naming the one without effect. */

// biome-ignore lint/suspicious/noExplicitAny: results of many shapes
type Loose = any;
const run = (path: string, input: unknown): Promise<Loose> => compute(path, JSON.parse(JSON.stringify(input)));

const curve = {
  qPerA: [0.01, 0.05, 0.1],
  slabs: [{ sld: 0 }, { sld: 18.9, thicknessA: 20 }, { sld: 20.07 }],
};
const byIndex = [{ delta: 0 }, { delta: 7e-6, beta: 1e-7, thicknessA: 20 }, { delta: 7.6e-6 }];
const film = { wavelengthNm: [500, 600], films: [{ material: 'SiO2', thicknessNm: 100 }], substrate: 'Si' };
const thick = { ...film, films: [...film.films, { material: 'SiO2', thicknessNm: 5e5, coherent: false }] };

test.each([
  ['xrr/reflectivity', { ...curve, resolutionPercent: 1, sigmaQPerA: [0.01, 0.01, 0.01] }, 'sigmaQPerA'],
  ['xrr/reflectivity', { ...curve, sigmaQPerA: [0.01] }, 'sigmaQPerA'],
  ['xrr/reflectivity', { ...curve, sigmaQPerA: [0.01, 0, 0.01] }, 'sigmaQPerA'],
  ['xrr/reflectivity', { ...curve, slabs: [...curve.slabs, { sld: 1, beta: 1e-7 }] }, 'slabs.3.beta'],
  ['xrr/reflectivity', { ...curve, wavelengthA: 1.54, slabs: [...byIndex, { delta: 1e-6, isld: 1 }] }, 'slabs.3.isld'],
  ['optics/thin-film', { ...film, spreadFilm: 0 }, 'spreadFilm'],
  ['optics/thin-film', { ...film, thicknessSigmaNm: 1, spreadFilm: 1 }, 'spreadFilm'],
  ['optics/thin-film', { ...film, films: [], thicknessSigmaNm: 1 }, 'thicknessSigmaNm'],
  ['optics/thin-film', { ...thick, bandwidthNm: 2 }, 'bandwidthNm'],
  ['fit/linear', { A: [[1], [2]], b: [1, 2], weight: 1, rule: 'gcv' }, 'rule'],
  ['fit/linear', { A: [[1], [2]], b: [1, 2], penalty: 'total-variation', order: 0 }, 'order'],
  ['fit/forward', { recipe: EXAMPLE_RECIPE, nm: [300, 400], values: { hfo2: 8 } }, 'values.hfo2'],
  ['fit/forward', { recipe: EXAMPLE_RECIPE, nm: [300, 400], truncation: 4 }, 'truncation'],
] as const)('%s %#', async (path, input, field) => {
  await expect(run(path, input)).rejects.toMatchObject({ code: 'invalid_input', details: { field } });
});

test('a set of a joint fit cannot own a parameter that its recipe does not have', async () => {
  const { recipe, nm, spectra } = exampleSpectra();
  const set = (name: string, k: number) => ({
    name,
    recipe: { ...recipe, channels: [recipe.channels[k]!] },
    nm,
    spectra: [spectra[k]!],
  });
  const datasets = [set('psi', 0), { ...set('delta', 1), own: ['hfo2'] }];
  await expect(run('fit/cofit', { datasets })).rejects.toMatchObject({ details: { field: 'datasets.1.own' } });
});

/** The oxide and a second film of twice its thickness: the tied parameter follows, in the spectrum and in the precision. */
test('tied parameters follow what they are tied to', async () => {
  const sample = EXAMPLE_RECIPE.sample as Extract<typeof EXAMPLE_RECIPE.sample, { kind: 'film-stack' }>;
  const [free] = EXAMPLE_RECIPE.parameters;
  const tied = {
    name: 'below',
    label: '',
    unit: 'nm',
    value: 1,
    role: { kind: 'tied', offset: 0.5, terms: [{ parameter: 'hfo2_thickness', factor: 2 }] },
    reportAs: null,
  };
  const films = [sample.films[0]!, { ...sample.films[0]!, name: 'below', thicknessNm: 'below' }];
  const two = { ...EXAMPLE_RECIPE, sample: { ...sample, films }, parameters: [free!, tied] };
  // one film of one material: 3·d + 0.5
  const one = {
    ...EXAMPLE_RECIPE,
    parameters: [{ ...free!, name: 'total', value: 3 * free!.value + 0.5, role: { kind: 'free', lower: 1, upper: 60 } }],
    sample: { ...sample, films: [{ ...sample.films[0]!, thicknessNm: 'total' }] },
  };
  const nm = [300, 400, 500, 600];
  const [a, b] = [await run('fit/forward', { recipe: two, nm }), await run('fit/forward', { recipe: one, nm })];
  a.channels.forEach((c: Loose, k: number) => {
    c.values.forEach((v: number, i: number) => {
      expect(v).toBeCloseTo(b.channels[k].values[i], 9);
    });
  });
  const [u, whole] = [await run('fit/precision', { recipe: two, nm }), await run('fit/precision', { recipe: one, nm })];
  expect((3 * u.parameters[0].u) / whole.parameters[0].u).toBeCloseTo(1, 4);
});
