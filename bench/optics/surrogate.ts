// npx tsx bench/optics/surrogate.ts [training samples] [epochs] — a neural surrogate of a rigorous Si line grating: error on held-back points, speed-up, fits.
import {
  buildSamples,
  createTraining,
  fitModel,
  fitWithSurrogate,
  type SurrogateData,
  sobolPoints,
  surrogateErrorMap,
  surrogateOf,
  surrogateRunner,
  trainSteps,
} from '@/lib/inversion';
import { createRng } from '@/lib/numerics';
import {
  type GratingTangent,
  type LineGrating,
  lineGratingDerivatives,
  type ModeCache,
  type Polarisation,
  radians,
  solveLineGrating,
} from '@/lib/optics';

const count = Number(process.argv[2] ?? 500);
const epochs = Number(process.argv[3] ?? 600);
const [PERIOD, SLICES, TRUNCATION, WAVELENGTHS] = [100, 4, 10, 50];
const wavelengths = Array.from({ length: WAVELENGTHS }, (_, i) => 300 + (500 * i) / (WAVELENGTHS - 1));
const polarisations: readonly Polarisation[] = ['TE', 'TM'];
const names = ['cd', 'height', 'side-wall angle', 'oxide'];
const lower = [30, 60, 82, 1];
const upper = [50, 100, 90, 6];
const n = names.length;
const channels = 2 * WAVELENGTHS;
const sigma = new Float64Array(channels).fill(0.001);
/** A smooth stand-in for silicon: only speed and error matter here. */
const silicon = (w: number) => ({
  re: 3.6 + 2 * Math.exp(-(((w - 375) / 45) ** 2)),
  im: 0.01 + 2.8 * Math.exp(-((w - 300) / 55)),
});
const offset = (s: number): number => 0.5 - (s + 0.5) / SLICES;

function grating(p: ArrayLike<number>, w: number): LineGrating {
  const index = silicon(w);
  const run = 1 / Math.tan(radians(p[2]!));
  const oxide = {
    thicknessNm: p[3]!,
    background: { re: 1, im: 0 },
    segments: [{ x0Nm: -0.5 * p[0]! + 0.5 * p[1]! * run, x1Nm: 0.5 * p[0]! - 0.5 * p[1]! * run, index: { re: 1.46, im: 0 } }],
  };
  const slices = Array.from({ length: SLICES }, (_, s) => {
    const half = 0.5 * p[0]! - p[1]! * run * offset(s);
    return { thicknessNm: p[1]! / SLICES, background: { re: 1, im: 0 }, segments: [{ x0Nm: -half, x1Nm: half, index }] };
  });
  return { periodNm: PERIOD, superstrate: { re: 1, im: 0 }, substrate: index, layers: [oxide, ...slices] };
}

function spectrum(p: Float64Array, cache?: ModeCache): Float64Array {
  return Float64Array.from(
    polarisations.flatMap((pol) =>
      wavelengths.map((w) => {
        const { r } = solveLineGrating(grating(p, w), w, radians(65), pol, TRUNCATION, cache);
        return r.re[TRUNCATION]! ** 2 + r.im[TRUNCATION]! ** 2;
      }),
    ),
  );
}

function derivatives(p: Float64Array, cache?: ModeCache): Float64Array {
  const angle = radians(p[2]!);
  const run = 1 / Math.tan(angle);
  const turn = radians(1) / Math.sin(angle) ** 2;
  const edge = (d: number) => ({ segments: [{ x0Nm: -d, x1Nm: d }] });
  const slices = Array.from({ length: SLICES }, (_, s) => offset(s));
  const tangents: GratingTangent[] = [
    { layers: [edge(0.5), ...slices.map(() => edge(0.5))] },
    { layers: [edge(-0.5 * run), ...slices.map((o) => ({ thicknessNm: 1 / SLICES, ...edge(-run * o) }))] },
    { layers: [edge(0.5 * p[1]! * turn), ...slices.map((o) => edge(turn * p[1]! * o))] },
    { layers: [{ thicknessNm: 1 }] },
  ];
  return Float64Array.from(
    polarisations.flatMap((pol) =>
      wavelengths.flatMap((w) => {
        const d = lineGratingDerivatives(grating(p, w), w, radians(65), pol, TRUNCATION, tangents, { cache });
        return d.derivatives.map((v) => 2 * (d.r.re[TRUNCATION]! * v.re[TRUNCATION]! + d.r.im[TRUNCATION]! * v.im[TRUNCATION]!));
      }),
    ),
  );
}

function samples(points: number, skip: number, withDerivatives: boolean): SurrogateData {
  let cache: ModeCache = new Map();
  const model = (p: Float64Array): Float64Array => {
    cache = new Map();
    return spectrum(p, cache);
  };
  const plan = { lower, upper, sigma, count: points, seed: 1, skip };
  const steps = buildSamples(model, plan, withDerivatives ? (p) => derivatives(p, cache) : undefined);
  for (;;) {
    const s = steps.next();
    if (s.done) return s.value;
  }
}

const seconds = (from: number): string => ((performance.now() - from) / 1000).toFixed(1);
let t = performance.now();
const data = samples(count, 0, true);
console.log(
  `${count} rigorous samples with derivatives, ${channels} channels, ${SLICES + 1} layers, ${2 * TRUNCATION + 1} harmonics: ${seconds(t)} s`,
);
t = performance.now();
const held = samples(150, count, false);
const rigorousMs = (performance.now() - t) / 150;

t = performance.now();
const training = createTraining(
  {
    names,
    lower,
    upper,
    hidden: [64, 64],
    components: 24,
    epochs,
    batch: 32,
    learningRate: 4e-3,
    derivativeWeight: 0.3,
    laws: Array.from({ length: channels }, (_, c) => ({ channels: [c], lower: 0, upper: 1 })),
    lawWeight: 1,
    seed: 1,
  },
  data,
);
for (let done = false; !done; ) {
  const p = trainSteps(training, data, 2000);
  done = p.isDone;
  console.log(`epoch ${p.epoch} of ${p.epochs}, loss ${p.loss.toExponential(2)}, ${seconds(t)} s`);
}
const surrogate = surrogateOf(training);
const map = surrogateErrorMap(surrogate, held.parameters, held.spectra, 2);
console.log(
  `held back (${map.overall.count}): rms ${map.overall.rms.toExponential(2)}, max ${map.overall.max.toExponential(2)} in R; rms ${map.overall.rmsSigma.toFixed(2)} σ; by cell ${Array.from(map.rmsSigma, (v) => v.toFixed(2)).join(' ')}`,
);

const runner = surrogateRunner(surrogate);
const many = 20_000;
const points = sobolPoints(many, n, 9).map((u, i) => lower[i % n]! + (upper[i % n]! - lower[i % n]!) * u);
const out = new Float64Array(many * channels);
runner.batch(points, 2000, out);
t = performance.now();
runner.batch(points, many, out);
const fastMs = (performance.now() - t) / many;
t = performance.now();
for (let i = 0; i < 2000; i++) runner.jacobian(points.subarray(i * n, (i + 1) * n));
const slopeMs = (performance.now() - t) / 2000;
console.log(
  `one spectrum: rigorous ${rigorousMs.toFixed(1)} ms, surrogate ${(1000 * fastMs).toFixed(2)} µs: ${Math.round(rigorousMs / fastMs)} times; derivatives ${(1000 * slopeMs).toFixed(1)} µs`,
);

const paths = { surrogate: 0, rigorous: 0 };
let [fastFit, slowFit, apart, corrections, evaluations] = [0, 0, 0, 0, 0];
const fits = 12;
for (let k = 0; k < fits; k++) {
  const rng = createRng(100 + k);
  const truth = Float64Array.from(lower, (v, j) => v + (upper[j]! - v) * (0.2 + 0.6 * rng.uniform()));
  const measured = spectrum(truth).map((v) => v + 0.001 * rng.normal());
  const start = truth.map((v, j) => Math.min(Math.max(v + 0.1 * (upper[j]! - lower[j]!) * rng.normal(), lower[j]!), upper[j]!));
  let last: { key: string; modes: ModeCache } = { key: '', modes: new Map() };
  const modes = (p: Float64Array): ModeCache => {
    if (last.key !== p.join()) last = { key: p.join(), modes: new Map() };
    return last.modes;
  };
  const problem = {
    names,
    data: measured,
    sigma,
    start,
    lower,
    upper,
    model: (p: Float64Array) => spectrum(p, modes(p)),
    jacobian: (p: Float64Array) => derivatives(p, modes(p)),
  };
  let at = performance.now();
  const quick = fitWithSurrogate(problem, surrogate);
  fastFit += performance.now() - at;
  at = performance.now();
  const slow = fitModel(problem);
  slowFit += performance.now() - at;
  paths[quick.path]++;
  corrections += quick.correction / fits;
  evaluations += quick.rigorousEvaluations / fits;
  for (let j = 0; j < n; j++)
    apart = Math.max(apart, Math.abs(quick.fit.parameters[j]! - slow.parameters[j]!) / slow.standardErrors[j]!);
}
console.log(
  `fits: ${paths.surrogate} of ${fits} accepted after one rigorous step (mean correction ${corrections.toFixed(2)} standard deviations, ${evaluations.toFixed(1)} rigorous evaluations), ${(fastFit / fits).toFixed(0)} ms beside ${(slowFit / fits).toFixed(0)} ms rigorous; at most ${apart.toFixed(3)} standard errors from the rigorous minimum`,
);
