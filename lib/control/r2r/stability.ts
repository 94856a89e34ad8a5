import { AppError } from '@/lib/errors';

/**
 * Which controller runs. `filter`: a_k = λ w_{k−d} + (1 − λ) a_{k−1}, x = x_nominal − a/b — the form of `updateThread`.
 * `integral`: x_{k+1} = x_k − (λ/b)(y_{k−d} − T). Without delay they are the same; under delay they are not.
 */
export type ControllerForm = 'filter' | 'integral';

/** How far a loop is from instability. */
export interface StabilityMargin {
  readonly form: ControllerForm;
  readonly delay: number;
  /** Stable for 0 < gain ratio ξ = β/b < this. */
  readonly maxGainRatio: number;
  readonly gainRatio: number;
  /** maxGainRatio/ξ: above 1 stable, 2 means the process gain may double. */
  readonly gainMargin: number;
  readonly stable: boolean;
  /** Largest |root| of the closed loop; below 1 is stable, 1/|ln| of it is the number of runs to settle by e. */
  readonly spectralRadius: number;
}

function check(lambda: number, delay: number): void {
  if (!(lambda > 0 && lambda <= 1))
    throw new AppError('invalid_input', `lambda must lie in (0, 1], got ${lambda}`, { field: 'lambda' });
  if (!Number.isInteger(delay) || delay < 0)
    throw new AppError('invalid_input', `delay counts runs of the thread: an integer >= 0, got ${delay}`, { field: 'delay' });
}

/**
 * Largest gain ratio ξ = β/b for which the loop is stable with a metrology delay of `delay` runs of this thread.
 * Integral form: λξ < 2 sin(π/(2(2d + 1))). Filter form: roots of z^{d+1} − (1 − λ)z^d + λ(ξ − 1) inside the unit circle, the bound is
 * where a pair crosses it: sin((d+1)θ) = (1 − λ) sin(dθ), ξ = 1 + [(1 − λ) cos(dθ) − cos((d+1)θ)]/λ.
 * @param lambda - EWMA weight.
 * @param delay - d, whole runs.
 * @returns dimensionless.
 * @throws AppError `invalid_input` on λ outside (0, 1] or a delay that is not a whole number of runs.
 * @reference Levin & May, Theor. Popul. Biol. 9 (1976) 178 (integral form); Kuruklis, J. Math. Anal. Appl. 188 (1994) 719 (filter form).
 */
export function maxGainRatio(lambda: number, delay: number, form: ControllerForm = 'filter'): number {
  check(lambda, delay);
  if (form === 'integral') return (2 * Math.sin(Math.PI / (2 * (2 * delay + 1)))) / lambda;
  const a = 1 - lambda;
  if (delay === 0) return 2 / lambda;
  let lo = 1e-12;
  let hi = Math.PI / (delay + 1);
  for (let k = 0; k < 200 && hi - lo > 1e-16; k++) {
    const t = 0.5 * (lo + hi);
    if (Math.sin((delay + 1) * t) - a * Math.sin(delay * t) > 0) lo = t;
    else hi = t;
  }
  const t = 0.5 * (lo + hi);
  return 1 + (a * Math.cos(delay * t) - Math.cos((delay + 1) * t)) / lambda;
}

/**
 * Stability of a loop with λ, delay in runs and gain ratio ξ = true gain/model gain. Errors as `maxGainRatio`.
 * @param lambda - EWMA weight.
 * @param delay - d, whole runs.
 * @param gainRatio - ξ, dimensionless.
 */
export function stabilityMargin(
  lambda: number,
  delay: number,
  gainRatio: number,
  form: ControllerForm = 'filter',
): StabilityMargin {
  const bound = maxGainRatio(lambda, delay, form);
  const c = new Float64Array(delay + 2); // ascending powers
  if (form === 'integral') {
    c[delay + 1] = 1; // z^{d+1} − z^d + λξ
    c[delay]! -= 1;
    c[0]! += lambda * gainRatio;
  } else {
    c[delay + 1] = 1;
    c[delay]! -= 1 - lambda;
    c[0]! += lambda * (gainRatio - 1);
  }
  return {
    form,
    delay,
    maxGainRatio: bound,
    gainRatio,
    gainMargin: gainRatio > 0 ? bound / gainRatio : 0,
    stable: gainRatio > 0 && gainRatio < bound,
    spectralRadius: largestRoot(c),
  };
}

/**
 * Largest |root| of a polynomial, coefficients in ascending powers, by Aberth's simultaneous iteration.
 * @param coefficients - (degree + 1,), real.
 * @returns dimensionless.
 * @throws AppError `not_converged` when 500 iterations do not settle (multiple roots settle to about 1e-7).
 * @reference Aberth, Math. Comp. 27 (1973) 339.
 */
export function largestRoot(coefficients: ArrayLike<number>): number {
  const { re, im } = polynomialRoots(coefficients);
  let r = 0;
  for (let i = 0; i < re.length; i++) r = Math.max(r, Math.hypot(re[i]!, im[i]!));
  return r;
}

/**
 * All roots of a real polynomial, coefficients in ascending powers with a non-zero last one.
 * @param coefficients - (degree + 1,).
 * @returns roots, (degree,).
 * @throws AppError `invalid_input` for a leading coefficient of 0; `not_converged` as {@link largestRoot}.
 * @reference Aberth, Math. Comp. 27 (1973) 339.
 */
export function polynomialRoots(coefficients: ArrayLike<number>): { re: Float64Array; im: Float64Array } {
  const n = coefficients.length - 1;
  const lead = coefficients[n]!;
  if (!(Math.abs(lead) > 0)) throw new AppError('invalid_input', 'the leading coefficient must not be 0');
  const c = Float64Array.from(coefficients, (v) => v / lead);
  const bound = 1 + Math.max(...c.subarray(0, n).map(Math.abs), 0);
  const re = Float64Array.from({ length: n }, (_, k) => 0.7 * bound * Math.cos((2 * Math.PI * k) / n + 0.4));
  const im = Float64Array.from({ length: n }, (_, k) => 0.7 * bound * Math.sin((2 * Math.PI * k) / n + 0.4));
  for (let pass = 0; pass < 500; pass++) {
    let largest = 0;
    for (let k = 0; k < n; k++) {
      const [pr, pi, dr, di] = horner(c, re[k]!, im[k]!);
      const d2 = dr * dr + di * di;
      if (pr === 0 && pi === 0) continue;
      if (d2 === 0) {
        re[k]! += 1e-6;
        largest = 1;
        continue;
      }
      const nr = (pr * dr + pi * di) / d2; // Newton step p/p′
      const ni = (pi * dr - pr * di) / d2;
      let sr = 0;
      let si = 0;
      for (let j = 0; j < n; j++) {
        if (j === k) continue;
        const ar = re[k]! - re[j]!;
        const ai = im[k]! - im[j]!;
        const a2 = ar * ar + ai * ai || 1e-300;
        sr += ar / a2;
        si -= ai / a2;
      }
      const br = 1 - (nr * sr - ni * si);
      const bi = -(nr * si + ni * sr);
      const b2 = br * br + bi * bi || 1e-300;
      const wr = (nr * br + ni * bi) / b2;
      const wi = (ni * br - nr * bi) / b2;
      re[k]! -= wr;
      im[k]! -= wi;
      largest = Math.max(largest, Math.hypot(wr, wi) / Math.max(1, Math.hypot(re[k]!, im[k]!)));
    }
    if (largest < 1e-14) return { re, im };
  }
  // multiple roots approach linearly; what is left is judged by its residual against the rounding level of a double root
  for (let k = 0; k < n; k++) {
    const [pr, pi] = horner(c, re[k]!, im[k]!);
    if (Math.hypot(pr, pi) > 1e-10 * Math.max(1, Math.hypot(re[k]!, im[k]!)) ** n * bound)
      throw new AppError('not_converged', 'polynomial roots did not settle', { degree: n });
  }
  return { re, im };
}

function horner(c: Float64Array, x: number, y: number): [number, number, number, number] {
  const n = c.length - 1;
  let pr = 1;
  let pi = 0;
  let dr = 0;
  let di = 0;
  for (let k = n - 1; k >= 0; k--) {
    const tr = dr * x - di * y + pr;
    di = dr * y + di * x + pi;
    dr = tr;
    const qr = pr * x - pi * y + c[k]!;
    pi = pr * y + pi * x;
    pr = qr;
  }
  return [pr, pi, dr, di];
}
