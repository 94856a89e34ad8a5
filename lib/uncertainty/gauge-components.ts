/** Variances of a gauge study, in the squared unit of the readings. */
export interface GaugeVariances {
  readonly repeatability: number;
  readonly operator: number;
  readonly interaction: number;
  readonly part: number;
}

/** Standard deviations of a gauge study and what the field reads from them. */
export interface GaugeComponents {
  /** σ of repeats by one operator on one part; unit of the readings, as of all that follow. */
  readonly repeatability: number;
  readonly reproducibility: number;
  readonly operator: number;
  readonly interaction: number;
  /** σ of repeatability and reproducibility together. */
  readonly gauge: number;
  readonly part: number;
  /** σ of gauge and parts together. */
  readonly total: number;
  /** 100·σ_gauge/σ_total. */
  readonly percentGrr: number;
  /** Number of distinct categories, ⌊√2 σ_part/σ_gauge⌋, at least 1; 5 is acceptable. Infinite for a gauge without variation of its own. */
  readonly ndc: number;
  /** 6 σ_gauge/tolerance; null without a tolerance. */
  readonly precisionToTolerance: number | null;
}

/**
 * σ²_gauge = σ²_repeatability + σ²_operator + σ²_interaction, and the ratios of the field.
 * @param tolerance - USL − LSL, unit of the readings.
 * @returns standard deviations in the unit of the readings and their ratios.
 * @reference AIAG MSA, 4th ed. (2010), ch. III-B.
 */
export function gaugeComponents(v: GaugeVariances, tolerance: number | undefined): GaugeComponents {
  const reproducibility = v.operator + v.interaction;
  const gauge = v.repeatability + reproducibility;
  const total = gauge + v.part;
  const s = Math.sqrt;
  return {
    repeatability: s(v.repeatability),
    reproducibility: s(reproducibility),
    operator: s(v.operator),
    interaction: s(v.interaction),
    gauge: s(gauge),
    part: s(v.part),
    total: s(total),
    percentGrr: total > 0 ? 100 * s(gauge / total) : 0,
    ndc: gauge > 0 ? Math.max(1, Math.floor(s(2) * s(v.part / gauge))) : Number.POSITIVE_INFINITY,
    precisionToTolerance: tolerance === undefined ? null : (6 * s(gauge)) / tolerance,
  };
}
