import { AppError } from '@/lib/errors';

/** A recipe step in a trace: seconds from the start of the run, start inclusive, end exclusive. */
export interface StepWindow {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Names and units of features, in one order. */
export interface FeatureList {
  readonly names: string[];
  readonly units: string[];
}

/** A step needs this many recorded samples of a sensor before its mean and slope are believed. */
export const MIN_SAMPLES = 3;

/**
 * Names and units of the features that {@link summariseTrace} takes, in its order: for each sensor and step the mean and the
 * least-squares slope.
 */
export function featureNames(sensors: readonly string[], units: readonly string[], steps: readonly string[]): FeatureList {
  const names: string[] = [];
  const out: string[] = [];
  sensors.forEach((s, k) => {
    for (const step of steps) {
      names.push(`${s}|${step}|mean`, `${s}|${step}|slope`);
      out.push(units[k] ?? '', `${units[k] ?? ''}/s`);
    }
  });
  return { names, units: out };
}

/**
 * Step features of one trace: for each sensor and step the mean and the least-squares slope over the recorded samples.
 * Slopes are computed from centred times, so that they do not cancel. A sensor with fewer than {@link MIN_SAMPLES} recorded samples
 * in a step yields NaN ("not measured") for both; nothing is filled in.
 * @param t - sample times, s, shape (n,), ascending.
 * @param v - samples, shape (sensors * n), sensor after sensor, each in its own unit; NaN where nothing was recorded.
 * @param steps - the windows; samples outside every window are not used.
 * @param into - shape (sensors * steps * 2), receives the features.
 * @throws AppError `dimension_mismatch` when the lengths do not fit.
 * @complexity one pass over the samples, no allocation a sensor.
 * @reference centred least-squares slope: Chan, Golub & LeVeque, Am. Stat. 37 (1983) 242.
 */
export function summariseTrace(
  t: Float32Array,
  v: Float32Array,
  sensors: number,
  steps: readonly StepWindow[],
  into: Float64Array,
): void {
  const n = t.length;
  if (v.length !== n * sensors) throw new AppError('dimension_mismatch', `${v.length} samples for ${sensors} sensors of ${n}`);
  if (into.length !== sensors * steps.length * 2)
    throw new AppError('dimension_mismatch', `room for ${into.length} features, need ${sensors * steps.length * 2}`);
  let out = 0;
  // Times are float32; borders are rounded alike, so that a sample on a border falls on the same side as it was sent.
  const bounds = steps.map((s) => [lowerBound(t, Math.fround(s.start)), lowerBound(t, Math.fround(s.end))] as const);
  for (let k = 0; k < sensors; k++) {
    const row = k * n;
    for (const [from, to] of bounds) {
      let m = 0;
      let meanT = 0;
      let meanV = 0;
      let stt = 0;
      let stv = 0;
      for (let i = from; i < to; i++) {
        const y = v[row + i]!;
        if (Number.isNaN(y)) continue;
        m++;
        // Welford's recurrences for the mean, the spread of the times, and the co-moment.
        const dt = t[i]! - meanT;
        meanT += dt / m;
        stt += dt * (t[i]! - meanT);
        meanV += (y - meanV) / m;
        stv += dt * (y - meanV);
      }
      const enough = m >= MIN_SAMPLES && stt > 0;
      into[out++] = enough ? meanV : Number.NaN;
      into[out++] = enough ? stv / stt : Number.NaN;
    }
  }
}

/** First index whose time is not before `x`. */
function lowerBound(t: Float32Array, x: number): number {
  let lo = 0;
  let hi = t.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (t[mid]! < x) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}
