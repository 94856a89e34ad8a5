import { expect, test } from 'vitest';
import { compute } from '../../compute';
import { EXAMPLE_GRATING, EXAMPLE_RECIPE, exampleSpectra } from './input';

// biome-ignore lint/suspicious/noExplicitAny: results of many shapes
type Loose = any;
const run = (path: string, input: unknown): Promise<Loose> => compute(path, JSON.parse(JSON.stringify(input)));
const TRUTH = 8;

test('a spectrum of 8 nm is fitted within its uncertainty; the bound, the profile and the posterior agree with it', async () => {
  const spectra = exampleSpectra();
  const [site] = (await run('fit/spectrum', spectra)).sites;
  const { value, u } = site.parameters[0];
  expect(site.status).toBe('accepted');
  expect(Math.abs(value - TRUTH)).toBeLessThan(3 * u);
  const { recipe, nm } = spectra;
  const at8 = { ...recipe, parameters: [{ ...recipe.parameters[0]!, value: TRUTH }] };
  expect((await run('fit/precision', { recipe: at8, nm })).parameters[0].u / u).toBeCloseTo(1, 2);
  const [interval] = (await run('fit/profile', spectra)).intervals;
  expect((interval.upper - interval.lower) / (2 * 1.96 * u)).toBeCloseTo(1, 2);
  const posterior = await run('fit/posterior', { ...spectra, steps: 1800, probability: 0.6827, seed: 3 });
  expect(posterior.isMixed).toBe(true);
  expect(posterior.intervals[0].standardDeviation / u).toBeCloseTo(1, 1);
  expect((posterior.intervals[0].upper - posterior.intervals[0].lower) / (2 * u)).toBeCloseTo(1, 1);
  expect((await run('fit/global', { ...spectra, seed: 2 })).parameters[0].value).toBeCloseTo(value, 5);
});

test('sets fitted together are the fit of all their channels', async () => {
  const { recipe, nm, spectra } = exampleSpectra();
  const together = (await run('fit/spectrum', { recipe, nm, spectra })).sites[0].parameters[0];
  const sets = recipe.channels.map((c, k) => ({ name: c.name, recipe: { ...recipe, channels: [c] }, nm, spectra: [spectra[k]] }));
  const joint = await run('fit/cofit', { datasets: sets });
  expect(joint.parameters[0].value).toBeCloseTo(together.value, 6);
  const own = await run('fit/cofit', { datasets: sets.map((s) => ({ ...s, own: ['hfo2_thickness'] })) });
  expect(own.parameters.map((p: Loose) => p.name)).toEqual(['psi 70.hfo2_thickness', 'delta 70.hfo2_thickness']);
});

test('several sites of a wafer, and what does not fit together', async () => {
  const { recipe, nm, spectra } = exampleSpectra();
  const wafer = await run('fit/spectrum', { recipe, nm, sites: 2, spectra: [...spectra, ...spectra] });
  expect(wafer.sites[1].parameters).toEqual(wafer.sites[0].parameters);
  await expect(run('fit/spectrum', { recipe, nm, sites: 2, spectra })).rejects.toThrow(
    /^spectra: has 2 rows; 2 sites of 2 channels need 4/,
  );
  await expect(run('fit/spectrum', { recipe, spectra })).rejects.toThrow(/^nm: a film-stack recipe needs this axis/);
  await expect(run('fit/profile', { recipe, nm, spectra, parameters: ['n'] })).rejects.toThrow(
    /"n" is not free; free are hfo2_thickness/,
  );
  await expect(run('fit/library', { recipe, nm, spectra })).rejects.toThrow(/Δ jumps/);
});

test('a grating recipe gets its truncation and fits with it', async () => {
  const { certificate } = await run('fit/certificate', { recipe: EXAMPLE_GRATING });
  expect(certificate.isReached).toBe(true);
  expect(certificate.errorEstimate).toBeLessThanOrEqual(certificate.tolerance);
  const nm = [320, 400, 480, 560, 640];
  const forward = await run('fit/forward', {
    recipe: EXAMPLE_GRATING,
    nm,
    values: { cd: 31 },
    truncation: certificate.truncation,
  });
  const fit = await run('fit/spectrum', {
    recipe: EXAMPLE_GRATING,
    nm,
    spectra: [forward.channels[0].values],
    truncation: certificate.truncation,
  });
  expect(fit.sites[0].parameters[0].value).toBeCloseTo(31, 4);
});

test('a surrogate that is good enough is taken at its word after a rigorous check', async () => {
  const { nm, spectra } = exampleSpectra();
  const recipe = { ...EXAMPLE_RECIPE, channels: [EXAMPLE_RECIPE.channels[0]!] };
  const trained = await run('fit/surrogate-train', { recipe, nm, samples: 200, epochs: 500, hidden: [24], seed: 1 });
  const rough = await run('fit/surrogate-train', { recipe, nm, samples: 200, epochs: 10, hidden: [24], seed: 1 });
  expect(trained.error.overall.rmsSigma).toBeLessThan(0.3 * rough.error.overall.rmsSigma);
  const rigorous = (await run('fit/spectrum', { recipe, nm, spectra: [spectra[0]] })).sites[0].parameters[0];
  const [site] = (await run('fit/surrogate', { recipe, nm, spectra: [spectra[0]], surrogate: trained.surrogate })).sites;
  expect(Math.abs(site.parameters[0].value - rigorous.value)).toBeLessThan(0.1 * rigorous.u);
});

test('a linear problem: the identity is damped by 1 + μ, and the discrepancy rule reaches the noise', async () => {
  const A = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ];
  const damped = await run('fit/linear', { A, b: [2, 4, 6], weight: 1 });
  damped.solution.x.forEach((x: number, k: number) => {
    expect(x).toBeCloseTo(k + 1, 12);
  });
  const chosen = await run('fit/linear', { A, b: [20, 40, 60], rule: 'discrepancy' });
  expect(chosen.choice.isInside).toBe(true);
  expect(chosen.solution.misfit).toBeCloseTo(3, 0);
});

test('balanced gauge studies: REML is the analysis of variance', async () => {
  const operator = ['A', 'B'].flatMap((o) => new Array(6).fill(o));
  const part = ['A', 'B'].flatMap(() => ['1', '1', '2', '2', '3', '3']);
  const value = [1.0, 1.1, 2.05, 1.95, 3.1, 2.95, 1.2, 1.1, 2.2, 2.05, 3.2, 3.15];
  const [anova, reml] = [
    await run('uncertainty/gauge', { value, operator, part }),
    await run('uncertainty/gauge-reml', { value, operator, part, interaction: false }),
  ];
  expect(reml.repeatability).toBeCloseTo(anova.repeatability, 6);
  expect(reml.part).toBeCloseTo(anova.part, 6);
  await expect(
    run('uncertainty/gauge', { value: value.slice(1), operator: operator.slice(1), part: part.slice(1) }),
  ).rejects.toThrow(/use gauge-reml/);
});

test('a multivariable loop takes the disturbance away', async () => {
  const loop = {
    gain: [
      [2, 0.5],
      [0.3, 1.5],
    ],
    target: [100, 50],
    xNominal: [10, 20],
    lambda: 1,
  };
  const r = await run('control/mimo', { ...loop, y: [[101, 50.4]], xApplied: [[10, 20]] });
  const [a, b] = r.advice[0].setpoint.map((x: number, k: number) => x - loop.xNominal[k]!);
  expect(2 * a + 0.5 * b).toBeCloseTo(-1, 9);
  expect(0.3 * a + 1.5 * b).toBeCloseTo(-0.4, 9);
});

test('a parameter of any name has the value of the recipe until one is given', async () => {
  const { recipe, nm } = exampleSpectra();
  const named = (name: string) => JSON.parse(JSON.stringify(recipe).replaceAll('hfo2_thickness', name));
  const plain = await run('fit/forward', { recipe, nm });
  const odd = await run('fit/forward', { recipe: named('toString'), nm });
  expect(odd.channels).toEqual(plain.channels);
  const moved = await run('fit/forward', { recipe: named('toString'), nm, values: { toString: 9 } });
  expect(moved).not.toEqual(odd);
});
