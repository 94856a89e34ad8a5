import { AppError } from '@/lib/errors';
import { magnitude, type Rng, ROUNDING_SHARE, semidefiniteFactor, sortedTails, withoutRounding } from '@/lib/numerics';
import { checkCorrelation } from './correlation';
import type { MeasurementModel } from './expression';
import { shortestStart } from './shortest-interval';

/** Distribution of an input quantity. `t`: value + u · Student; `ctrap`: limits a, b each uncertain by d (curvilinear trapezoid). */
export type InputDistribution =
  | { readonly kind: 'normal'; readonly mean: number; readonly sd: number }
  | { readonly kind: 'uniform' | 'arcsine' | 'triangular'; readonly a: number; readonly b: number }
  | { readonly kind: 't'; readonly mean: number; readonly scale: number; readonly dof: number }
  | { readonly kind: 'ctrap'; readonly a: number; readonly b: number; readonly d: number };

function checkDistribution(d: InputDistribution, name: string): void {
  const bad = (what: string): AppError =>
    new AppError('invalid_input', `distributions.${name}: ${what}`, { field: `distributions.${name}` });
  if ('a' in d && !(d.a <= d.b)) throw bad(`a = ${d.a} lies above b = ${d.b}; exchange them`);
  if (d.kind === 'ctrap' && !(d.d >= 0 && 2 * d.d <= d.b - d.a))
    throw bad(`d = ${d.d}; the limits are uncertain by d, from 0 to half of b − a`);
  if (d.kind === 'normal' && !(d.sd >= 0)) throw bad(`sd = ${d.sd}; it must not be negative`);
  if (d.kind === 't' && !(d.scale > 0 && d.dof > 0)) throw bad(`scale = ${d.scale}, dof = ${d.dof}; both must be positive`);
}

/** One draw. @returns in the unit of the distribution. @reference JCGM 101:2008, 6.4. */
export function draw(d: InputDistribution, rng: Rng): number {
  switch (d.kind) {
    case 'normal':
      return d.mean + d.sd * rng.normal();
    case 'uniform':
      return d.a + (d.b - d.a) * rng.uniform();
    case 'arcsine':
      return (d.a + d.b) / 2 + ((d.b - d.a) / 2) * Math.sin(2 * Math.PI * rng.uniform());
    case 'triangular':
      return d.a + ((d.b - d.a) / 2) * (rng.uniform() + rng.uniform());
    case 't':
      return d.mean + d.scale * rng.normal() * Math.sqrt(d.dof / chiSquaredDraw(d.dof, rng));
    default: {
      const lower = d.a - d.d + 2 * d.d * rng.uniform();
      return lower + (d.a + d.b - 2 * lower) * rng.uniform();
    }
  }
}

// Gamma by Marsaglia & Tsang, ACM Trans. Math. Softw. 26 (2000) 363
function chiSquaredDraw(dof: number, rng: Rng): number {
  const shape = dof / 2;
  const k = shape < 1 ? shape + 1 : shape;
  const d = k - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = rng.normal();
    const v = (1 + c * x) ** 3;
    if (!(v > 0)) continue;
    const u = 1 - rng.uniform();
    if (Math.log(u) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
      const g = d * v * (shape < 1 ? (1 - rng.uniform()) ** (1 / shape) : 1);
      return 2 * g;
    }
  }
}

/** Options of {@link monteCarlo}. */
export interface MonteCarloOptions {
  /** Coverage probability. Default 0.95. */
  readonly level?: number;
  /** Fixed number of draws; without it the adaptive scheme of Supplement 1 decides. */
  readonly trials?: number;
  /** Significant digits of u that must stand still in the adaptive scheme. Default 2. */
  readonly digits?: number;
  /** Where the adaptive scheme gives up. */
  readonly maxTrials?: number;
  /** Correlation of normal inputs, as rows; inputs of other kinds must be uncorrelated. */
  readonly correlation?: readonly (readonly number[])[];
}

/** Result of the propagation of distributions; unit of the output. */
export interface MonteCarloResult {
  readonly mean: number;
  /** Standard deviation of the draws. */
  readonly u: number;
  /** Probabilistically symmetric and shortest coverage interval. */
  readonly symmetric: readonly [number, number];
  readonly shortest: readonly [number, number];
  readonly trials: number;
  readonly status: 'converged' | 'max_trials' | 'fixed';
  /** Standard errors of mean, u and the two ends of the shortest interval (adaptive scheme; else of the mean only). */
  readonly standardErrors: readonly number[];
}

// Draws that are evaluated together: their columns stay in the second-level cache.
const BLOCK = 2048;

/**
 * Propagate distributions by Monte Carlo.
 * @param distributions - one per name of the model.
 * @param rng - seeded generator; the same seed gives the same result.
 * @returns mean, u and coverage intervals in the unit of the output.
 * @throws AppError `invalid_input` on unknown shapes; `out_of_domain` when the model has no value for some draw.
 * @reference JCGM 101:2008, clauses 7.2–7.9.
 */
export function monteCarlo(
  model: MeasurementModel,
  distributions: readonly InputDistribution[],
  rng: Rng,
  options: MonteCarloOptions = {},
): MonteCarloResult {
  const n = model.names.length;
  if (distributions.length !== n)
    throw new AppError('invalid_input', `the model has ${n} quantities, got ${distributions.length} distributions`, {
      field: 'distributions',
    });
  distributions.forEach((d, i) => {
    checkDistribution(d, model.names[i]!);
  });
  const level = options.level ?? 0.95;
  const sampler = makeSampler(distributions, options.correlation, rng);
  const run = (count: number): Float64Array => {
    const x = new Float64Array(n);
    const out = new Float64Array(count);
    const columns = distributions.map(() => new Float64Array(BLOCK));
    for (let from = 0; from < count; from += BLOCK) {
      const size = Math.min(BLOCK, count - from);
      sampler(columns, size);
      if (model.evaluateBlock) {
        model.evaluateBlock(columns, size, out.subarray(from, from + size));
        continue;
      }
      for (let k = 0; k < size; k++) {
        for (let i = 0; i < n; i++) x[i] = columns[i]![k]!;
        out[from + k] = model.evaluate(x);
      }
    }
    for (let k = 0; k < count; k++) {
      if (!Number.isFinite(out[k]!))
        throw new AppError(
          'out_of_domain',
          `the model gives ${out[k]} for draw ${k + 1}; restrict the distributions to where it is defined`,
          { draw: k },
        );
    }
    return out;
  };
  if (options.trials !== undefined) {
    const y = run(options.trials);
    const s = summary(y, level);
    return { ...s, trials: y.length, status: 'fixed', standardErrors: [s.u / Math.sqrt(y.length)] };
  }
  return adaptive(run, level, options.digits ?? 2, options.maxTrials ?? 5_000_000);
}

type Sampler = (columns: readonly Float64Array[], size: number) => void;

function makeSampler(
  distributions: readonly InputDistribution[],
  correlation: MonteCarloOptions['correlation'],
  rng: Rng,
): Sampler {
  const n = distributions.length;
  const independent: Sampler = (columns, size) => {
    for (let i = 0; i < n; i++) fillColumn(distributions[i]!, rng, columns[i]!, size);
  };
  if (!correlation) return independent;
  checkCorrelation(correlation, n);
  const linked = distributions.map((_, i) => correlation[i]!.some((v, j) => i !== j && v !== 0));
  distributions.forEach((d, i) => {
    if (linked[i] && d.kind !== 'normal')
      throw new AppError('invalid_input', `correlated quantity ${i + 1} must be normal, is ${d.kind}`, { index: i });
  });
  const l = semidefiniteFactor(Float64Array.from(correlation.flat()), n);
  const z = new Float64Array(n);
  return (columns, size) => {
    for (let i = 0; i < n; i++) if (distributions[i]!.kind !== 'normal') fillColumn(distributions[i]!, rng, columns[i]!, size);
    for (let k = 0; k < size; k++) {
      for (let i = 0; i < n; i++) z[i] = rng.normal();
      for (let i = 0; i < n; i++) {
        const d = distributions[i]!;
        if (d.kind !== 'normal') continue;
        let s = 0;
        for (let j = 0; j < n; j++) s += l[i * n + j]! * z[j]!;
        columns[i]![k] = d.mean + d.sd * s;
      }
    }
  };
}

// The usual kinds as whole columns; the others draw by draw.
function fillColumn(d: InputDistribution, rng: Rng, out: Float64Array, size: number): void {
  const column = out.subarray(0, size);
  if (d.kind === 'normal') {
    rng.fillNormal(column);
    for (let k = 0; k < size; k++) out[k] = d.mean + d.sd * out[k]!;
  } else if (d.kind === 'uniform') {
    rng.fillUniform(column);
    for (let k = 0; k < size; k++) out[k] = d.a + (d.b - d.a) * out[k]!;
  } else for (let k = 0; k < size; k++) out[k] = draw(d, rng);
}

function summary(
  y: Float64Array,
  level: number,
): { mean: number; u: number; symmetric: [number, number]; shortest: [number, number] } {
  const m = y.length;
  let mean = 0;
  for (let k = 0; k < m; k++) mean += y[k]!;
  mean /= m;
  let ss = 0;
  for (let k = 0; k < m; k++) ss += (y[k]! - mean) ** 2;
  // s sorted: both intervals hold q of the m draws, so that they begin among the m − q lowest and end among the m − q highest
  const q = Math.max(1, Math.round(level * m));
  const { lowest, highest } = sortedTails(y, Math.max(1, m - q));
  const r = Math.max(0, Math.round((m - q) / 2) - 1);
  const best = shortestStart(lowest, highest);
  return {
    mean,
    u: Math.sqrt(withoutRounding(ss, m, magnitude(y)) / (m - 1)),
    symmetric: [lowest[r]!, highest[r]!],
    shortest: [lowest[best]!, highest[best]!],
  };
}

// Blocks of 10⁴ (or 100/(1 − p)) until twice the standard error of mean, u and interval ends over the blocks is within the tolerance of u.
function adaptive(run: (count: number) => Float64Array, level: number, digits: number, maxTrials: number): MonteCarloResult {
  const size = Math.max(Math.ceil(100 / (1 - level)), 10_000);
  const blocks: Float64Array[] = [];
  const parts: number[][] = [];
  for (;;) {
    const y = run(size);
    blocks.push(y);
    const s = summary(y, level);
    parts.push([s.mean, s.u, s.shortest[0], s.shortest[1]]);
    const h = blocks.length;
    if (h < 2) continue;
    const errors = [0, 1, 2, 3].map((k) => {
      const mean = parts.reduce((t, p) => t + p[k]! / h, 0);
      return Math.sqrt(parts.reduce((t, p) => t + (p[k]! - mean) ** 2, 0) / (h * (h - 1)));
    });
    const u = parts.reduce((t, p) => t + p[1]! / h, 0);
    const done = errors.every((e) => 2 * e < numericalTolerance(u, digits));
    if (done || h * size >= maxTrials) {
      const all = new Float64Array(h * size);
      blocks.forEach((b, k) => {
        all.set(b, k * size);
      });
      return { ...summary(all, level), trials: all.length, status: done ? 'converged' : 'max_trials', standardErrors: errors };
    }
  }
}

/** Half a unit of the last of `digits` significant digits of u. @returns in the unit of u. @reference JCGM 101:2008, 7.9.2. */
export function numericalTolerance(u: number, digits: number): number {
  return u > 0 ? 0.5 * 10 ** (Math.floor(Math.log10(u)) - digits + 1) : Number.POSITIVE_INFINITY;
}

/**
 * Supplement 1's check of the law of propagation: both ends of y ± U must meet the Monte Carlo interval within the tolerance of u.
 * @returns whether both ends agree, and by how much they differ, in the unit of y.
 * @reference JCGM 101:2008, clause 8.
 */
export function validateGum(
  gum: { readonly y: number; readonly u: number; readonly expanded: number },
  mc: MonteCarloResult,
  digits = 2,
): { readonly valid: boolean; readonly dLow: number; readonly dHigh: number; readonly tolerance: number } {
  const dLow = Math.abs(gum.y - gum.expanded - mc.shortest[0]);
  const dHigh = Math.abs(gum.y + gum.expanded - mc.shortest[1]);
  // a result without uncertainty is met to rounding
  const tolerance = gum.u > 0 ? numericalTolerance(gum.u, digits) : ROUNDING_SHARE * Math.abs(gum.y);
  return { valid: dLow <= tolerance && dHigh <= tolerance, dLow, dHigh, tolerance };
}
