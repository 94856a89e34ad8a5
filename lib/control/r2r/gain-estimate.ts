import { AppError } from '@/lib/errors';
import { studentT } from '@/lib/numerics';

/** Runs of one thread in process order: setpoint and output, both finite; wafers of one lot and setpoint count best as their mean. */
export interface GainThread {
  /** Knob units, (n,). */
  readonly x: ArrayLike<number>;
  /** Output units, (n,). */
  readonly y: ArrayLike<number>;
  /** Whether maintenance went before the run. */
  readonly afterMaintenance: ArrayLike<boolean>;
}

/** Gain of a process with its interval. */
export interface GainEstimate {
  /** dy/dx of the process, output unit per knob unit, and the interval that both readings of maintenance allow. */
  readonly gain: number;
  readonly low: number;
  readonly high: number;
  /** Runs used. */
  readonly n: number;
}

/** Why there is no estimate: too few runs, or setpoints that moved too little against the noise. */
export type GainVerdict =
  | { readonly estimate: GainEstimate; readonly reason: null }
  | { readonly estimate: null; readonly reason: string };

const FEWEST = 20;
/** An estimate is stated when its interval has one sign and its ends differ by no more than this factor. */
const WIDEST = 8;
/** Poles of the noise model: 1 is IMA(1,1), 0 is a level with white noise. */
const PHIS = [0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1];
const THETAS = Array.from({ length: 57 }, (_, i) => -0.4 + i * 0.025);

/**
 * Gain of a process that was run in closed loop: y_t = b x_t + d_t with d = level + (1 − θB)/(1 − φB) ε, which holds IMA(1,1) at φ = 1. A regression of
 * y on x alone is biased there, because the controller moves x against d; with the noise model in it the direct method is consistent. For each (φ, θ)
 * the innovations are linear in b and in the levels, so that SSE(b) is a parabola; the interval { b : deviance(b) <= least + ν ln(1 + t²/ν) } is the
 * union of what the parabolas allow. Whether maintenance is a step of the same disturbance or the start of another matters more than the noise (short
 * segments with levels of their own bias the gain upwards, one common level downwards), so the stated interval covers both readings and the estimate is
 * their geometric mean. A loop tuned to minimum variance without delay leaves b and θ indistinguishable: the interval shows it by its width.
 * @param threads - runs in process order; x in knob units, y in output units.
 * @param level - coverage of the interval.
 * @returns gain in output unit per knob unit, or why there is none.
 * @throws AppError `invalid_input` on values that are not finite or lengths that differ.
 * @complexity 1140 N.
 * @reference Box & MacGregor, Technometrics 16 (1974) 391 and 18 (1976) 371 (direct method); Ljung, System Identification, 2nd ed. (1999), §13.4.
 */
export function estimateGain(threads: readonly GainThread[], level = 0.95): GainVerdict {
  for (const s of threads) {
    if (s.x.length !== s.y.length || s.x.length !== s.afterMaintenance.length)
      throw new AppError('invalid_input', `${s.x.length} setpoints but ${s.y.length} outputs; give one of each per run`, {
        field: 'x',
      });
    for (let i = 0; i < s.x.length; i++)
      if (!Number.isFinite(s.x[i]!) || !Number.isFinite(s.y[i]!))
        throw new AppError('invalid_input', `run ${i}: x = ${s.x[i]}, y = ${s.y[i]}; leave out runs without both`, { index: i });
  }
  const whole = threads.map((t) => ({ x: Array.from(t.x), y: Array.from(t.y) }));
  const n = whole.reduce((t, s) => t + s.x.length, 0);
  if (n < FEWEST) return { estimate: null, reason: `${n} measured runs are too few to estimate the gain; it takes ${FEWEST}` };
  if (whole.every((s) => s.x.every((v) => v === s.x[0])))
    return { estimate: null, reason: 'the setpoint never moved, so the gain cannot be estimated' };
  const readings = [whole, threads.flatMap(stretches)].map((s) => profile(s, level)).filter((p) => p !== null);
  if (readings.length === 0)
    return { estimate: null, reason: 'no period between maintenance is long enough to estimate the gain' };
  const low = Math.min(...readings.map((p) => p.low));
  const high = Math.max(...readings.map((p) => p.high));
  const [near, far] = [Math.min(Math.abs(low), Math.abs(high)), Math.max(Math.abs(low), Math.abs(high))];
  if (!(low * high > 0) || far > WIDEST * near)
    return {
      estimate: null,
      reason: `the setpoints moved too little against the noise: by ${n} runs the gain lies anywhere from ${low.toPrecision(2)} to ${high.toPrecision(2)}`,
    };
  const gain = Math.sign(low) * Math.exp(readings.reduce((s, p) => s + Math.log(Math.abs(p.gain)), 0) / readings.length);
  return { estimate: { gain, low, high, n }, reason: null };
}

interface Stretch {
  readonly x: number[];
  readonly y: number[];
}

/** A thread cut at its maintenance; segments of fewer than three runs carry no information. */
function stretches(t: GainThread): Stretch[] {
  const out: Stretch[] = [];
  for (let i = 0; i < t.x.length; i++) {
    if (i === 0 || t.afterMaintenance[i]) out.push({ x: [], y: [] });
    out.at(-1)!.x.push(t.x[i]!);
    out.at(-1)!.y.push(t.y[i]!);
  }
  return out;
}

/** Profile likelihood of b over φ, θ and one level a segment; null where nothing is left to estimate it from. */
function profile(all: readonly Stretch[], level: number): { gain: number; low: number; high: number } | null {
  const used = all.filter((s) => s.x.length >= 3);
  const free = used.reduce((t, s) => t + s.x.length - 1, 0);
  const dof = free - 3;
  if (dof < 8) return null;
  const points = PHIS.flatMap((phi) => THETAS.map((theta) => sums(used, phi, theta))).filter((p) => p.xx > 0);
  if (points.length === 0) return null;
  const deviance = (p: Sums) => free * Math.log(sse(p, p.xy / p.xx)) + p.logLevels;
  const best = points.reduce((a, p) => (deviance(p) < deviance(a) ? p : a));
  const gain = best.xy / best.xx;
  if (!(sse(best, gain) > 0)) return { gain, low: gain, high: gain };
  const most = deviance(best) + free * Math.log1p(studentT(dof).quantile(0.5 + level / 2) ** 2 / dof);
  let [low, high] = [gain, gain];
  for (const p of points) {
    // SSE(b) = yy − 2 b xy + b² xx <= limit
    const d = p.xy ** 2 - p.xx * (p.yy - Math.exp((most - p.logLevels) / free));
    if (!(d >= 0)) continue;
    low = Math.min(low, (p.xy - Math.sqrt(d)) / p.xx);
    high = Math.max(high, (p.xy + Math.sqrt(d)) / p.xx);
  }
  return { gain, low, high };
}

interface Sums {
  readonly yy: number;
  readonly xy: number;
  readonly xx: number;
  readonly logLevels: number;
}

const sse = (p: Sums, b: number): number => Math.max(0, p.yy - b * (2 * p.xy - b * p.xx));

/** Sums of squares of the innovations of y and x for one (φ, θ), each segment's level taken out, and the log determinant that the levels cost. */
function sums(used: readonly Stretch[], phi: number, theta: number): Sums {
  let [yy, xy, xx, logLevels] = [0, 0, 0, 0];
  for (const s of used) {
    const [y0, x0] = [s.y[0]!, s.x[0]!];
    let [ey, ex, el] = [0, 0, 1];
    let [syy, sxy, sxx, syl, sxl, sll] = [0, 0, 0, 0, 0, 1];
    for (let i = 1; i < s.x.length; i++) {
      ey = s.y[i]! - y0 - phi * (s.y[i - 1]! - y0) + theta * ey;
      ex = s.x[i]! - x0 - phi * (s.x[i - 1]! - x0) + theta * ex;
      el = 1 - phi + theta * el;
      syy += ey * ey;
      sxy += ex * ey;
      sxx += ex * ex;
      syl += ey * el;
      sxl += ex * el;
      sll += el * el;
    }
    yy += syy - (syl * syl) / sll;
    xy += sxy - (sxl * syl) / sll;
    xx += sxx - (sxl * sxl) / sll;
    logLevels += Math.log(sll);
  }
  return { yy, xy, xx, logLevels };
}
