import { expect, test } from 'vitest';
import { createRng } from '@/lib/numerics';
import {
  buildSamples,
  createTraining,
  decodeSamples,
  decodeSurrogate,
  decodeTraining,
  differenceJacobian,
  encodeSamples,
  encodeSurrogate,
  encodeTraining,
  fitModel,
  fitWithSurrogate,
  joinSamples,
  type SurrogateConfig,
  type SurrogateData,
  surrogateErrorMap,
  surrogateOf,
  surrogateRunner,
  trainSteps,
} from './index';

const channels = 20;
/** Reflectance-like, between 0 and 1. */
const model = (p: Float64Array): Float64Array =>
  Float64Array.from({ length: channels }, (_, i) => {
    const k = 1 + i / channels;
    return 0.5 + 0.45 * Math.cos(p[0]! * k) * Math.exp(-p[1]! * k);
  });
const lower = [2, 0];
const upper = [3.5, 0.8];
const sigma = new Float64Array(channels).fill(0.002);

function samples(count: number, seed: number, derivatives = true, skip = 0): SurrogateData {
  const jacobian = (p: Float64Array) => differenceJacobian(model, p, model(p));
  const steps = buildSamples(model, { lower, upper, sigma, count, seed, skip }, derivatives ? jacobian : undefined);
  for (;;) {
    const s = steps.next();
    if (s.done) return s.value;
  }
}
const config = (over: Partial<SurrogateConfig> = {}): SurrogateConfig => ({
  names: ['thickness', 'damping'],
  lower,
  upper,
  hidden: [24, 24],
  components: 8,
  epochs: 500,
  batch: 32,
  learningRate: 5e-3,
  derivativeWeight: 0.3,
  seed: 1,
  ...over,
});
const heldBack = samples(200, 77);
function train(c: SurrogateConfig, data: SurrogateData) {
  const state = createTraining(c, data);
  trainSteps(state, data, 1e9);
  return surrogateOf(state);
}
const data = samples(150, 3);
const trained = train(config(), data);
const rmsOf = (s: typeof trained): number => surrogateErrorMap(s, heldBack.parameters, heldBack.spectra).overall.rmsSigma;

test('samples in two parts, through a file, are the samples in one', () => {
  const whole = samples(12, 4);
  expect(joinSamples(samples(5, 4), decodeSamples(encodeSamples(samples(7, 4, true, 5))))).toEqual(whole);
  expect(() => joinSamples(whole, samples(3, 4, false))).toThrow(/joined/);
  const broken = buildSamples(() => new Float64Array(channels).fill(Number.NaN), { lower, upper, sigma, count: 2, seed: 1 });
  expect(() => broken.next()).toThrow(/finite/);
});

test('learns the spectra to a fraction of the noise, and says where it is worst', () => {
  const map = surrogateErrorMap(trained, heldBack.parameters, heldBack.spectra, 4);
  expect(map.overall.rmsSigma).toBeLessThan(1);
  expect(map.overall.count).toBe(200);
  expect(map.count.reduce((s, v) => s + v, 0)).toBe(200);
  expect(Math.max(...map.max.filter((v) => !Number.isNaN(v)))).toBe(map.overall.max);
  const at = surrogateRunner(trained).predict(map.worst);
  const rigorous = model(map.worst);
  expect(Math.max(...at.map((v, i) => Math.abs(v - rigorous[i]!)))).toBeCloseTo(map.overall.max, 12);
});

test('the derivative match pays: few samples with it beat the same samples without', { timeout: 30_000 }, () => {
  const few = samples(40, 5);
  const epochs = 400;
  expect(rmsOf(train(config({ epochs }), few))).toBeLessThan(0.7 * rmsOf(train(config({ epochs, derivativeWeight: 0 }), few)));
});

test('the Jacobian of the runner is that of its own spectra, and a batch equals its spectra one by one', () => {
  const r = surrogateRunner(trained);
  const p = Float64Array.of(2.7, 0.3);
  const d = differenceJacobian(r.predict, p, r.predict(p));
  r.jacobian(p).forEach((v, i) => {
    expect(v).toBeCloseTo(d[i]!, 7);
  });
  const out = new Float64Array(7 * channels);
  r.batch(heldBack.parameters, 7, out);
  for (let i = 0; i < 7; i++)
    expect(out.slice(i * channels, (i + 1) * channels)).toEqual(r.predict(heldBack.parameters.slice(2 * i, 2 * i + 2)));
});

test('training stopped, written, read and resumed gives the bits of training in one go; other data are refused', () => {
  const c = config({ epochs: 12, laws: [{ channels: [0], lower: 0, upper: 1 }] });
  const whole = createTraining(c, data);
  expect(trainSteps(whole, data, 1e9)).toMatchObject({ epoch: 12, isDone: true });
  let part = createTraining(c, data);
  for (let done = false; !done; ) {
    done = trainSteps(part, data, 7).isDone;
    part = decodeTraining(encodeTraining(part));
  }
  expect(part.parameters).toEqual(whole.parameters);
  expect(part.loss).toEqual(whole.loss);
  expect(encodeTraining(part)).toEqual(encodeTraining(whole));
  expect(() => trainSteps(decodeTraining(encodeTraining(part)), samples(150, 4), 1)).toThrow(/not those/);
});

test('laws hold the surrogate inside what energy allows, between samples too', { timeout: 30_000 }, () => {
  // four samples know little of the box: without the law R leaves [0.05, 0.95]
  const few = samples(4, 9, false);
  const outside = (s: typeof trained): number => {
    const r = surrogateRunner(s);
    let worst = 0;
    for (let i = 0; i < 200; i++)
      for (const v of r.predict(heldBack.parameters.slice(2 * i, 2 * i + 2))) worst = Math.max(worst, v - 0.95, 0.05 - v);
    return worst;
  };
  const base = { epochs: 600, derivativeWeight: 0 };
  const laws = Array.from({ length: channels }, (_, i) => ({ channels: [i], lower: 0.05, upper: 0.95 }));
  const free = outside(train(config(base), few));
  const bound = outside(train(config({ ...base, laws, lawWeight: 1000 }), few));
  expect(free).toBeGreaterThan(0.01);
  expect(bound).toBeLessThan(0.5 * free);
});

test('a surrogate is its file', () => {
  const again = decodeSurrogate(encodeSurrogate(trained));
  expect(surrogateRunner(again).predict(Float64Array.of(2.2, 0.1))).toEqual(
    surrogateRunner(trained).predict(Float64Array.of(2.2, 0.1)),
  );
  expect(() => decodeTraining(encodeSurrogate(trained))).toThrow(/kind/);
});

function problem(seed: number) {
  const rng = createRng(seed);
  const data = model(Float64Array.of(2.8, 0.35)).map((v) => v + 0.002 * rng.normal());
  return { names: ['thickness', 'damping'], model, data, sigma, start: [2.75, 0.4], lower, upper };
}

test('the fit with the surrogate ends in the rigorous minimum, with a fraction of its evaluations', () => {
  const p = problem(4);
  const rigorous = fitModel(p);
  const r = fitWithSurrogate(p, trained);
  expect(r.path).toBe('surrogate');
  expect(r.remaining).toBeLessThan(0.05);
  expect(r.rigorousEvaluations).toBeLessThan(0.7 * rigorous.evaluations);
  for (let j = 0; j < 2; j++) {
    expect(Math.abs(r.fit.parameters[j]! - rigorous.parameters[j]!)).toBeLessThan(0.05 * rigorous.standardErrors[j]!);
    expect(r.fit.standardErrors[j]! / rigorous.standardErrors[j]!).toBeCloseTo(1, 1);
  }
});

test('a bad surrogate costs time, not truth', () => {
  const p = problem(5);
  const bad = train(config({ epochs: 2 }), data);
  const r = fitWithSurrogate(p, bad);
  expect(r.path).toBe('rigorous');
  expect(r.fit.parameters[0]).toBeCloseTo(fitModel(p).parameters[0]!, 8);
  expect(() => fitWithSurrogate({ ...p, names: ['a', 'b'] }, bad)).toThrow(/surrogate/);
});

test('bad training data are refused by name', () => {
  expect(() => createTraining(config(), samples(10, 1, false))).toThrow(/Jacobians/);
  expect(() => createTraining(config({ upper: [2.1, 0.8] }), data)).toThrow(/outside the box/);
  expect(() => createTraining(config({ epochs: 0 }), data)).toThrow(/epochs/);
});
