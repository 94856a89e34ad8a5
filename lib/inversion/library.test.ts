import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRng } from '@/lib/numerics';
import {
  buildLibrary,
  decodeLibrary,
  encodeLibrary,
  fitFromLibrary,
  indexLibrary,
  type LibraryPlan,
  libraryError,
  libraryPoints,
  matchLibrary,
  nearestEntries,
  project,
  reconstruct,
  type SpectralLibrary,
  scanLibrary,
} from './index';

const channels = 40;
/** Interference-like spectrum of thickness, contrast and slope. */
const model = (p: Float64Array): Float64Array =>
  Float64Array.from({ length: channels }, (_, i) => {
    const k = 1 + i / channels;
    return 0.5 + 0.3 * p[1]! * Math.cos(p[0]! * k) + 0.1 * p[2]! * k * k;
  });
const plan = (count: number, seed = 1, skip = 0): LibraryPlan => ({
  names: ['thickness', 'contrast', 'slope'],
  lower: [4, 0.5, -1],
  upper: [7, 1.5, 1],
  channels,
  count,
  layout: { kind: 'sobol', seed, skip },
});
function complete(p: LibraryPlan): SpectralLibrary {
  const steps = buildLibrary(model, p, 500);
  for (;;) {
    const s = steps.next();
    if (s.done) return s.value;
  }
}
const sigma = Float64Array.from({ length: channels }, (_, i) => 0.002 + 0.0001 * i);
const library = complete(plan(5000));
const index = indexLibrary(library, sigma);
const noisy = (p: number[], seed: number, scale = 1): Float64Array => {
  const rng = createRng(seed);
  return model(Float64Array.from(p)).map((v, i) => v + scale * sigma[i]! * rng.normal());
};

test('the search equals a full scan: clean, noisy and foreign spectra, one and many neighbours, few and many components', () => {
  for (const components of [2, 6, 12]) {
    const tree = indexLibrary(library, sigma, { components });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.constantFrom(0, 1, 30),
        fc.constantFrom(1, 7, 20),
        fc.double({ min: 3, max: 8, noNaN: true }),
        (seed, scale, k, t) => {
          const y = noisy([t, 1, 0.3], seed, scale);
          const got = nearestEntries(tree, y, k);
          const want = scanLibrary(library, sigma, y, k);
          expect(Array.from(got.entries)).toEqual(Array.from(want.entries));
          expect(Array.from(got.chi2)).toEqual(Array.from(want.chi2));
        },
      ),
      { numRuns: 40 },
    );
  }
});

test('an entry finds itself, doubles come in the order of the library, and few spectra are compared', () => {
  const y = library.spectra.slice(channels * 321, channels * 322);
  const hit = nearestEntries(index, y);
  expect(hit.entries[0]).toBe(321);
  expect(hit.chi2[0]).toBe(0);
  expect(hit.compared).toBeLessThan(200);
  const twice: SpectralLibrary = {
    header: { ...library.header, count: 400 },
    parameters: library.parameters.slice(0, 1200),
    spectra: Float32Array.from({ length: 400 * channels }, (_, i) => library.spectra[i % (100 * channels)]!),
  };
  const same = nearestEntries(indexLibrary(twice, sigma), library.spectra.slice(0, channels), 4);
  expect(Array.from(same.entries)).toEqual([0, 100, 200, 300]);
});

test('the embedded distance never exceeds the true one; reconstruction with all components is exact', () => {
  const full = indexLibrary(library, sigma, { components: channels });
  const s = new Float64Array(full.basis.components);
  const y = library.spectra.slice(0, channels);
  const rest = project(full.basis, y, 0, s, 0);
  const back = reconstruct(full.basis, s);
  for (let i = 0; i < channels; i++) expect(back[i]).toBeCloseTo(y[i]!, 6);
  expect(rest).toBeLessThan(1e-2);
  expect(index.basis.residualRms).toBeLessThan(0.5);
});

test('a file of it is the library again, in place, and a broken one is refused', () => {
  const small = complete(plan(300));
  const bytes = encodeLibrary(small);
  const again = decodeLibrary(bytes);
  expect(again.header).toEqual(small.header);
  expect(again.parameters).toEqual(small.parameters);
  expect(again.spectra).toEqual(small.spectra);
  expect(again.spectra.buffer).toBe(bytes.buffer);
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  expect(decodeLibrary(shifted.subarray(3)).spectra).toEqual(small.spectra);
  expect(() => decodeLibrary(bytes.subarray(0, 5000))).toThrow(/cut short/);
  expect(() => decodeLibrary(new Uint8Array(64))).toThrow(/DRIFTBIN/);
});

test('interpolation beats the nearest entry by far, and its error on held-back points bounds what is seen elsewhere', () => {
  const bound = libraryError(index, complete(plan(200, 1, 5000)));
  const other = libraryError(index, complete(plan(300, 99)));
  const range = [3, 1, 2];
  for (let j = 0; j < 3; j++) {
    // at the edge of the box the neighbours lie on one side only
    expect(bound.rms[j]! / range[j]!).toBeLessThan(2e-3);
    expect(other.rms[j]).toBeLessThan(3 * bound.rms[j]!);
  }
  const m = matchLibrary(index, model(Float64Array.of(5.5, 1, 0.2)));
  expect(m.degree).toBe(2);
  expect(Math.abs(m.parameters[0]! - 5.5)).toBeLessThan(0.1 * Math.abs(m.nearest[0]! - 5.5));
});

test('match and rigorous refinement recover the truth within its interval', () => {
  const { fit, match } = fitFromLibrary(index, {
    names: library.header.names,
    model,
    data: noisy([5.1, 0.8, -0.4], 5),
    sigma,
    start: [5, 1, 0],
    lower: library.header.lower,
    upper: library.header.upper,
  });
  expect(fit.isIdentifiable).toBe(true);
  expect(match.chi2).toBeLessThan(2 * channels);
  for (const [j, t] of [5.1, 0.8, -0.4].entries())
    expect(Math.abs(fit.parameters[j]! - t)).toBeLessThan(4 * fit.standardErrors[j]!);
});

test('a grid has its corners; bad plans and spectra are refused', () => {
  const grid = libraryPoints({ ...plan(1), layout: { kind: 'grid', points: [2, 3, 2] } });
  expect(grid.length).toBe(36);
  expect(Array.from(grid.subarray(33))).toEqual([7, 1.5, 1]);
  expect(() => libraryPoints({ ...plan(1), upper: [4, 2, 1] })).toThrow(/thickness/);
  expect(() => nearestEntries(index, [1, 2])).toThrow(/values/);
  expect(() => nearestEntries(index, new Float64Array(channels).fill(Number.NaN))).toThrow(/y\[0\]/);
  const nan = buildLibrary(() => new Float64Array(channels).fill(Number.NaN), plan(3));
  expect(() => nan.next()).toThrow(/finite/);
});
