import { AppError } from '@/lib/errors';
import type { Rng } from './rng';

/** Options of {@link differentialEvolution}. */
export interface EvolutionOptions {
  /** Members. Default 10 per variable, at least 20. */
  readonly population?: number;
  /** Default 300. */
  readonly maxGenerations?: number;
  /** Share of components taken from the mutant. Default 0.9. */
  readonly crossover?: number;
  /** The factor of differences is drawn from this range for each generation. Default [0.5, 1]. */
  readonly dither?: readonly [number, number];
  /** Stop when the standard deviation of the values is below this share of 1e-12 + |mean|. Default 1e-6. */
  readonly tolerance?: number;
  /** Members that are in the first population, e.g. a guess; the rest is a Latin hypercube. */
  readonly seeds?: readonly ArrayLike<number>[];
}

/** Best member with the last population. */
export interface EvolutionResult {
  readonly x: Float64Array;
  readonly f: number;
  readonly status: 'converged' | 'max_iterations';
  readonly generations: number;
  readonly evaluations: number;
  /** Standard deviation of the last population's values over 1e-12 + |mean|. */
  readonly residual: number;
  /** Last population, row-major (members, n), and its values: starts for a local search. */
  readonly population: Float64Array;
  readonly values: Float64Array;
}

/**
 * Latin hypercube in a box: along every axis each of `count` equal strata holds one point.
 * @param lower - (n,); `upper` likewise.
 * @returns (count, n) row-major.
 * @throws AppError `invalid_input` for a box that is not finite or is empty.
 * @reference McKay, Beckman & Conover, Technometrics 21 (1979) 239.
 */
export function latinHypercube(count: number, lower: ArrayLike<number>, upper: ArrayLike<number>, rng: Rng): Float64Array {
  const n = lower.length;
  for (let j = 0; j < n; j++)
    if (!(upper[j]! >= lower[j]!) || !Number.isFinite(upper[j]! - lower[j]!))
      throw new AppError('invalid_input', `bounds of variable ${j} are ${lower[j]} and ${upper[j]}; give a finite range`, {
        variable: j,
      });
  const out = new Float64Array(count * n);
  for (let j = 0; j < n; j++) {
    const order = Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const k = rng.integer(i + 1);
      [order[i], order[k]] = [order[k]!, order[i]!];
    }
    for (let i = 0; i < count; i++) out[i * n + j] = lower[j]! + ((upper[j]! - lower[j]!) * (order[i]! + rng.uniform())) / count;
  }
  return out;
}

/**
 * Global minimum of f in a box by differential evolution, best/1/bin with dithered factor; components that leave the box are drawn anew inside it.
 * Infinity and NaN count as worse than any number.
 * @param lower - (n,); `upper` likewise.
 * @throws AppError `invalid_input` for a box that is not finite, fewer than 4 members, or when no member of the first population has a finite value.
 * @complexity population · (generations + 1) evaluations.
 * @reference Storn & Price, J. Global Optim. 11 (1997) 341; dither: Das, Konar & Chakraborty, GECCO (2005) 991.
 */
export function differentialEvolution(
  evaluate: (x: Float64Array) => number,
  lower: ArrayLike<number>,
  upper: ArrayLike<number>,
  rng: Rng,
  options: EvolutionOptions = {},
): EvolutionResult {
  const n = lower.length;
  const size = options.population ?? Math.max(20, 10 * n);
  if (!(size >= 4)) throw new AppError('invalid_input', `population is ${size}; give 4 or more`, { field: 'population' });
  const population = latinHypercube(size, lower, upper, rng);
  for (const [k, s] of (options.seeds ?? []).slice(0, size).entries())
    for (let j = 0; j < n; j++) population[k * n + j] = Math.min(Math.max(s[j]!, lower[j]!), upper[j]!);
  let evaluations = 0;
  const at = (x: Float64Array): number => {
    evaluations++;
    const f = evaluate(x);
    return Number.isNaN(f) ? Number.POSITIVE_INFINITY : f;
  };
  const values = Float64Array.from({ length: size }, (_, i) => at(population.slice(i * n, (i + 1) * n)));
  let best = values.reduce((b, v, i) => (v < values[b]! ? i : b), 0);
  if (!Number.isFinite(values[best]!))
    throw new AppError('invalid_input', 'the function has no finite value in the first population; tighten the box');
  const crossover = options.crossover ?? 0.9;
  const [low, high] = options.dither ?? [0.5, 1];
  const limit = options.maxGenerations ?? 300;
  const tolerance = options.tolerance ?? 1e-6;
  let residual = spreadOf(values);
  let generations = 0;
  const trial = new Float64Array(n);
  while (generations < limit && residual > tolerance) {
    generations++;
    const factor = low + (high - low) * rng.uniform();
    for (let i = 0; i < size; i++) {
      const a = other(rng, size, i, -1);
      const b = other(rng, size, i, a);
      const forced = rng.integer(n);
      for (let j = 0; j < n; j++) {
        let v = population[i * n + j]!;
        if (j === forced || rng.uniform() < crossover) {
          v = population[best * n + j]! + factor * (population[a * n + j]! - population[b * n + j]!);
          if (!(v >= lower[j]! && v <= upper[j]!)) v = lower[j]! + (upper[j]! - lower[j]!) * rng.uniform();
        }
        trial[j] = v;
      }
      const f = at(trial.slice());
      if (f <= values[i]!) {
        values[i] = f;
        population.set(trial, i * n);
        if (f < values[best]!) best = i;
      }
    }
    residual = spreadOf(values);
  }
  return {
    x: population.slice(best * n, (best + 1) * n),
    f: values[best]!,
    status: residual <= tolerance ? 'converged' : 'max_iterations',
    generations,
    evaluations,
    residual,
    population,
    values,
  };
}

function other(rng: Rng, size: number, i: number, a: number): number {
  for (;;) {
    const k = rng.integer(size);
    if (k !== i && k !== a) return k;
  }
}

function spreadOf(values: Float64Array): number {
  let mean = 0;
  for (const v of values) mean += v / values.length;
  if (!Number.isFinite(mean)) return Number.POSITIVE_INFINITY;
  let s = 0;
  for (const v of values) s += (v - mean) ** 2 / values.length;
  return Math.sqrt(s) / (1e-12 + Math.abs(mean));
}
