import { AppError } from '@/lib/errors';
import { MIN_SAMPLES, type StepWindow } from './features';

/** What is taken of one sensor within one step, in the unit of the sensor; NaN where the samples do not tell. */
export interface StepIndicators {
  readonly mean: number;
  /** Divisor n − 1. */
  readonly sd: number;
  readonly min: number;
  readonly max: number;
  /** Least squares, unit/s. */
  readonly slope: number;
  /** ∫ v dt, unit·s. */
  readonly area: number;
  /** Seconds from the first sample of the step until the sensor stays at its final level. */
  readonly settle: number;
  /** Samples that are not there: recorded as nothing, or never sent. */
  readonly missing: number;
}

/** The end of a step that shows its final level, share of its recorded samples. */
const TAIL = 0.2;
/** Fewest recorded samples for a time to settle: two of them are its tail. */
const SETTLE_SAMPLES = 10;
/** The sensor has settled when it stays this near to its final level, share of its change over the step. */
const BAND = 0.05;
/** Noise of the tail is not unsettled: robust sigmas that it may wander. */
const NOISE_SIGMAS = 4;
/** Median absolute difference of neighbours to sigma of independent normal noise, 1/(√2 Φ⁻¹(3/4)): unlike a deviation it does not count a ramp as noise. */
const STEP_TO_SIGMA = 1.04835;
/** A gap is more than one and a half usual intervals: sampling that is merely unsteady loses nothing. */
const GAP = 1.5;

const NONE: StepIndicators = { mean: NaN, sd: NaN, min: NaN, max: NaN, slope: NaN, area: NaN, settle: NaN, missing: NaN };

/**
 * Indicators of one sensor within one step.
 *
 * mean, sd and slope by Welford's recurrences over the recorded samples (fewer than {@link MIN_SAMPLES}: NaN, as {@link summariseTrace});
 * area by the trapezoidal rule over the recorded samples, a gap being bridged by a straight line;
 * settle: the final level v∞ is the median of the last fifth, the band max(0.05 |v₀ − v∞|, 4 σ), σ from the median difference of neighbours in that fifth; the time of the
 * first sample after the last one outside of the band, less that of the first. A sensor that never leaves the band settles in 0 s; one
 * that is still outside within the last fifth has not settled, and has the length of its step;
 * missing: samples that are NaN, and round(gap / usual interval) − 1 for every interval above 1.5 times the median one.
 * @param t - sample times, s, shape (n,), ascending.
 * @param v - samples of the sensor, shape (n,); NaN where nothing was recorded.
 * @param step - seconds from the start of the run, end exclusive.
 * @returns all NaN where the step has no sample at all.
 * @throws AppError `dimension_mismatch` when the lengths differ.
 * @complexity O(n log n) in the samples of the step, for the medians.
 * @reference slope: Chan, Golub & LeVeque, Am. Stat. 37 (1983) 242; settling to 5 %: Ogata, Modern Control Engineering, 5th ed. (2010), §5-3.
 */
export function stepIndicators(t: ArrayLike<number>, v: ArrayLike<number>, step: StepWindow): StepIndicators {
  if (t.length !== v.length) throw new AppError('dimension_mismatch', `${v.length} samples at ${t.length} times`);
  // Times may be float32; the borders are rounded alike, so that a sample on a border falls on the side on which it was sent.
  const [start, end] = [Math.fround(step.start), Math.fround(step.end)];
  const times: number[] = [];
  const recorded: number[] = [];
  const values: number[] = [];
  for (let i = 0; i < t.length; i++) {
    if (t[i]! < start || t[i]! >= end) continue;
    times.push(t[i]!);
    if (Number.isNaN(v[i]!)) continue;
    recorded.push(t[i]!);
    values.push(v[i]!);
  }
  if (times.length === 0) return NONE;
  const missing = times.length - values.length + neverSent(times);
  return { ...momentsOf(recorded, values), area: areaOf(recorded, values), settle: settleOf(recorded, values), missing };
}

function momentsOf(t: readonly number[], v: readonly number[]): Pick<StepIndicators, 'mean' | 'sd' | 'min' | 'max' | 'slope'> {
  let meanT = 0;
  let mean = 0;
  let stt = 0;
  let stv = 0;
  let svv = 0;
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < v.length; i++) {
    const y = v[i]!;
    const dt = t[i]! - meanT;
    const dv = y - mean;
    meanT += dt / (i + 1);
    mean += dv / (i + 1);
    stt += dt * (t[i]! - meanT);
    svv += dv * (y - mean);
    stv += dt * (y - mean);
    if (y < min) min = y;
    if (y > max) max = y;
  }
  const enough = v.length >= MIN_SAMPLES;
  return {
    mean: enough ? mean : NaN,
    sd: enough ? Math.sqrt(svv / (v.length - 1)) : NaN,
    min: v.length > 0 ? min : NaN,
    max: v.length > 0 ? max : NaN,
    slope: enough && stt > 0 ? stv / stt : NaN,
  };
}

function areaOf(t: readonly number[], v: readonly number[]): number {
  if (v.length < 2) return NaN;
  let area = 0;
  for (let i = 1; i < v.length; i++) area += ((t[i]! - t[i - 1]!) * (v[i]! + v[i - 1]!)) / 2;
  return area;
}

function settleOf(t: readonly number[], v: readonly number[]): number {
  const n = v.length;
  if (n < SETTLE_SAMPLES) return NaN;
  const from = n - Math.floor(TAIL * n);
  const tail = v.slice(from);
  const level = median(tail);
  const noise = STEP_TO_SIGMA * median(tail.slice(1).map((x, i) => Math.abs(x - tail[i]!)));
  const band = Math.max(BAND * Math.abs(v[0]! - level), NOISE_SIGMAS * noise);
  let last = n - 1;
  while (last >= 0 && Math.abs(v[last]! - level) <= band) last--;
  if (last < 0) return 0;
  return last >= from ? t[n - 1]! - t[0]! : t[last + 1]! - t[0]!;
}

/** Samples that an even interval would have brought between those that came. */
function neverSent(t: readonly number[]): number {
  if (t.length < MIN_SAMPLES) return 0;
  const intervals = t.slice(1).map((x, i) => x - t[i]!);
  const usual = median(intervals);
  if (!(usual > 0)) return 0;
  return intervals.reduce((sum, d) => (d > GAP * usual ? sum + Math.round(d / usual) - 1 : sum), 0);
}

function median(values: readonly number[]): number {
  const s = Float64Array.from(values).sort();
  const mid = s.length >> 1;
  return s.length % 2 === 1 ? s[mid]! : (s[mid - 1]! + s[mid]!) / 2;
}
