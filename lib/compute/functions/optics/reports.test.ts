import { expect, test } from 'vitest';
import { parseCsv } from '@/lib/formats/csv/parse';
import { compute } from '../../compute';
import { functionAt } from '../../registry';
import { inputFromTable } from '../../table';
import { exampleSpectra } from '../fit/input';

/** Kinds of faults that users of comparable tools reported, through the entry point of the API and the command line: optics, X-rays, fits. */
// biome-ignore lint/suspicious/noExplicitAny: results of many shapes
type Loose = any;
const run = (path: string, input: unknown): Promise<Loose> => compute(path, JSON.parse(JSON.stringify(input)));
const constant = (n: number, k = 0) => ({ kind: 'constant', n, k });

test('a composite of passive materials is passive, and the same whichever is called the host', async () => {
  const wavelengthNm = [400, 600, 1000, 1400];
  for (const name of ['Cu', 'Au', 'Al', 'W'])
    for (const fraction of [0.2, 1 / 3, 0.5, 0.8]) {
      const metal = { kind: 'library', name };
      const mix = (host: unknown, guest: unknown, f: number) =>
        run('optics/material', { material: { kind: 'mixture', rule: 'bruggeman', host, guest, fraction: f }, wavelengthNm });
      const [a, b] = [await mix(constant(1), metal, fraction), await mix(metal, constant(1), 1 - fraction)];
      wavelengthNm.forEach((_, i) => {
        expect(a.n[i]).toBeGreaterThan(0);
        expect(a.k[i]).toBeGreaterThan(0);
        expect(a.n[i]).toBeCloseTo(b.n[i], 9);
        expect(a.k[i]).toBeCloseTo(b.k[i], 9);
      });
    }
});

test('an incoherent slab without loss keeps the energy at every angle, beyond the critical one too; an ambient that absorbs is refused', async () => {
  for (const angleDeg of [0, 30, 41.8, 42, 60, 85])
    for (const thicknessNm of [200, 1e6]) {
      const films = [
        { material: constant(1), thicknessNm, coherent: false },
        { material: constant(2), thicknessNm: 80 },
      ];
      const r = await run('optics/thin-film', {
        wavelengthNm: [600],
        angleDeg,
        ambient: constant(1.5),
        films,
        substrate: constant(1.5),
      });
      for (const p of ['s', 'p']) {
        expect(r[`R${p}`][0] + r[`T${p}`][0]).toBeCloseTo(1, 9);
        expect(r[`T${p}`][0]).toBeGreaterThanOrEqual(0);
      }
    }
  await expect(
    run('optics/thin-film', { wavelengthNm: [600], angleDeg: 60, ambient: constant(1.5, 0.1), substrate: constant(1) }),
  ).rejects.toThrow(/^ambient: absorbs/);
});

test('wide distributions of sizes are integrated whole: the moments of a sphere at q = 0', async () => {
  for (const s of [0.1, 0.3, 0.6]) {
    const moment = {
      lognormal: (k: number) => (1 + s * s) ** ((k * k) / 2),
      schulz: (k: number) => Array.from({ length: k }, (_, j) => 1 + j * s * s).reduce((a, b) => a * b, 1),
    };
    for (const distribution of ['lognormal', 'schulz'] as const) {
      const ask = (more: object) =>
        run('saxs/particles', { qPerA: [1e-7], shape: { kind: 'sphere', radius: 50, sld: 1 }, ...more });
      const [one, many] = [await ask({}), await ask({ spread: 'radius', relativeSigma: s, distribution })];
      const m = moment[distribution];
      expect(many.intensityPerCm[0] / one.intensityPerCm[0] / (m(6) / m(3))).toBeCloseTo(1, 6);
    }
  }
  const half = { qPerA: [0.01], shape: { kind: 'sphere', radius: 50, sld: 1 } };
  await expect(run('saxs/particles', { ...half, relativeSigma: 0.1 })).rejects.toThrow(/^spread/);
  await expect(run('saxs/particles', { ...half, nSigma: 3 })).rejects.toThrow(/^nSigma/);
});

const RECIPE = (rough: number) => ({
  sample: {
    kind: 'xrr',
    slabs: [
      { name: 'air', thicknessA: 0, sld: 0, isld: 0, roughnessTopA: 0 },
      { name: 'film', thicknessA: 'd', sld: 40, isld: 1, roughnessTopA: 'rough' },
      { name: 'Si', thicknessA: 0, sld: 20.07, isld: 0.46, roughnessTopA: 2 },
    ],
    scale: 1,
    background: 1e-8,
    resolutionPercent: 0,
  },
  parameters: [
    { name: 'd', label: 'd', unit: 'A', value: 202, role: { kind: 'free', lower: 150, upper: 250 }, reportAs: null },
    { name: 'rough', label: 'r', unit: 'A', value: rough, role: { kind: 'free', lower: 0, upper: 20 }, reportAs: null },
  ],
  channels: [{ name: 'I', quantity: 'intensity', angleDeg: 0, sigma: { absolute: 1e-9, relative: 0.03 } }],
  range: { from: 0.02, to: 0.4 },
  fit: { starts: 1, maxIterations: 80, seed: 1 },
  accept: { reducedChi2: 4 },
});
const perA = Array.from({ length: 120 }, (_, i) => 0.02 + i * 0.003);

test('a roughness may start at 0, pass through it and end there, with an uncertainty that reaches upwards', async () => {
  for (const truth of [0, 0.4, 3])
    for (const start of [0, 10]) {
      const f = await run('fit/forward', { recipe: RECIPE(1), perA, values: { d: 200, rough: truth } });
      const noisy = f.channels[0].values.map((v: number, i: number) => v * (1 + 0.03 * [0.9, -1.1, 0.2, -0.3, 1.2][i % 5]!));
      const input = { recipe: RECIPE(start), perA, spectra: [noisy] };
      const [site] = (await run('fit/spectrum', input)).sites;
      expect(site.status).toBe('accepted');
      const { value, u } = site.parameters[1];
      expect(Math.abs(value - truth)).toBeLessThan(4 * u);
      expect(site.oneSided).toEqual(value === 0 ? ['rough'] : []);
      const { intervals } = await run('fit/profile', { ...input, parameters: ['rough'], confidence: 0.6827 });
      expect((intervals[0].upper - value) / u).toBeCloseTo(1, 0);
    }
});

test('one definition of uncertainty and one verdict for every fit, where the model misses the data too', async () => {
  const { recipe, nm, spectra } = exampleSpectra();
  const bent = spectra.map((row, k) => row.map((v, i) => v + [0.3, 0.8][k]! * [1, -1, 1][i % 3]!));
  const [site] = (await run('fit/spectrum', { recipe, nm, spectra: bent })).sites;
  expect(site).toMatchObject({ status: 'poor_fit', poorFit: true });
  expect(site.scaled).toBeCloseTo(site.reducedChi2, 9);
  const profile = await run('fit/profile', { recipe, nm, spectra: bent });
  const posterior = await run('fit/posterior', { recipe, nm, spectra: bent, steps: 1500, seed: 1 });
  for (const { fit } of [profile, posterior]) {
    expect(fit.poorFit).toBe(true);
    expect(fit.scaled / site.scaled).toBeCloseTo(1, 6);
    expect(fit.standardErrors[0] / site.parameters[0].u).toBeCloseTo(1, 6);
  }
  const [interval] = profile.intervals;
  expect((interval.upper - interval.lower) / (2 * 1.96 * site.parameters[0].u)).toBeCloseTo(1, 1);
});

test('columns of a spectrum are taken by name; the search says its budget', async () => {
  const { recipe, nm, spectra } = exampleSpectra();
  const f = await functionAt('fit/spectrum');
  const csv = (head: string) => parseCsv([head, ...nm.map((w, i) => [w, spectra[1]![i], spectra[0]![i]].join(','))].join('\n'));
  const straight = await run('fit/spectrum', { recipe, nm, spectra });
  const named = await run('fit/spectrum', { recipe, ...inputFromTable(f, csv('Wavelength (nm),delta,psi')) });
  expect(named).toEqual(straight);
  await expect(run('fit/spectrum', { recipe, ...inputFromTable(f, csv('nm,delta,phi')) })).rejects.toThrow(
    /^channels: .*missing: psi 70; not known: phi/,
  );
  expect((await run('fit/global', { recipe, nm, spectra, starts: 6, seed: 1 })).budget).toMatchObject({
    method: 'sobol',
    starts: 7,
    failed: 0,
  });
});

test('empty cells of a spectrum are masked: left out of every fit, counted and said, from a table too', async () => {
  const { recipe, nm, spectra } = exampleSpectra();
  const empty = new Set(['0,2', '0,7', '1,5']);
  const gappy = spectra.map((row, k) => row.map((v, i) => (empty.has(`${k},${i}`) ? null : v)));
  const values = (at: readonly (readonly unknown[])[]) =>
    at[0]!.map((_, i) => [nm[i], at[0]![i] ?? '', at[1]![i] ?? ''].join(','));
  const { sites } = await run('fit/spectrum', { recipe, nm, spectra: gappy });
  const [site] = sites;
  expect(site).toMatchObject({ status: 'accepted', masked: 3 });
  expect(site.warnings).toContainEqual('3 of 22 values were not measured and took no part in the fit');
  const model = await run('fit/forward', { recipe, nm, values: { hfo2_thickness: site.parameters[0].value } });
  const curve = model.channels.flatMap((c: Loose) => Array.from(c.values as number[]));
  curve.forEach((v: number, i: number) => {
    expect(site.modelled[i]).toBeCloseTo(v, 9);
  });
  // the same as with a standard deviation that removes a value's weight, whatever the value
  const wild = spectra.map((row, k) => row.map((v, i) => (empty.has(`${k},${i}`) ? v + 20 : v)));
  const sigma = spectra.map((row, k) => row.map((_, i) => (empty.has(`${k},${i}`) ? 1e9 : [0.03, 0.08][k]!)));
  const [weightless] = (await run('fit/spectrum', { recipe, nm, spectra: wild, sigma })).sites;
  const { value, u } = site.parameters[0];
  expect(value).toBeCloseTo(weightless.parameters[0].value, 7);
  expect(u).toBeCloseTo(weightless.parameters[0].u, 7);
  expect(value).not.toBe((await run('fit/spectrum', { recipe, nm, spectra })).sites[0].parameters[0].value);

  const csv = ['nm,psi,delta', ...values(gappy)].join('\n');
  const table = inputFromTable(await functionAt('fit/spectrum'), parseCsv(csv));
  expect((await run('fit/spectrum', { recipe, ...table })).sites[0]).toEqual(site);

  const profile = await run('fit/profile', { recipe, nm, spectra: gappy });
  expect(profile.masked).toBe(3);
  expect(profile.fit.parameters[0]).toBeCloseTo(value, 6);
  const one = { recipe: { ...recipe, channels: [recipe.channels[0]!] }, nm, spectra: [gappy[0]!] };
  const other = { recipe: { ...recipe, channels: [recipe.channels[1]!] }, nm, spectra: [gappy[1]!] };
  const datasets = [
    { name: 'psi', ...one },
    { name: 'delta', ...other },
  ];
  const together = await run('fit/cofit', { datasets });
  expect(together.masked).toEqual({ psi: 2, delta: 1 });
  expect(together.parameters[0].value).toBeCloseTo(value, 6);
  const alone = (await run('fit/spectrum', one)).sites[0].parameters[0];
  const library = await run('fit/library', { ...one, entries: 64, seed: 1 });
  expect(library.masked).toBe(2);
  expect(library.fit.parameters[0]).toBeCloseTo(alone.value, 6);
  const starting = { ...one.recipe, fit: { ...recipe.fit, library: { entries: 64, seed: 1 } } };
  expect((await run('fit/spectrum', { ...one, recipe: starting })).sites[0].parameters[0].value).toBeCloseTo(alone.value, 6);
  const { surrogate } = await functionAt('fit/surrogate').then((f) => f.example as Loose);
  const [fast] = (await run('fit/surrogate', { ...one, surrogate })).sites;
  expect(fast.masked).toBe(2);
  expect(Math.abs(fast.parameters[0].value - alone.value)).toBeLessThan(0.1 * alone.u);

  const nothing = spectra.map((row) => row.map(() => null));
  for (const path of ['fit/spectrum', 'fit/profile'])
    await expect(run(path, { recipe, nm, spectra: nothing })).rejects.toThrow(/^spectra: nothing was measured at site 0/);
  const missing = sigma.map((row) => row.map((v, i) => (i === 0 ? null : v)));
  await expect(run('fit/spectrum', { recipe, nm, spectra, sigma: missing })).rejects.toThrow(/^sigma: is empty where site 0/);
});
