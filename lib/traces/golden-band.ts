import { moments, studentT } from '@/lib/numerics';
import type { StepWindow } from './features';

/** Means and prediction limits at each sample, in the sensor's unit; NaN where too few runs have it. */
export interface GoldenBand {
  mid: Float32Array;
  lo: Float32Array;
  hi: Float32Array;
  /** Good runs behind it. */
  runs: number;
}

/**
 * Another run's samples at this run's sample times, aligned on the start of each step and interpolated linearly inside the step. NaN
 * where the other run had no such step, or its step was shorter.
 * @param t - this run's times, s, ascending. @param steps - this run's steps.
 * @param other - the other run: times, one sensor's samples, steps.
 */
export function alignToSteps(
  t: Float32Array,
  steps: readonly StepWindow[],
  other: { t: Float32Array; v: Float32Array; steps: readonly StepWindow[] },
): Float32Array {
  const out = new Float32Array(t.length).fill(Number.NaN);
  let k = 0;
  let s = -1;
  for (let i = 0; i < t.length; i++) {
    while (s + 1 < steps.length && t[i]! >= steps[s + 1]!.start) {
      s++;
      k = 0;
    }
    const step = steps[s];
    const twin = s < 0 ? undefined : other.steps[s];
    if (step !== undefined && (twin === undefined || twin.name !== step.name)) continue;
    const at = step === undefined || twin === undefined ? t[i]! : twin.start + (t[i]! - step.start);
    if (twin !== undefined && at > twin.end + 1e-3) continue;
    while (k + 1 < other.t.length && other.t[k + 1]! < at) k++;
    const a = other.t[k]!;
    const b = other.t[Math.min(other.t.length - 1, k + 1)]!;
    if (at < a - 1e-3 || at > b + 1e-3) continue;
    const f = b > a ? Math.min(1, Math.max(0, (at - a) / (b - a))) : 0;
    out[i] = f === 0 ? other.v[k]! : f === 1 ? other.v[k + 1]! : other.v[k]! + f * (other.v[k + 1]! - other.v[k]!);
  }
  return out;
}

/** Fewer values than this at a sample say too little of its spread: no band is drawn. */
export const LEAST_RUNS = 5;
/** Share of nominal values that the band holds at each sample, that of ±3σ of a normal distribution. */
const COVERAGE = 0.9973;
/** A value of the good runs that Grubbs' test refuses at this level is no part of the band. */
const GRUBBS_LEVEL = 0.001;

interface Factors {
  /** Half width over the standard deviation. */
  readonly half: number;
  /** Largest distance from the mean over the standard deviation that is no outlier. */
  readonly grubbs: number;
}

const factors = new Map<number, Factors>();

/**
 * Of n values: t(n − 1)·√(1 + 1/n), and the critical value of Grubbs' two-sided test.
 * @reference ISO 16269-8:2004, clause 5 (prediction interval for one further value); Grubbs, Technometrics 11 (1969) 1.
 */
function factorsOf(n: number): Factors {
  const known = factors.get(n);
  if (known !== undefined) return known;
  const t = studentT(n - 1).quantile((1 + COVERAGE) / 2);
  const g = studentT(n - 2).quantile(1 - GRUBBS_LEVEL / (2 * n));
  const made = { half: t * Math.sqrt(1 + 1 / n), grubbs: ((n - 1) / Math.sqrt(n)) * Math.sqrt((g * g) / (n - 2 + g * g)) };
  factors.set(n, made);
  return made;
}

/**
 * Where the next nominal run lies, sample by sample: the prediction interval mean ± t·s·√(1 + 1/n) of the n aligned traces that have the
 * sample, which is wider for few runs as their mean and spread are less certain. One value a sample that Grubbs' test refuses at 0.1 % is
 * left out. Samples with fewer than 5 values are NaN. Undefined where no sample has 5: too few runs to judge.
 */
export function goldenBand(traces: readonly Float32Array[], n: number): GoldenBand | undefined {
  if (traces.length < LEAST_RUNS) return undefined;
  const mid = new Float32Array(n).fill(Number.NaN);
  const lo = new Float32Array(n).fill(Number.NaN);
  const hi = new Float32Array(n).fill(Number.NaN);
  const column = new Float64Array(traces.length);
  let known = 0;
  for (let i = 0; i < n; i++) {
    let m = 0;
    for (const tr of traces) {
      const v = tr[i];
      if (v !== undefined && !Number.isNaN(v)) column[m++] = v;
    }
    if (m < LEAST_RUNS) continue;
    known++;
    const [mean, sd, used] = withoutOutlier(column, m);
    const half = factorsOf(used).half * sd;
    mid[i] = mean;
    lo[i] = mean - half;
    hi[i] = mean + half;
  }
  return known === 0 ? undefined : { mid, lo, hi, runs: traces.length };
}

/** Mean, standard deviation and count of the first m values, without the farthest where it is an outlier. Reorders them. */
function withoutOutlier(v: Float64Array, m: number): [mean: number, sd: number, used: number] {
  const [mean, sd] = momentsOf(v, m);
  if (m <= LEAST_RUNS || sd === 0) return [mean, sd, m];
  let far = 0;
  for (let i = 1; i < m; i++) if (Math.abs(v[i]! - mean) > Math.abs(v[far]! - mean)) far = i;
  if (Math.abs(v[far]! - mean) <= factorsOf(m).grubbs * sd) return [mean, sd, m];
  v[far] = v[m - 1]!;
  return [...momentsOf(v, m - 1), m - 1];
}

function momentsOf(v: Float64Array, m: number): [mean: number, sd: number] {
  const { mean, variance } = moments(v.subarray(0, m));
  return [mean, Math.sqrt(variance)];
}
