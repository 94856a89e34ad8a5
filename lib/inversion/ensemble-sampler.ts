import { AppError } from '@/lib/errors';
import { cholesky, createRng, type Rng, sortedQuantile } from '@/lib/numerics';
import { autocorrelationTime, type Chains, splitRHat } from './chain-diagnostics';
import type { FitProblem, FitResult } from './fit-types';
import { deviance } from './starts';

/** Options of the sampler. */
export interface SamplerOptions {
  readonly seed: number;
  /** Kept steps of every walker. Default 2000. */
  readonly steps?: number;
  /** Steps thrown away first. Default half of `steps`. */
  readonly burnIn?: number;
  /** Walkers of an ensemble, even, at least 2n + 2. Default 4n, at least 16. */
  readonly walkers?: number;
  /** Independent ensembles, at least 2, so that disagreement shows. Default 2. */
  readonly ensembles?: number;
}

/** Draws from the posterior with the evidence of their convergence. */
export interface PosteriorSample {
  readonly names: readonly string[];
  /** (steps · walkers · ensembles, n) row-major. */
  readonly samples: Float64Array;
  readonly count: number;
  /** Share of moves that were accepted. */
  readonly acceptance: number;
  /** Integrated autocorrelation time of each parameter, steps. */
  readonly autocorrelationTime: Float64Array;
  /** Split R̂ of each parameter over all walkers. */
  readonly rHat: Float64Array;
  /** Independent samples that the chains are worth. */
  readonly effectiveSampleSize: Float64Array;
  /** R̂ < 1.1, at least 50 autocorrelation times and 400 effective samples for every parameter, acceptance within 0.1–0.9. */
  readonly isMixed: boolean;
  /** Why it is not mixed; empty otherwise. */
  readonly reasons: readonly string[];
  readonly evaluations: number;
}

const MAX_RHAT = 1.1;
const MIN_TIMES = 50;
const MIN_ESS = 400;
const STRETCH = 2;

/**
 * Posterior ∝ exp(−χ²/2) in the box (priors of the problem included) by affine-invariant ensembles: each walker is stretched towards one of the other half, z ~
 * 1/√z on [½, 2], accepted with probability z^(n−1) exp(−Δχ²/2). Same seed, same bits.
 * @param fit - where to start: walkers scatter about it with twice its standard errors.
 * @returns draws in the units of the parameters.
 * @throws AppError `invalid_input` for too few walkers or ensembles, a problem with weights, or when the walkers cannot be placed inside the box.
 * @complexity (burn-in + steps) · walkers · ensembles evaluations of the model.
 * @reference Goodman & Weare, Commun. Appl. Math. Comput. Sci. 5 (2010) 65.
 */
export function samplePosterior(problem: FitProblem, fit: FitResult, options: SamplerOptions): PosteriorSample {
  const n = problem.names.length;
  const steps = options.steps ?? 2000;
  const burnIn = options.burnIn ?? Math.floor(steps / 2);
  const walkers = options.walkers ?? Math.max(16, 4 * n);
  const ensembles = options.ensembles ?? 2;
  if (walkers % 2 !== 0 || walkers < 2 * n + 2 || ensembles < 2 || !(steps >= 4))
    throw new AppError(
      'invalid_input',
      `${walkers} walkers in ${ensembles} ensembles, ${steps} steps; give an even number from ${2 * n + 2}, 2 ensembles, 4 steps`,
      { field: 'walkers' },
    );
  const { of: energy } = deviance(problem, fit);
  const inside = (p: Float64Array): boolean =>
    p.every(
      (v, j) => v >= (problem.lower?.[j] ?? Number.NEGATIVE_INFINITY) && v <= (problem.upper?.[j] ?? Number.POSITIVE_INFINITY),
    );
  const rng = createRng(options.seed, 'ensembles');
  const all = walkers * ensembles;
  const chain = new Float64Array(steps * all * n);
  let accepted = 0;
  let evaluations = 0;
  for (let e = 0; e < ensembles; e++) {
    const own = rng.stream(`${e}`);
    const position = scatter(problem, fit, walkers, own, inside);
    const value = position.map(energy);
    evaluations += walkers;
    for (let t = -burnIn; t < steps; t++) {
      for (let w = 0; w < walkers; w++) {
        const half = walkers / 2;
        const partner = position[(w < half ? half : 0) + own.integer(half)]!;
        const z = ((STRETCH - 1) * own.uniform() + 1) ** 2 / STRETCH;
        const here = position[w]!;
        const next = here.map((v, j) => partner[j]! + z * (v - partner[j]!));
        const u = own.uniform();
        if (!inside(next)) continue;
        evaluations++;
        const f = energy(next);
        if (!(Math.log(u) < (n - 1) * Math.log(z) - 0.5 * (f - value[w]!))) continue;
        position[w] = next;
        value[w] = f;
        if (t >= 0) accepted++;
      }
      if (t >= 0) for (let w = 0; w < walkers; w++) chain.set(position[w]!, (t * all + e * walkers + w) * n);
    }
  }
  return diagnose(problem.names, chain, steps, all, accepted / (steps * all), evaluations);
}

function scatter(
  problem: FitProblem,
  fit: FitResult,
  count: number,
  rng: Rng,
  inside: (p: Float64Array) => boolean,
): Float64Array[] {
  const n = problem.names.length;
  const width = fit.standardErrors.map((s, j) => {
    const range = (problem.upper?.[j] ?? Number.POSITIVE_INFINITY) - (problem.lower?.[j] ?? Number.NEGATIVE_INFINITY);
    const known = Number.isFinite(s) && s > 0 ? 2 * s : Number.POSITIVE_INFINITY;
    const w = Math.min(known, range / 4);
    return Number.isFinite(w) ? w : 0.05 * Math.max(Math.abs(fit.parameters[j]!), 1e-3);
  });
  const whole = fit.standardErrors.every((s) => Number.isFinite(s) && s > 0);
  const l = whole ? cholesky(fit.correlation, n, { start: 1e-12, factor: 10, max: 1e-4 }).l : null;
  return Array.from({ length: count }, () => {
    for (let attempt = 0; attempt < 1000; attempt++) {
      const g = Float64Array.from({ length: n }, () => rng.normal());
      const p = fit.parameters.map((v, j) => {
        let s = g[j]!;
        if (l) {
          s = 0;
          for (let k = 0; k <= j; k++) s += l[j * n + k]! * g[k]!;
        }
        return v + width[j]! * s;
      });
      if (inside(p)) return p;
    }
    throw new AppError('invalid_input', 'the walkers do not fit into the box around the fit; widen the bounds', {
      field: 'lower',
    });
  });
}

function diagnose(
  names: readonly string[],
  samples: Float64Array,
  steps: number,
  walkers: number,
  acceptance: number,
  evaluations: number,
): PosteriorSample {
  const n = names.length;
  const tau = new Float64Array(n);
  const rHat = new Float64Array(n);
  const reasons: string[] = [];
  if (!(acceptance >= 0.1 && acceptance <= 0.9)) reasons.push(`acceptance is ${acceptance.toPrecision(2)}`);
  const effectiveSampleSize = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    const c: Chains = {
      values: Float64Array.from({ length: steps * walkers }, (_, i) => samples[i * n + j]!),
      steps,
      chains: walkers,
    };
    tau[j] = autocorrelationTime(c);
    rHat[j] = splitRHat(c);
    effectiveSampleSize[j] = (steps * walkers) / tau[j]!;
    if (!(rHat[j]! < MAX_RHAT)) reasons.push(`R̂ of ${names[j]} is ${rHat[j]!.toPrecision(3)}`);
    if (!(steps >= MIN_TIMES * tau[j]!))
      reasons.push(`${steps} steps are ${(steps / tau[j]!).toPrecision(2)} autocorrelation times of ${names[j]}`);
    if (!(effectiveSampleSize[j]! >= MIN_ESS))
      reasons.push(`${names[j]} has ${effectiveSampleSize[j]!.toPrecision(3)} effective samples`);
  }
  return {
    names,
    samples,
    count: steps * walkers,
    acceptance,
    autocorrelationTime: tau,
    rHat,
    effectiveSampleSize,
    isMixed: reasons.length === 0,
    reasons,
    evaluations,
  };
}

/** Summary of one parameter's posterior, in its unit. */
export interface CredibleInterval {
  readonly parameter: string;
  readonly mean: number;
  readonly median: number;
  readonly standardDeviation: number;
  /** Ends of the interval, as all here in the unit of the parameter. */
  readonly lower: number;
  readonly upper: number;
}

/**
 * Equal-tailed credible intervals of every parameter.
 * @param probability - content of the interval, in (0, 1).
 * @throws AppError `not_converged` with the reasons when the chains are not mixed: sample longer; no interval is better than a wrong one.
 * @reference Gelman et al., Bayesian Data Analysis, 3rd ed. (2013), §2.3.
 */
export function credibleIntervals(s: PosteriorSample, probability = 0.95): CredibleInterval[] {
  if (!s.isMixed)
    throw new AppError('not_converged', `the chains are not mixed (${s.reasons.join('; ')}); sample longer`, {
      reasons: s.reasons,
    });
  const n = s.names.length;
  return s.names.map((parameter, j) => {
    const values = Float64Array.from({ length: s.count }, (_, i) => s.samples[i * n + j]!).sort();
    const mean = values.reduce((a, v) => a + v / s.count, 0);
    return {
      parameter,
      mean,
      median: sortedQuantile(values, 0.5),
      standardDeviation: Math.sqrt(values.reduce((a, v) => a + (v - mean) ** 2, 0) / (s.count - 1)),
      lower: sortedQuantile(values, (1 - probability) / 2),
      upper: sortedQuantile(values, (1 + probability) / 2),
    };
  });
}
