import { describe, expect, test } from 'vitest';
import { type MetrologyRecipe, metrologyRecipeIn, type SpectrumAxis } from '@/lib/formats/metrology-recipe';
import { differenceJacobian } from '@/lib/inversion';
import { createRng } from '@/lib/numerics';
import { certifyRecipe, checkRecipe, compileRecipe, fitSite, recipeSigma } from './index';

const AIR = { kind: 'constant', n: 1, k: 0 } as const;
const free = (name: string, value: number, lower: number, upper: number, unit = 'nm') => ({
  name,
  label: name,
  unit,
  value,
  role: { kind: 'free' as const, lower, upper },
  reportAs: null,
});
const common = { fit: { starts: 1, maxIterations: 60, seed: 1 }, accept: { reducedChi2: 3 } };
const sigma = (absolute: number, relative = 0) => ({ absolute, relative });

const film: MetrologyRecipe = {
  ...common,
  sample: {
    kind: 'film-stack',
    ambient: AIR,
    films: [
      {
        name: 'oxide',
        material: {
          kind: 'mixture',
          rule: 'bruggeman',
          host: { kind: 'cauchy', a: 'a', bUm2: 0.004, cUm4: 0 },
          guest: AIR,
          fraction: 'porosity',
        },
        thicknessNm: 'thickness',
      },
      { name: 'liner', material: { kind: 'library', name: 'SiO2' }, thicknessNm: 'liner' },
    ],
    substrate: { kind: 'library', name: 'Si' },
  },
  parameters: [
    free('thickness', 60, 20, 120),
    free('a', 1.46, 1.3, 1.6, '1'),
    { name: 'porosity', label: 'Porosity', unit: '1', value: 0.05, role: { kind: 'fed', u: 0.002 }, reportAs: null },
    {
      name: 'liner',
      label: 'Liner',
      unit: 'nm',
      value: 6,
      role: { kind: 'tied', offset: 0, terms: [{ parameter: 'thickness', factor: 0.1 }] },
      reportAs: null,
    },
  ],
  channels: [
    { name: 'psi', quantity: 'psi', angleDeg: 70, sigma: sigma(0.03) },
    { name: 'delta', quantity: 'delta', angleDeg: 70, sigma: sigma(0.08) },
    { name: 'n', quantity: 'n', angleDeg: 65, sigma: sigma(0.001) },
    { name: 'c', quantity: 'c', angleDeg: 65, sigma: sigma(0.001) },
    { name: 's', quantity: 's', angleDeg: 65, sigma: sigma(0.001) },
    { name: 'r', quantity: 'r', angleDeg: 0, sigma: sigma(0.002) },
    { name: 'rs', quantity: 'rs', angleDeg: 65, sigma: sigma(0.002) },
    { name: 'rp', quantity: 'rp', angleDeg: 65, sigma: sigma(0.002) },
  ],
  range: { from: 300, to: 800 },
};
const wavelengths = (n: number): SpectrumAxis => ({
  kind: 'wavelength',
  nm: Array.from({ length: n }, (_, i) => 300 + (450 * i) / (n - 1)),
});

const grating: MetrologyRecipe = {
  ...common,
  sample: {
    kind: 'line-grating',
    pitchNm: 120,
    ambient: AIR,
    line: {
      cdNm: 'cd',
      cdAt: 0.5,
      topRoundingNm: 3,
      footingNm: 0,
      sections: [
        { name: 'cap', material: { kind: 'constant', n: 2, k: 0 }, heightNm: 'cap', sidewallAngleDeg: 'swa' },
        { name: 'line', material: { kind: 'library', name: 'SiO2' }, heightNm: 'height', sidewallAngleDeg: 'swa' },
      ],
    },
    films: [{ name: 'stop', material: { kind: 'cauchy', a: 'n_stop', bUm2: 0.01, cUm4: 0 }, thicknessNm: 'stop' }],
    substrate: { kind: 'library', name: 'Si' },
    slices: 4,
    truncation: 4,
    tolerance: 1e-2,
  },
  parameters: [
    free('cd', 50, 30, 80),
    free('height', 90, 60, 140),
    free('swa', 87, 80, 92, 'deg'),
    free('stop', 18, 5, 40),
    free('n_stop', 1.95, 1.8, 2.1, '1'),
    { name: 'cap', label: 'Cap', unit: 'nm', value: 12, role: { kind: 'fixed' }, reportAs: null },
  ],
  channels: [
    { name: 'psi', quantity: 'psi', angleDeg: 65, sigma: sigma(0.03) },
    { name: 'delta', quantity: 'delta', angleDeg: 65, sigma: sigma(0.08) },
    { name: 'r', quantity: 'r', angleDeg: 20, sigma: sigma(0.001) },
  ],
  range: { from: 300, to: 800 },
};

const xrr: MetrologyRecipe = {
  ...common,
  sample: {
    kind: 'xrr',
    slabs: [
      { name: 'air', thicknessA: 0, sld: 0, isld: 0, roughnessTopA: 0 },
      { name: 'film', thicknessA: 'thickness', sld: 'sld', isld: 1.2, roughnessTopA: 'roughness' },
      { name: 'silicon', thicknessA: 0, sld: 20.1, isld: 0.45, roughnessTopA: 2.5 },
    ],
    scale: 'scale',
    background: 1e-7,
    resolutionPercent: 0,
  },
  parameters: [
    free('thickness', 220, 100, 400, 'A'),
    free('sld', 60, 40, 80, '1e-6/A2'),
    free('roughness', 4, 0, 12, 'A'),
    free('scale', 1, 0.8, 1.2, '1'),
  ],
  channels: [{ name: 'reflectivity', quantity: 'intensity', angleDeg: 0, sigma: sigma(1e-8, 0.02) }],
  range: { from: 0, to: 1 },
};
const saxs: MetrologyRecipe = {
  ...common,
  sample: {
    kind: 'saxs-lines',
    bottomCdNm: 'cd',
    trapezoids: [{ name: 'line', heightNm: 'height', leftAngleDeg: 'swa', rightAngleDeg: 'swa', contrast: 1 }],
    scale: 'scale',
    background: 0.1,
    sigmaXNm: 'dw',
    sigmaZNm: 1,
  },
  parameters: [
    free('cd', 32, 20, 50),
    free('height', 60, 40, 90),
    free('swa', 87, 80, 90, 'deg'),
    free('scale', 1e-3, 1e-4, 1e-2, '1'),
    free('dw', 1.4, 0, 4),
  ],
  channels: [{ name: 'intensity', quantity: 'intensity', angleDeg: 0, sigma: sigma(0.01, 0.03) }],
  range: { from: -10, to: 10 },
};
const curves: Record<string, [MetrologyRecipe, SpectrumAxis]> = {
  film: [film, wavelengths(21)],
  grating: [grating, wavelengths(7)],
  xrr: [xrr, { kind: 'q', perA: Array.from({ length: 120 }, (_, i) => 0.012 + 0.0024 * i) }],
  saxs: [
    saxs,
    {
      kind: 'qxqz',
      qxPerNm: Array.from({ length: 120 }, (_, i) => 0.1 * (1 + (i % 12))),
      qzPerNm: Array.from({ length: 120 }, (_, i) => 0.03 * Math.floor(i / 12)),
    },
  ],
};

describe.each(Object.entries(curves))('%s', (_, [recipe, axis]) => {
  const c = compileRecipe(metrologyRecipeIn.parse(recipe), axis);
  const truth = Float64Array.from(recipe.parameters, (p) => p.value);

  test('analytic derivatives are those of the model', () => {
    const analytic = c.jacobian!(truth);
    const differences = differenceJacobian((p) => c.model(p), truth, c.model(truth), { periodic360: c.periodic360 });
    const n = truth.length;
    for (const [j, p] of recipe.parameters.entries()) {
      if (p.role.kind === 'fixed') continue;
      const size = Math.max(...c.model(truth).map((_v, i) => Math.abs(differences[i * n + j]!)));
      for (let i = 0; i < c.model(truth).length; i++)
        expect(Math.abs(analytic[i * n + j]! - differences[i * n + j]!), `${p.name} at ${i}`).toBeLessThan(2e-6 * size);
    }
  });

  test('a noisy spectrum of the model is fitted back within its uncertainty', () => {
    const rng = createRng(5);
    const clean = c.model(truth);
    const s = recipeSigma(c, clean);
    const data = clean.map((v, i) => v + s[i]! * rng.normal());
    const moved = recipe.parameters.map((p) => ({ ...p, value: p.role.kind === 'free' ? p.value * 1.02 : p.value }));
    const fit = fitSite(compileRecipe({ ...recipe, parameters: moved }, axis), data, s);
    expect(fit.status).toBe('accepted');
    expect(fit.reducedChi2).toBeGreaterThan(0.6);
    expect(fit.reducedChi2).toBeLessThan(1.5);
    for (const [j, p] of recipe.parameters.entries())
      if (p.role.kind === 'free' || p.role.kind === 'tied')
        expect(Math.abs(fit.values[j]! - truth[j]!), p.name).toBeLessThan(4.5 * fit.u[j]!);
  });
});

test('what is fed forward widens the result', () => {
  const [recipe, axis] = curves['film']!;
  const data = compileRecipe(recipe, axis).model(Float64Array.from(recipe.parameters, (p) => p.value));
  const uncertainty = (u: number) => {
    const parameters = recipe.parameters.map((p) => (p.name === 'porosity' ? { ...p, role: { kind: 'fed' as const, u } } : p));
    const c = compileRecipe({ ...recipe, parameters }, axis);
    return fitSite(c, data, recipeSigma(c, data)).u[1]!; // the index, which porosity stands in for
  };
  expect(uncertainty(0.02)).toBeGreaterThan(3 * uncertainty(1e-6));
});

test('a spectrum that the model cannot describe is refused, not thrown', () => {
  const [recipe, axis] = curves['film']!;
  const c = compileRecipe(recipe, axis);
  const data = c.model(Float64Array.from(recipe.parameters, (p) => p.value)).map((v, i) => v * (1 + 0.05 * Math.sin(i)));
  const fit = fitSite(c, data, recipeSigma(c, data));
  expect(fit.status).toBe('poor_fit');
  expect(fit.warnings.join()).toMatch(/χ²/);
});

test.each([
  [
    'an unknown name',
    { sample: { ...film.sample, ambient: { kind: 'constant', n: 'nothing', k: 0 } } },
    /sample.ambient.n: there is no parameter "nothing"/,
  ],
  [
    'a start outside its bounds',
    { parameters: [{ ...film.parameters[0]!, value: 500 }, ...film.parameters.slice(1)] },
    /parameters.0.value: 500 lies outside/,
  ],
  [
    'a parameter nobody uses',
    { parameters: [...film.parameters, free('idle', 1, 0, 2)] },
    /"idle" is free but the sample does not use it/,
  ],
  ['a channel of X-rays', { channels: [{ ...film.channels[0]!, quantity: 'intensity' }] }, /intensity belongs to X-ray curves/],
  [
    'a tie to a tie',
    {
      parameters: [
        ...film.parameters,
        { ...film.parameters[3]!, name: 'chain', role: { kind: 'tied', offset: 0, terms: [{ parameter: 'liner', factor: 1 }] } },
      ],
    },
    /"liner" is tied itself/,
  ],
])('%s is refused with its field', (_, change, message) => {
  expect(() => checkRecipe({ ...film, ...change } as MetrologyRecipe)).toThrow(message);
});

test('an axis outside the range, or of the wrong kind, is refused', () => {
  expect(() => compileRecipe(film, { kind: 'wavelength', nm: [900, 950] })).toThrow(/no point lies in the recipe's range/);
  expect(() => compileRecipe(film, { kind: 'q', perA: [400] })).toThrow(/needs an axis of kind wavelength/);
});

test('the certificate says what truncation reaches the tolerance; without it the model is not computed', () => {
  const open = { ...grating, sample: { ...grating.sample, truncation: null, tolerance: 5e-3 } } as MetrologyRecipe;
  const certificate = certifyRecipe(open)!;
  expect(certificate.errorEstimate).toBeLessThanOrEqual(5e-3);
  expect(certificate.sweep.at(-1)!.truncation).toBe(certificate.truncation);
  expect(() => compileRecipe(open, wavelengths(3))).toThrow(/make the certificate first/);
  expect(certifyRecipe(film)).toBeNull();
});
