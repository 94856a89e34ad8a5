import { AppError } from '@/lib/errors';
import { exact, fisherF, fromRows, leastSquares, magnitude, moments, requireVariation } from '@/lib/numerics';

/** Mean of repeated observations with its standard uncertainty; unit of the observations. */
export interface TypeA {
  readonly mean: number;
  /** Divisor n − 1. */
  readonly sd: number;
  /** sd/√n. */
  readonly u: number;
  readonly n: number;
  readonly dof: number;
}

/**
 * Type A evaluation of repeated observations.
 * @param values - (n,), any unit.
 * @throws AppError `invalid_input` below two.
 * @reference JCGM 100:2008, 4.2.
 * @reference JCGM 100:2008, eqs. 3–5.
 */
export function typeA(values: ArrayLike<number>): TypeA {
  const m = moments(values);
  if (m.n < 2) throw new AppError('invalid_input', `a type A evaluation needs two observations or more, got ${m.n}`, { n: m.n });
  const sd = Math.sqrt(m.variance);
  return { mean: m.mean, sd, u: sd / Math.sqrt(m.n), n: m.n, dof: m.n - 1 };
}

/**
 * Pooled standard deviation of groups, √(Σ ν_i s_i²/Σ ν_i).
 * @param groups - repeated observations, any unit; lengths may differ.
 * @returns sd in the unit of the observations, and Σ ν.
 * @reference JCGM 100:2008, H.3.6.
 */
export function pooledSd(groups: ArrayLike<ArrayLike<number>>): { readonly sd: number; readonly dof: number } {
  let ss = 0;
  let dof = 0;
  for (let i = 0; i < groups.length; i++) {
    const t = typeA(groups[i]!);
    ss += t.dof * t.sd ** 2;
    dof += t.dof;
  }
  return { sd: Math.sqrt(ss / dof), dof };
}

/**
 * Means, standard uncertainties and correlation of the means of simultaneous observations, one column a quantity.
 * @param columns - (n,) each, units of their quantities.
 * @returns means and u in these units.
 * @throws AppError `invalid_input` on unequal lengths or fewer than two observations.
 * @reference JCGM 100:2008, 5.2.3, H.2.
 */
export function simultaneous(columns: readonly (readonly number[])[]): {
  readonly means: number[];
  readonly u: number[];
  readonly correlation: number[][];
  readonly covariance: number[][];
} {
  const n = columns[0]?.length ?? 0;
  if (n < 2 || columns.some((c) => c.length !== n))
    throw new AppError('invalid_input', 'simultaneous observations need columns of one length, two or more', { n });
  const t = columns.map((c) => typeA(c));
  const covariance = columns.map((a, i) =>
    columns.map((b, j) => a.reduce((s, v, k) => s + (v - t[i]!.mean) * (b[k]! - t[j]!.mean), 0) / (n * (n - 1))),
  );
  return {
    means: t.map((v) => v.mean),
    u: t.map((v) => v.u),
    covariance,
    correlation: covariance.map((row, i) => row.map((v, j) => v / (t[i]!.u * t[j]!.u))),
  };
}

/** A calibration line y1 + y2 (x − x0). */
export interface CalibrationLine {
  /** Intercept at x0, unit of y. */
  readonly y1: number;
  /** Slope, unit of y over unit of x. */
  readonly y2: number;
  readonly uY1: number;
  readonly uY2: number;
  /** Correlation of intercept and slope. */
  readonly r: number;
  /** Residual standard deviation, unit of y. */
  readonly s: number;
  readonly dof: number;
  /** Value of the line at x and its standard uncertainty, with the correlation. */
  predict(x: number): { readonly value: number; readonly u: number; readonly uUncorrelated: number };
}

/**
 * Calibration line y = y1 + y2 (x − x0) by least squares.
 * @param x - (n,).
 * @param y - (n,).
 * @param x0 - where the intercept is taken, unit of x.
 * @throws AppError `invalid_input` below three points or on lengths that differ; `out_of_domain` when x does not vary.
 * @reference JCGM 100:2008, H.3.
 */
export function calibrationLine(x: ArrayLike<number>, y: ArrayLike<number>, x0: number): CalibrationLine {
  if (x.length < 3)
    throw new AppError('invalid_input', `a calibration line needs three points or more, got ${x.length}`, { n: x.length });
  if (y.length !== x.length)
    throw new AppError('invalid_input', `y has ${y.length} values, x has ${x.length}; give one a stimulus`, { field: 'y' });
  requireVariation('x', x);
  const f = leastSquares(fromRows(Array.from({ length: x.length }, (_, i) => [1, x[i]! - x0])), y);
  const [y1, y2] = [exact(f.coefficients[0]!, magnitude(y)), f.coefficients[1]!];
  const [uY1, uY2] = [f.standardErrors[0]!, f.standardErrors[1]!];
  const cov = f.covariance[1]!;
  return {
    y1,
    y2,
    uY1,
    uY2,
    r: designCorrelation(x, x0),
    s: f.residualSigma,
    dof: f.dof,
    predict: (at) => {
      const d = at - x0;
      const plain = uY1 ** 2 + d * d * uY2 ** 2;
      return { value: y1 + y2 * d, u: Math.sqrt(Math.max(0, plain + 2 * d * cov)), uUncorrelated: Math.sqrt(plain) };
    },
  };
}

/** Correlation of intercept and slope, −Σd/√(n Σd²) with d = x − x0: a matter of the stimuli, also where the line is perfect. */
function designCorrelation(x: ArrayLike<number>, x0: number): number {
  let [s, ss] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    s += x[i]! - x0;
    ss += (x[i]! - x0) ** 2;
  }
  return -s / Math.sqrt(x.length * ss);
}

/** Balanced one-way analysis of variance; unit of the observations. */
export interface OneWayAnova {
  readonly mean: number;
  readonly stdOfMeans: number;
  /** √ of the mean squares between (times group size) and within groups. */
  readonly sBetween: number;
  readonly sWithin: number;
  readonly F: number;
  readonly dofBetween: number;
  readonly dofWithin: number;
  readonly pValue: number;
  readonly uMean: number;
  /** Standard deviation of the group effect itself, 0 when F < 1. */
  readonly effectSd: number;
}

/**
 * Balanced one-way analysis of variance from group means and standard deviations, K values a group.
 * @param means - of the groups; `sds` their standard deviations.
 * @param K - values a group, at least 2.
 * @throws AppError `invalid_input` on too few groups or values.
 * @reference JCGM 100:2008, H.5.
 */
export function oneWayAnova(means: readonly number[], sds: readonly number[], K: number): OneWayAnova {
  const J = means.length;
  if (J < 2 || sds.length !== J || !(K >= 2))
    throw new AppError('invalid_input', `one-way analysis needs two groups of two values or more, got ${J} of ${K}`, { J, K });
  const m = moments(means);
  const between = K * m.variance;
  const within = sds.reduce((s, v) => s + v * v, 0) / J;
  const [dofBetween, dofWithin] = [J - 1, J * (K - 1)];
  const F = between / within;
  return {
    mean: m.mean,
    stdOfMeans: Math.sqrt(m.variance),
    sBetween: Math.sqrt(between),
    sWithin: Math.sqrt(within),
    F,
    dofBetween,
    dofWithin,
    pValue: fisherF(dofBetween, dofWithin).sf(F),
    uMean: Math.sqrt(m.variance / J),
    effectSd: Math.sqrt(Math.max(0, (between - within) / K)),
  };
}
