// npx tsx bench/optics/library.ts [entries] — nearest match in a library of spectra, single-threaded: time of the search, held against a full scan.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  buildLibrary,
  decodeLibrary,
  encodeLibrary,
  indexLibrary,
  type LibraryPlan,
  libraryError,
  matchLibrary,
  nearestEntries,
  type SpectralLibrary,
  scanLibrary,
} from '@/lib/inversion';
import { complexArray, createRng } from '@/lib/numerics';
import { ncs, radians, refractiveIndex, thinFilm } from '@/lib/optics';

const entries = Number(process.argv[2] ?? 100_000);
const wavelengths = Array.from({ length: 40 }, (_, i) => 300 + 12 * i);
const flat = (re: number, im = 0) => complexArray(40, new Float64Array(40).fill(re), new Float64Array(40).fill(im));
const [air, silicon] = [flat(1), flat(4, 0.1)];

/** N, C, S of two films: thicknesses, index of each, a third parameter of the dispersion. */
function model(p: Float64Array): Float64Array {
  const top = refractiveIndex({ kind: 'cauchy', a: p[2]!, bUm2: 0.004, cUm4: 0 }, wavelengths);
  const low = refractiveIndex({ kind: 'cauchy', a: p[3]!, bUm2: p[4]!, cUm4: 0 }, wavelengths);
  const films = [
    { thicknessNm: p[0]!, index: top },
    { thicknessNm: p[1]!, index: low },
  ];
  const { rp, rs } = thinFilm({ ambient: air, films, substrate: silicon }, wavelengths, radians(65));
  const { n, c, s } = ncs(rp, rs);
  return Float64Array.from([...n, ...c, ...s]);
}

const plan = (count: number, skip: number): LibraryPlan => ({
  names: ['top', 'bottom', 'top index', 'bottom index', 'dispersion'],
  lower: [40, 20, 1.42, 1.9, 0.008],
  upper: [120, 80, 1.52, 2.1, 0.02],
  channels: 120,
  count,
  layout: { kind: 'sobol', seed: 1, skip },
});
function complete(p: LibraryPlan): SpectralLibrary {
  const steps = buildLibrary(model, p, 10_000);
  for (;;) {
    const s = steps.next();
    if (s.done) return s.value;
  }
}
const timed = <T>(f: () => T): [T, number] => {
  const t = performance.now();
  const v = f();
  return [v, performance.now() - t];
};
const quantile = (x: number[], p: number): number => x.sort((a, b) => a - b)[Math.min(x.length - 1, Math.floor(p * x.length))]!;

const [built, buildMs] = timed(() => complete(plan(entries, 0)));
const dir = mkdtempSync(join(tmpdir(), 'driftless-library-'));
const file = join(dir, 'films.bin');
writeFileSync(file, encodeLibrary(built));
const [library, readMs] = timed(() => decodeLibrary(readFileSync(file)));
rmSync(dir, { recursive: true });
const sigma = new Float64Array(120).fill(0.002);
const [index, indexMs] = timed(() => indexLibrary(library, sigma));
console.log(
  `${entries} spectra of 120 channels, 5 parameters: computed in ${(buildMs / 1000).toFixed(1)} s, read in ${readMs.toFixed(0)} ms, indexed in ${(indexMs / 1000).toFixed(2)} s`,
);

const rng = createRng(5);
const { lower, upper } = library.header;
const spectrum = (noise: number): Float64Array =>
  model(Float64Array.from(lower, (v, j) => v + (upper[j]! - v) * rng.uniform())).map((v) => v + noise * rng.normal());
const cases: readonly (readonly [string, number, number])[] = [
  ['noise 1 σ, nearest', 0.002, 1],
  ['noise 1 σ, 42 nearest', 0.002, 42],
  ['noise 10 σ, nearest', 0.02, 1],
];
for (const [name, noise, k] of cases) {
  const queries = Array.from({ length: 400 }, () => spectrum(noise));
  for (const y of queries.slice(0, 50)) nearestEntries(index, y, k);
  const times: number[] = [];
  let compared = 0;
  for (const y of queries) {
    const [hit, ms] = timed(() => nearestEntries(index, y, k));
    times.push(ms);
    compared += hit.compared / queries.length;
  }
  const scans: number[] = [];
  for (const y of queries.slice(0, 30)) {
    const [want, ms] = timed(() => scanLibrary(library, sigma, y, k));
    scans.push(ms);
    const got = nearestEntries(index, y, k);
    if (got.entries.join() !== want.entries.join() || got.chi2.join() !== want.chi2.join())
      throw new Error('the search differs from the full scan');
  }
  console.log(
    `${name}: median ${quantile(times, 0.5).toFixed(2)} ms, 99 % ${quantile(times, 0.99).toFixed(2)} ms, ${compared.toFixed(0)} compared; full scan ${quantile(scans, 0.5).toFixed(1)} ms; equal`,
  );
}
const queries = Array.from({ length: 100 }, () => spectrum(0.002));
const [, matchMs] = timed(() => queries.map((y) => matchLibrary(index, y)));
const bound = libraryError(index, complete(plan(300, entries)));
console.log(
  `match with interpolation: ${(matchMs / 100).toFixed(2)} ms; 95 % of 300 held-back points nearer than ${library.header.names.map((n, j) => `${n} ${bound.p95[j]!.toPrecision(2)}`).join(', ')}`,
);
