import { AppError } from '@/lib/errors';
import {
  exact,
  fisherF,
  fromRows,
  leastSquares,
  magnitude,
  moments,
  requireVariation,
  studentT,
  withoutRounding,
} from '@/lib/numerics';
import { type GaugeComponents, gaugeComponents } from './gauge-components';

/** A gauge study by analysis of variance. */
export interface GaugeStudy extends GaugeComponents {
  readonly anova: readonly {
    readonly source: string;
    readonly dof: number;
    readonly ss: number;
    readonly ms: number;
    readonly F: number | null;
    readonly pValue: number | null;
  }[];
  /** True when the interaction was pooled into repeatability (p above 0.25). */
  readonly pooled: boolean;
}

interface Cube {
  readonly o: number;
  readonly p: number;
  readonly r: number;
}

function sizes(x: readonly (readonly (readonly number[])[])[]): Cube {
  const o = x.length;
  const p = x[0]?.length ?? 0;
  const r = x[0]?.[0]?.length ?? 0;
  if (
    o < 2 ||
    p < 2 ||
    r < 2 ||
    x.some((a) => a.length !== p || a.some((b) => b.length !== r || b.some((v) => !Number.isFinite(v))))
  ) {
    throw new AppError(
      'invalid_input',
      `a gauge study needs the same two or more repeats of two or more parts by two or more operators (tools), all measured; got ${o} x ${p} x ${r}`,
      { operators: o, parts: p, repeats: r },
    );
  }
  return { o, p, r };
}

/** F and its p value; null where both mean squares are 0, which says nothing. Against a mean square of 0 alone F is infinite (null) and p is 0. */
function ratio(ms: number, against: number, a: number, b: number): { readonly F: number | null; readonly pValue: number | null } {
  if (against > 0) return { F: ms / against, pValue: fisherF(a, b).sf(ms / against) };
  return { F: null, pValue: ms > 0 ? 0 : null };
}

/** Sums of squares that the rounding of the readings explains are 0. */
const meaningful = (ss: number, readings: readonly number[]): number => withoutRounding(ss, readings.length, magnitude(readings));

const mean = (v: readonly number[]): number => v.reduce((s, x) => s + x, 0) / v.length;

/**
 * Crossed gauge study by analysis of variance: every operator (or tool) measures every part. The interaction is pooled into repeatability when its
 * p value exceeds 0.25.
 * @param x - [operator][part][repeat].
 * @param tolerance - USL − LSL, for P/T.
 * @returns the table of the analysis and the components, unit of the readings.
 * @throws AppError `invalid_input` on an unbalanced or tiny study; `out_of_domain` when the readings do not vary.
 * @reference AIAG, Measurement Systems Analysis, 4th ed. (2010), app. A; Montgomery (2013), §8.7.2.
 */
export function crossedGauge(x: readonly (readonly (readonly number[])[])[], tolerance?: number): GaugeStudy {
  const { o, p, r } = sizes(x);
  const readings = x.flat(2) as number[];
  requireVariation('value', readings);
  const all = mean(readings);
  const byOperator = x.map((a) => mean(a.flat() as number[]));
  const byPart = Array.from({ length: p }, (_, j) => mean(x.flatMap((a) => [...a[j]!])));
  const ssO = meaningful(p * r * byOperator.reduce((s, v) => s + (v - all) ** 2, 0), readings);
  const ssP = meaningful(o * r * byPart.reduce((s, v) => s + (v - all) ** 2, 0), readings);
  let ssI = 0;
  let ssE = 0;
  x.forEach((a, i) => {
    a.forEach((b, j) => {
      const m = mean([...b]);
      ssI += r * (m - byOperator[i]! - byPart[j]! + all) ** 2;
      for (const v of b) ssE += (v - m) ** 2;
    });
  });
  ssI = meaningful(ssI, readings);
  ssE = meaningful(ssE, readings);
  const [dO, dP, dI, dE] = [o - 1, p - 1, (o - 1) * (p - 1), o * p * (r - 1)];
  const [msO, msP, msI] = [ssO / dO, ssP / dP, ssI / dI];
  const interaction = ratio(msI, ssE / dE, dI, dE);
  const pooled = interaction.pValue === null || interaction.pValue > 0.25;
  const msE = pooled ? (ssI + ssE) / (dI + dE) : ssE / dE;
  const against = pooled ? msE : msI;
  const dA = pooled ? dI + dE : dI;
  const anova = [
    { source: 'part', dof: dP, ss: ssP, ms: msP, ...ratio(msP, against, dP, dA) },
    { source: 'operator', dof: dO, ss: ssO, ms: msO, ...ratio(msO, against, dO, dA) },
    { source: 'interaction', dof: dI, ss: ssI, ms: msI, ...interaction },
    { source: 'repeatability', dof: dE, ss: ssE, ms: ssE / dE, F: null, pValue: null },
  ];
  const v = {
    repeatability: msE,
    interaction: pooled ? 0 : Math.max(0, (msI - msE) / r),
    operator: Math.max(0, (msO - against) / (p * r)),
    part: Math.max(0, (msP - against) / (o * r)),
  };
  return { ...gaugeComponents(v, tolerance), anova, pooled };
}

/**
 * Nested gauge study: each operator measures different parts (destructive tests).
 * @param x - [operator][part of this operator][repeat].
 * @param tolerance - USL − LSL, for P/T.
 * @returns the table of the analysis and the components, unit of the readings.
 * @throws AppError as {@link crossedGauge}.
 * @reference AIAG (2010); Montgomery (2013), §8.7; Searle, Casella & McCulloch, Variance Components (1992), §3.3.
 */
export function nestedGauge(x: readonly (readonly (readonly number[])[])[], tolerance?: number): GaugeStudy {
  const { o, p, r } = sizes(x);
  const readings = x.flat(2) as number[];
  requireVariation('value', readings);
  const all = mean(readings);
  let [ssO, ssP, ssE] = [0, 0, 0];
  for (const a of x) {
    const mo = mean(a.flat() as number[]);
    ssO += p * r * (mo - all) ** 2;
    for (const b of a) {
      const mp = mean([...b]);
      ssP += r * (mp - mo) ** 2;
      for (const v of b) ssE += (v - mp) ** 2;
    }
  }
  [ssO, ssP, ssE] = [ssO, ssP, ssE].map((v) => meaningful(v, readings)) as [number, number, number];
  const [dO, dP, dE] = [o - 1, o * (p - 1), o * p * (r - 1)];
  const [msO, msP, msE] = [ssO / dO, ssP / dP, ssE / dE];
  const anova = [
    { source: 'operator', dof: dO, ss: ssO, ms: msO, ...ratio(msO, msP, dO, dP) },
    { source: 'part(operator)', dof: dP, ss: ssP, ms: msP, ...ratio(msP, msE, dP, dE) },
    { source: 'repeatability', dof: dE, ss: ssE, ms: msE, F: null, pValue: null },
  ];
  const v = {
    repeatability: msE,
    interaction: 0,
    operator: Math.max(0, (msO - msP) / (p * r)),
    part: Math.max(0, (msP - msE) / r),
  };
  return { ...gaugeComponents(v, tolerance), anova, pooled: false };
}

/** Bias and linearity of a gauge; unit of the readings. */
export interface LinearityStudy {
  /** Bias at each reference, and its t test against 0; the p value is null where bias and scatter are both 0. */
  readonly bias: readonly {
    readonly reference: number;
    readonly bias: number;
    readonly u: number;
    readonly pValue: number | null;
  }[];
  readonly slope: number;
  readonly intercept: number;
  readonly uSlope: number;
  readonly uIntercept: number;
  /** p values of slope and intercept against 0: small means the gauge is not linear, or biased. Null where value and uncertainty are both 0. */
  readonly pSlope: number | null;
  readonly pIntercept: number | null;
}

/** Two-sided p value of value/u under Student's t; 0/0 has none. */
const twoSided = (value: number, u: number, dof: number): number | null =>
  u > 0 ? 2 * studentT(dof).sf(Math.abs(value / u)) : value === 0 ? null : 0;

/**
 * Bias and linearity against reference values: bias = slope · reference + intercept. Differences that the rounding of the readings explains are 0.
 * @param references - (parts,), unit of the readings.
 * @param readings - [part][repeat].
 * @throws AppError `invalid_input` on lengths that differ or fewer than two readings a reference; `out_of_domain` when the references do not differ.
 * @reference AIAG (2010), ch. III-B.
 */
export function linearityStudy(references: readonly number[], readings: readonly (readonly number[])[]): LinearityStudy {
  if (references.length !== readings.length || references.length < 2)
    throw new AppError(
      'invalid_input',
      `references: linearity needs two or more references with readings each, got ${references.length} and ${readings.length}`,
      { field: 'references' },
    );
  requireVariation('references', references);
  const largest = magnitude([...references, ...readings.flat()]);
  const rows: number[][] = [];
  const biases: number[] = [];
  const bias = references.map((ref, i) => {
    const m = moments(readings[i]!.map((v) => exact(v - ref, largest)));
    if (m.n < 2)
      throw new AppError('invalid_input', `readings: reference ${ref} has fewer than two readings`, {
        field: 'readings',
        reference: ref,
      });
    for (const v of readings[i]!) {
      rows.push([1, ref]);
      biases.push(exact(v - ref, largest));
    }
    const u = exact(Math.sqrt(m.variance / m.n), largest);
    const offset = exact(m.mean, largest);
    return { reference: ref, bias: offset, u, pValue: twoSided(offset, u, m.n - 1) };
  });
  const f = leastSquares(fromRows(rows), biases);
  const isPerfect = exact(f.residualSigma, largest) === 0;
  const [intercept, slope] = [exact(f.coefficients[0]!, largest), exact(f.coefficients[1]!, largest / magnitude(references))];
  const [uIntercept, uSlope] = isPerfect ? [0, 0] : [f.standardErrors[0]!, f.standardErrors[1]!];
  return {
    bias,
    intercept,
    slope,
    uIntercept,
    uSlope,
    pIntercept: twoSided(intercept, uIntercept, f.dof),
    pSlope: twoSided(slope, uSlope, f.dof),
  };
}

/** Match of two tools; unit of the readings. */
export interface ToolMatch {
  /** Mean of the tool less that of the reference: not the intercept of the line, which lies where the reference reads 0. */
  readonly offset: number;
  readonly uOffset: number;
  /** Dimensionless; 1 where the tools agree. */
  readonly slope: number;
  readonly uSlope: number;
  /** Standard deviation of the differences that offset and slope leave. */
  readonly netResidual: number;
  readonly n: number;
}

/**
 * Match of a tool to a reference tool on the same sites, both with error: Deming (Mandel) regression with the ratio of error variances.
 * @param reference - (n,), readings of the reference tool; `tool` likewise.
 * @param errorRatio - variance of the tool's error over that of the reference; 1 when both are alike.
 * @throws AppError `invalid_input` below three pairs; `out_of_domain` when the sites do not vary.
 * @reference Mandel, J. Quality Technology 16 (1984) 1; Linnet, Clin. Chem. 36 (1990) 2070 (jackknife errors).
 */
export function matchTools(reference: readonly number[], tool: readonly number[], errorRatio = 1): ToolMatch {
  const n = reference.length;
  if (n < 3 || tool.length !== n)
    throw new AppError('invalid_input', `matching needs three or more pairs, got ${n} and ${tool.length}`, { n });
  requireVariation('reference', reference);
  requireVariation('tool', tool);
  const line = (skip: number): [number, number] => {
    const use = reference.map((_, i) => i).filter((i) => i !== skip);
    const [mx, my] = [mean(use.map((i) => reference[i]!)), mean(use.map((i) => tool[i]!))];
    let [sxx, syy, sxy] = [0, 0, 0];
    for (const i of use) {
      sxx += (reference[i]! - mx) ** 2;
      syy += (tool[i]! - my) ** 2;
      sxy += (reference[i]! - mx) * (tool[i]! - my);
    }
    if (sxy === 0)
      throw new AppError('out_of_domain', 'the matched sites do not vary together; choose sites over the range of use');
    const d = syy - errorRatio * sxx;
    const slope = (d + Math.sqrt(d * d + 4 * errorRatio * sxy * sxy)) / (2 * sxy);
    return [slope, my - slope * mx];
  };
  const [slope, intercept] = line(-1);
  const centre = mean([...reference]);
  const jack = reference.map((_, i) => line(i));
  const spread = (v: number[]): number => {
    const m = mean(v);
    return Math.sqrt(((n - 1) / n) * v.reduce((s, x) => s + (x - m) ** 2, 0));
  };
  const offset = intercept + (slope - 1) * centre;
  const rest = moments(reference.map((v, i) => tool[i]! - slope * v - intercept));
  // a tool that follows the line to rounding leaves nothing, whichever pair is left out
  const largest = magnitude([...reference.map((v) => slope * v), ...tool]);
  const netResidual = exact(Math.sqrt(rest.variance), largest);
  const isPerfect = netResidual === 0;
  return {
    slope,
    offset: exact(offset, largest),
    uSlope: isPerfect ? 0 : spread(jack.map((j) => j[0])),
    uOffset: isPerfect ? 0 : spread(jack.map((j) => j[1] + (j[0] - 1) * centre)),
    netResidual,
    n,
  };
}
