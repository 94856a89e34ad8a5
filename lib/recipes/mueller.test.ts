import { describe, expect, test } from 'vitest';
import { type MetrologyRecipe, MUELLER_ELEMENTS, metrologyRecipeIn, type SpectrumAxis } from '@/lib/formats/metrology-recipe';
import { decodeSurrogate, differenceJacobian } from '@/lib/inversion';
import { createRng } from '@/lib/numerics';
import { muellerFromJones, radians, solveConical } from '@/lib/optics';
import { gratingSample } from './grating';
import { certifyRecipe, compileRecipe, fitSite, recipeSigma, trainSurrogate } from './index';

type Channel = MetrologyRecipe['channels'][number];
type Parameter = MetrologyRecipe['parameters'][number];
type Grating = Extract<MetrologyRecipe['sample'], { kind: 'line-grating' }>;

const AIR = { kind: 'constant', n: 1, k: 0 } as const;
const free = (name: string, unit: string, value: number, lower: number, upper: number): Parameter => ({
  name,
  label: name,
  unit,
  value,
  role: { kind: 'free', lower, upper },
  reportAs: null,
});
const channel = (quantity: Channel['quantity'], angleDeg: number, azimuthDeg?: number): Channel => ({
  name: `${quantity} ${angleDeg} ${azimuthDeg ?? ''}`,
  quantity,
  angleDeg,
  sigma: { absolute: quantity === 'psi' || quantity === 'delta' ? 0.05 : 0.002, relative: 0 },
  ...(azimuthDeg === undefined ? {} : { azimuthDeg }),
});
const mueller = (azimuthDeg: number): Channel[] => MUELLER_ELEMENTS.map((e) => channel(e, 65, azimuthDeg));

const SAMPLE: Grating = {
  kind: 'line-grating',
  pitchNm: 110,
  ambient: AIR,
  line: {
    cdNm: 'cd',
    cdAt: 0.5,
    topRoundingNm: 0,
    footingNm: 0,
    sections: [
      {
        name: 'line',
        material: { kind: 'library', name: 'Si' },
        heightNm: 'height',
        sidewallAngleDeg: 'swa',
        tiltDeg: 'tilt',
      },
    ],
  },
  films: [{ name: 'oxide', material: { kind: 'library', name: 'SiO2' }, thicknessNm: 12 }],
  substrate: { kind: 'library', name: 'Si' },
  slices: 3,
  truncation: 3,
  tolerance: 1e-2,
};
const grating = (channels: Channel[], tilt = 1.5): MetrologyRecipe => ({
  sample: SAMPLE,
  parameters: [
    free('cd', 'nm', 42, 25, 60),
    free('height', 'nm', 80, 60, 110),
    free('swa', 'deg', 87, 80, 92),
    free('tilt', 'deg', tilt, -6, 6),
  ],
  channels,
  range: { from: 300, to: 800 },
  fit: { starts: 1, maxIterations: 60, seed: 1 },
  accept: { reducedChi2: 3 },
});
const axis: SpectrumAxis = { kind: 'wavelength', nm: [310, 365, 430, 520, 640] };
const truthOf = (r: MetrologyRecipe): Float64Array => Float64Array.from(r.parameters, (p) => p.value);
/** Elements by name, wavelength by wavelength. */
function elements(r: MetrologyRecipe): Record<string, Float64Array> {
  const values = compileRecipe(r, axis).model(truthOf(r));
  return Object.fromEntries(r.channels.map((c, k) => [c.quantity, values.slice(5 * k, 5 * k + 5)]));
}
const OFF_DIAGONAL = ['m13', 'm14', 'm23', 'm24', 'm31', 'm32', 'm41', 'm42'] as const;
const largest = (m: Record<string, Float64Array>): number =>
  Math.max(...OFF_DIAGONAL.flatMap((e) => Array.from(m[e]!, Math.abs)));

describe.each([
  [
    'across a tilted line',
    [channel('psi', 65), channel('delta', 65), channel('m12', 65), channel('m33', 65), channel('m43', 65)],
  ],
  ['along the lines', mueller(90)],
  [
    'at 45° and 20°',
    [...mueller(45), ...(['psi', 'delta', 'n', 'c', 's', 'rs', 'rp', 'r'] as const).map((q) => channel(q, 60, 20))],
  ],
] as const)('plane of incidence %s', (_, channels) => {
  const recipe = grating([...channels]);
  const c = compileRecipe(metrologyRecipeIn.parse(recipe), axis);
  const truth = truthOf(recipe);

  test('analytic derivatives are those of the model', () => {
    const analytic = c.jacobian!(truth);
    const base = c.model(truth);
    const differences = differenceJacobian((p) => c.model(p), truth, base, { periodic360: c.periodic360 });
    for (const j of truth.keys()) {
      const size = Math.max(...base.map((_v, i) => Math.abs(differences[i * 4 + j]!)));
      for (let i = 0; i < base.length; i++)
        expect(Math.abs(analytic[i * 4 + j]! - differences[i * 4 + j]!), `${c.names[j]} at ${i}`).toBeLessThan(2e-6 * size);
    }
  });
});

test.each([45, 90])('Mueller elements at %d° give back CD, height, angle and tilt within their uncertainty', (azimuth) => {
  const recipe = grating(mueller(azimuth));
  const truth = truthOf(recipe);
  const clean = compileRecipe(recipe, axis).model(truth);
  const rng = createRng(4);
  const start = {
    ...recipe,
    parameters: recipe.parameters.map((p) => ({ ...p, value: p.name === 'tilt' ? 0 : p.value * 1.02 })),
  };
  const c = compileRecipe(start, axis);
  const sigma = recipeSigma(c, clean);
  const fit = fitSite(
    c,
    clean.map((v, i) => v + sigma[i]! * rng.normal()),
    sigma,
  );
  expect(fit.status).toBe('accepted');
  for (const [j, name] of c.names.entries()) expect(Math.abs(fit.values[j]! - truth[j]!), name).toBeLessThan(4 * fit.u[j]!);
  expect(fit.u[3]).toBeLessThan(0.1);
});

test('across the lines the data do not know the side to which a line leans, along them they do', () => {
  const verdict = (azimuth: number) => {
    const recipe = grating(mueller(azimuth), 0);
    const c = compileRecipe(recipe, axis);
    const data = c.model(truthOf(recipe));
    return fitSite(c, data, recipeSigma(c, data)).status;
  };
  expect(verdict(0)).toBe('not_identifiable');
  expect(verdict(90)).toBe('accepted');
});

test('off-diagonal blocks vanish across any line and along a symmetric one; along a tilted one they change sign with the tilt', () => {
  expect(largest(elements(grating(mueller(0), 3)))).toBe(0);
  expect(largest(elements(grating(mueller(90), 0)))).toBeLessThan(1e-9);
  const [right, left] = [elements(grating(mueller(90), 3)), elements(grating(mueller(90), -3))];
  expect(largest(right)).toBeGreaterThan(0.005);
  for (const e of MUELLER_ELEMENTS) {
    const sign = (OFF_DIAGONAL as readonly string[]).includes(e) ? -1 : 1;
    for (let i = 0; i < 5; i++) expect(left[e]![i]!, e).toBeCloseTo(sign * right[e]![i]!, 9);
  }
});

test('a symmetric line turns light at 45°, and the matrix stays that of a pure sample: Σ m² = 4 m11²', () => {
  const m = elements(grating(mueller(45), 0));
  expect(largest(m)).toBeGreaterThan(0.005);
  for (let i = 0; i < 5; i++) {
    let sum = 1;
    for (const e of MUELLER_ELEMENTS) sum += m[e]![i]! ** 2;
    expect(sum).toBeCloseTo(4, 10);
  }
});

test('a line of air is the film stack below it, from every azimuth; N, C, S are elements', () => {
  const noLine = { ...SAMPLE.line, sections: [{ ...SAMPLE.line.sections[0]!, material: AIR }] };
  const channels = [...mueller(30), channel('n', 65, 30), channel('c', 65, 30), channel('s', 65, 30)];
  const lines = elements({ ...grating(channels), sample: { ...SAMPLE, line: noLine } });
  const stack = elements({
    ...grating(channels),
    sample: {
      kind: 'film-stack',
      ambient: AIR,
      films: [{ ...SAMPLE.films[0]!, thicknessNm: 'oxide' }],
      substrate: SAMPLE.substrate,
    },
    parameters: [free('oxide', 'nm', 12, 5, 20)],
  });
  for (const e of Object.keys(stack)) for (let i = 0; i < 5; i++) expect(lines[e]![i]!, e).toBeCloseTo(stack[e]![i]!, 10);
  expect(Array.from(stack['m12']!)).toEqual(Array.from(stack['n']!, (v) => -v));
  expect(Array.from(stack['m33']!)).toEqual(Array.from(stack['c']!));
  expect(Array.from(stack['m34']!)).toEqual(Array.from(stack['s']!));
});

test('at normal incidence an azimuth is a turn of the polarisation: 0 and 90 change s and p', () => {
  const channels = (azimuth: number): Channel[] => [
    channel('rs', 0, azimuth),
    channel('rp', 0, azimuth),
    channel('m12', 0, azimuth),
  ];
  const [across, along, between] = [0, 90, 45].map((azimuth) => elements(grating(channels(azimuth), 0)));
  for (let i = 0; i < 5; i++) {
    expect(along!['rs']![i]!).toBeCloseTo(across!['rp']![i]!, 9);
    expect(along!['rp']![i]!).toBeCloseTo(across!['rs']![i]!, 9);
    expect(along!['m12']![i]!).toBeCloseTo(-across!['m12']![i]!, 9);
    expect(between!['rs']![i]!).toBeCloseTo((across!['rs']![i]! + across!['rp']![i]!) / 2, 9);
    expect(between!['m12']![i]!).toBeCloseTo(0, 9);
  }
});

test('a plane turned by 180° sees the zero order that 0° sees, as the conical solver says too', () => {
  const recipe = grating([...mueller(180), channel('rs', 65, 180)], 4);
  const m = elements(recipe);
  const at = gratingSample(SAMPLE, Float64Array.from(axis.kind === 'wavelength' ? axis.nm : []));
  const byName = new Map(recipe.parameters.map((p) => [p.name, p.value]));
  const line = at((name) => byName.get(name)!);
  for (const [i, nm] of (axis.kind === 'wavelength' ? axis.nm : []).entries()) {
    const { jones } = solveConical(line(i), nm, { angleRad: radians(65), azimuthRad: Math.PI }, 3);
    const full = muellerFromJones(jones);
    for (const e of MUELLER_ELEMENTS)
      expect(m[e]![i]!, e).toBeCloseTo(full[4 * (Number(e[1]) - 1) + Number(e[2]) - 1]! / full[0]!, 8);
    expect(m['rs']![i]!).toBeCloseTo(jones.ss.re ** 2 + jones.ss.im ** 2, 9);
  }
});

test('content that was stored before there were azimuths and tilts stays as it is and means 0', () => {
  const { tiltDeg: _, ...section } = SAMPLE.line.sections[0]!;
  const old: MetrologyRecipe = {
    ...grating([channel('psi', 65), channel('delta', 65)]),
    sample: { ...SAMPLE, line: { ...SAMPLE.line, sections: [section] } },
    parameters: grating([]).parameters.slice(0, 3),
  };
  const stored = JSON.parse(JSON.stringify(old));
  expect(metrologyRecipeIn.parse(stored)).toEqual(stored);
  const now: MetrologyRecipe = {
    ...old,
    sample: { ...SAMPLE, line: { ...SAMPLE.line, sections: [{ ...section, tiltDeg: 0 }] } },
    channels: old.channels.map((c) => ({ ...c, azimuthDeg: 0 })),
  };
  expect(compileRecipe(stored, axis).model(truthOf(old))).toEqual(compileRecipe(now, axis).model(truthOf(old)));
});

test('the certificate sweeps every azimuth and names the one that asked for most', () => {
  const open = (channels: Channel[]): MetrologyRecipe => ({
    ...grating(channels),
    sample: { ...SAMPLE, slices: 2, truncation: null, tolerance: 3e-2 },
    range: { from: 400, to: 800 },
  });
  const certificate = certifyRecipe(open([channel('m12', 65, 90)]))!;
  expect(certificate).toMatchObject({ azimuthDeg: 90, angleDeg: 65, isReached: true });
  expect(certificate.errorEstimate).toBeLessThanOrEqual(3e-2);
  const both = certifyRecipe(open([channel('m12', 65, 90), channel('m12', 65)]))!;
  expect(both.truncation).toBeGreaterThanOrEqual(certificate.truncation);
});

test('a surrogate of Mueller elements, off-diagonal ones among them, begins a fit whose values are the rigorous ones', () => {
  const all = grating(['m12', 'm34', 'm13'].map((e) => channel(e as Channel['quantity'], 65, 90)));
  const recipe: MetrologyRecipe = {
    ...all,
    sample: { ...SAMPLE, slices: 2, truncation: 2 },
    parameters: all.parameters.map((p) =>
      p.name === 'cd' || p.name === 'tilt'
        ? { ...p, role: { kind: 'free', lower: p.value - 3, upper: p.value + 3 } }
        : { ...p, role: { kind: 'fixed' } },
    ),
  };
  const settings = { samples: 90, heldBack: 15, hidden: [24, 24], components: 10, epochs: 250, seed: 2 };
  const run = trainSurrogate({ recipe, axis, truncation: null, settings }, null);
  let s = run.next();
  while (!s.done) s = run.next();
  expect(s.value.error.overall.rmsSigma).toBeLessThan(3);
  const c = compileRecipe(recipe, axis);
  const rng = createRng(8);
  const clean = c.model([43.1, 80, 87, 2.2]);
  const sigma = recipeSigma(c, clean);
  const data = clean.map((v, i) => v + sigma[i]! * rng.normal());
  const fast = fitSite(c, data, sigma, decodeSurrogate(s.value.model));
  const slow = fitSite(c, data, sigma);
  expect([fast.status, fast.path, slow.path]).toEqual(['accepted', 'surrogate', 'rigorous']);
  for (const j of [0, 3]) expect(Math.abs(fast.values[j]! - slow.values[j]!)).toBeLessThan(0.1 * slow.u[j]!);
});

test.each([0, 45])('a free pitch and a free index of the surroundings have derivatives too, azimuth %d°', (azimuth) => {
  const base = grating([...mueller(azimuth)]);
  const recipe: MetrologyRecipe = {
    ...base,
    sample: { ...SAMPLE, pitchNm: 'pitch', ambient: { kind: 'constant', n: 'ambient', k: 0 } },
    parameters: [...base.parameters, free('pitch', 'nm', 110, 100, 120), free('ambient', '', 1.2, 1, 1.5)],
  };
  const c = compileRecipe(metrologyRecipeIn.parse(recipe), axis);
  const truth = truthOf(recipe);
  const [analytic, values] = [c.jacobian!(truth), c.model(truth)];
  const differences = differenceJacobian((p) => c.model(p), truth, values, { periodic360: c.periodic360 });
  const n = truth.length;
  for (const j of [4, 5]) {
    const size = Math.max(...values.map((_v, i) => Math.abs(differences[i * n + j]!)));
    for (let i = 0; i < values.length; i++)
      expect(Math.abs(analytic[i * n + j]! - differences[i * n + j]!), `${c.names[j]} at ${i}`).toBeLessThan(2e-6 * size);
  }
});
