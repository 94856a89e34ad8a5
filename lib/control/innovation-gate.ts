/** Statistics of a loop's innovations, from which its noise is estimated and an outlier distinguished from a step. Plain JSON. */
export interface InnovationRecord {
  /** Observations used since the start or the last reset. */
  readonly n: number;
  /** EWMA of the squared innovations, output unit squared; and the weight it has gathered (1 when settled). */
  readonly innovation2: number;
  readonly weight: number;
  /** Observations set aside in a row. */
  readonly setAside: number;
}

/** Memory of the innovation variance: about 2/0.1 observations. */
const VARIANCE_WEIGHT = 0.1;
/** Before this many observations the innovation variance is not trusted to judge outliers. */
const GATE_FROM = 8;
/** So many outliers in a row are no outliers: the process has stepped, and the next one is used. */
const STEP_AFTER = 2;

/** The record before the first innovation. */
export const noInnovations: InnovationRecord = { n: 0, innovation2: 0, weight: 0, setAside: 0 };

/** Standard deviation of the innovations so far, output unit; null before there is any. @returns output unit. */
export function innovationSigma(r: InnovationRecord): number | null {
  return r.weight > 0 ? Math.sqrt(r.innovation2 / r.weight) : null;
}

/**
 * Whether an innovation is to be set aside: further out than `outlierSigma` times noise and stated uncertainty together, and not the third in a row.
 * @param innovation - output unit.
 * @param outlierSigma - width of the gate in sigmas; null: no gate.
 * @param u - standard uncertainty of the observation, output unit.
 */
export function isOutlier(r: InnovationRecord, innovation: number, outlierSigma: number | null, u = 0): boolean {
  const sigma = innovationSigma(r);
  return (
    outlierSigma !== null &&
    sigma !== null &&
    r.n >= GATE_FROM &&
    Math.abs(innovation) > outlierSigma * Math.hypot(sigma, u) &&
    r.setAside < STEP_AFTER
  );
}

/**
 * The record after an innovation that was used. The first one measures the offset of an empty estimate, not the noise; it does not enter the variance.
 * @param innovation - output unit.
 */
export function withInnovation(r: InnovationRecord, innovation: number): InnovationRecord {
  const w = r.n === 0 ? 0 : VARIANCE_WEIGHT;
  return {
    n: r.n + 1,
    innovation2: (1 - w) * r.innovation2 + w * innovation * innovation,
    weight: (1 - w) * r.weight + w,
    setAside: 0,
  };
}
