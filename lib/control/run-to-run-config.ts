/** One run-to-run loop: y is the output, x the knob, dy/dx ~ gain. All in the loop's own units. */
export interface RunToRunConfig {
  /** EWMA weight of a new observation, 0 < lambda <= 1. */
  readonly lambda: number;
  /** beta_hat, output unit per knob unit, not 0. */
  readonly gain: number;
  /** Setpoint of the nominal recipe, knob unit. */
  readonly xNominal: number;
  /** Output unit. */
  readonly target: number;
  /** Absolute limits of the knob. */
  readonly min: number;
  readonly max: number;
  /** Largest change from the last applied setpoint; null: none. */
  readonly maxStep: number | null;
  /** Setpoints are multiples of this; null: any. */
  readonly quantum: number | null;
  /** A smaller change is not made; null: every change is made. */
  readonly deadband: number | null;
  /** Observations further than this many sigma of the innovations are set aside; null: all are used. */
  readonly outlierSigma: number | null;
  /** What a PM leaves of the estimate: 1 all, 0 nothing. */
  readonly pmForget: number;
  /** Lowers the weight of an observation by its stated uncertainty, s2/(s2 + u2). Not given: no, lambda is the weight. */
  readonly weighByUncertainty?: boolean | undefined;
}
