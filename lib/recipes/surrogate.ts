import { AppError } from '@/lib/errors';
import type { MetrologyRecipe, SpectrumAxis } from '@/lib/formats/metrology-recipe';
import {
  buildSamples,
  createTraining,
  decodeSamples,
  decodeTraining,
  encodeSamples,
  encodeSurrogate,
  encodeTraining,
  type FitProblem,
  joinSamples,
  type SurrogateConfig,
  type SurrogateData,
  type SurrogateErrorMap,
  surrogateErrorMap,
  surrogateOf,
  surrogateRunner,
  trainSteps,
} from '@/lib/inversion';
import { compileRecipe } from './compile';
import { recipeSigma } from './noise';
import { middleSpectrum, surrogateProblem } from './surrogate-problem';

/** What decides a surrogate: the same settings give the same bits. */
export interface SurrogateSettings {
  /** Rigorous spectra with derivatives that it learns from, and others that it is judged by. */
  readonly samples: number;
  readonly heldBack: number;
  readonly hidden: readonly number[];
  readonly components: number;
  readonly epochs: number;
  readonly seed: number;
}

export interface SurrogateWork {
  readonly recipe: MetrologyRecipe;
  readonly axis: SpectrumAxis;
  readonly truncation: number | null;
  readonly settings: SurrogateSettings;
}

export type SurrogatePhase = 'sampling' | 'training' | 'checking';

/** Where a training stands; the bytes are what it goes on from. */
export interface SurrogateCheckpoint {
  readonly phase: SurrogatePhase;
  readonly samples: Uint8Array | null;
  readonly training: Uint8Array | null;
  readonly heldBack: Uint8Array | null;
}

export interface SurrogateProgress {
  readonly phase: SurrogatePhase;
  readonly done: number;
  readonly total: number;
  /** Mean loss of the last epoch; null while sampling. */
  readonly loss: number | null;
}

export interface SurrogateOutcome {
  readonly model: Uint8Array;
  readonly error: SurrogateErrorMap;
  /** The work of the i-th held-back spectrum by the rigorous model, and of so many by the surrogate, for a caller that has a clock. */
  readonly evaluate: { rigorous: (i: number) => void; surrogate: (count: number) => void };
}

/** The size that a recipe of this many free parameters asks for by default. */
export function defaultSurrogate(recipe: MetrologyRecipe): SurrogateSettings {
  const free = recipe.parameters.filter((p) => p.role.kind === 'free').length;
  return { samples: 100 * free + 50, heldBack: 60, hidden: [48, 48], components: 16, epochs: 400, seed: recipe.fit.seed };
}

const BATCH = 32;
const STEPS = 50;

/**
 * A training as a sequence of small steps; the caller decides when to pause, keeps the checkpoint, and goes on from it with the same result bit for bit.
 * Rigorous samples on a Sobol net with analytic derivatives, then Adam on spectra and derivatives, then
 * the error on held-back rigorous spectra.
 * @throws AppError `invalid_input` for a recipe whose parameters or axis do not fit; as the forward model.
 */
export function* trainSurrogate(
  work: SurrogateWork,
  from: SurrogateCheckpoint | null,
): Generator<{ progress: SurrogateProgress; checkpoint: () => SurrogateCheckpoint }, SurrogateOutcome, void> {
  const compiled = compileRecipe(work.recipe, work.axis, work.truncation);
  const middle = middleSpectrum(compiled);
  const sigma = recipeSigma(compiled, middle);
  const problem = surrogateProblem(compiled, middle, sigma);
  const { settings } = work;
  const lower = Array.from(problem.lower ?? []);
  const upper = Array.from(problem.upper ?? []);
  if (!lower.every(Number.isFinite) || !upper.every(Number.isFinite))
    throw new AppError('invalid_input', 'a surrogate needs finite bounds for every free parameter', { field: 'parameters' });
  const sample = (count: number, skip: number, have: SurrogateData | null, withDerivatives: boolean) =>
    samplesFrom(problem, { lower, upper, sigma, count, seed: settings.seed, skip }, have, withDerivatives);

  let samples = from?.samples ? decodeSamples(from.samples) : null;
  const done = samples === null ? 0 : samples.spectra.length / sigma.length;
  if (done < settings.samples) {
    const steps = sample(settings.samples, 0, samples, true);
    for (let s = steps.next(); ; s = steps.next()) {
      if (s.done) {
        samples = s.value;
        break;
      }
      const partial = s.value;
      yield {
        progress: { phase: 'sampling', done: partial.done, total: settings.samples, loss: null },
        checkpoint: () => ({ phase: 'sampling', samples: encodeSamples(partial.soFar()), training: null, heldBack: null }),
      };
    }
  }
  if (samples === null) throw new AppError('internal', 'a training without samples');
  const encoded = encodeSamples(samples);

  const training = from?.training
    ? decodeTraining(from.training)
    : createTraining(configOf(problem, settings, sigma.length), samples);
  for (let isDone = training.epoch >= settings.epochs; !isDone; ) {
    const p = trainSteps(training, samples, STEPS);
    isDone = p.isDone;
    yield {
      progress: { phase: 'training', done: p.epoch, total: p.epochs, loss: Number.isFinite(p.loss) ? p.loss : null },
      checkpoint: () => ({ phase: 'training', samples: encoded, training: encodeTraining(training), heldBack: null }),
    };
  }
  const surrogate = surrogateOf(training);

  let held = from?.heldBack ? decodeSamples(from.heldBack) : null;
  if (held === null || held.spectra.length / sigma.length < settings.heldBack) {
    const steps = sample(settings.heldBack, settings.samples, held, false);
    for (let s = steps.next(); ; s = steps.next()) {
      if (s.done) {
        held = s.value;
        break;
      }
      const partial = s.value;
      yield {
        progress: { phase: 'checking', done: partial.done, total: settings.heldBack, loss: training.loss.at(-1) ?? null },
        checkpoint: () => ({
          phase: 'checking',
          samples: encoded,
          training: encodeTraining(training),
          heldBack: encodeSamples(partial.soFar()),
        }),
      };
    }
  }
  const runner = surrogateRunner(surrogate);
  const out = new Float64Array(200 * runner.channels);
  const points = Float64Array.from({ length: 200 * lower.length }, (_, i) => held.parameters[i % held.parameters.length]!);
  return {
    model: encodeSurrogate(surrogate),
    error: surrogateErrorMap(surrogate, held.parameters, held.spectra),
    evaluate: {
      rigorous: (i) => {
        // a geometry of its own each time, so that no mode is remembered
        const k = i % settings.heldBack;
        problem.model(held.parameters.slice(k * lower.length, (k + 1) * lower.length).map((v, j) => v + 1e-9 * (upper[j]! - v)));
      },
      surrogate: (count) => {
        for (let left = count; left > 0; left -= 200) runner.batch(points, Math.min(200, left), out);
      },
    },
  };
}

const configOf = (problem: FitProblem, s: SurrogateSettings, channels: number): SurrogateConfig => ({
  names: [...problem.names],
  lower: Array.from(problem.lower!),
  upper: Array.from(problem.upper!),
  hidden: s.hidden,
  components: Math.min(s.components, channels),
  epochs: s.epochs,
  batch: Math.min(BATCH, s.samples),
  learningRate: 4e-3,
  derivativeWeight: 0.3,
  seed: s.seed,
});

interface Partial {
  readonly done: number;
  readonly soFar: () => SurrogateData;
}

/** Samples one by one, joined to those that exist; each step can hand out what there is so far. */
function* samplesFrom(
  problem: FitProblem,
  plan: { lower: number[]; upper: number[]; sigma: Float64Array; count: number; seed: number; skip: number },
  have: SurrogateData | null,
  withDerivatives: boolean,
): Generator<Partial, SurrogateData, void> {
  const n = plan.lower.length;
  let all = have;
  for (let done = have === null ? 0 : have.parameters.length / n; done < plan.count; done++) {
    const one = buildSamples(
      problem.model,
      { ...plan, count: 1, skip: plan.skip + done },
      withDerivatives ? problem.jacobian : undefined,
    );
    let s = one.next();
    while (!s.done) s = one.next();
    all = all === null ? s.value : joinSamples(all, s.value);
    const soFar = all;
    yield { done: done + 1, soFar: () => soFar };
  }
  if (all === null) throw new AppError('invalid_input', 'give at least one sample', { field: 'samples' });
  return all;
}
