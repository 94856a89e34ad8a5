/**
 * Multi-input, multi-output run-to-run loop y = T + B(x − x_nominal) + disturbance; ny outputs, nu knobs, arrays of (ny,) or (nu,) in their units.
 */
export interface MimoConfig {
  /** B, (ny, nu): output unit per knob unit. */
  readonly gain: readonly (readonly number[])[];
  readonly target: readonly number[];
  readonly xNominal: readonly number[];
  /** EWMA weight of the level, (0, 1], one for all outputs or one each. */
  readonly lambda: number | readonly number[];
  /** EWMA weight of the drift, [0, 1]. Default 0: a single EWMA. */
  readonly lambda2?: number | readonly number[];
  /** Price of a squared deviation, one per output, positive. Default 1: give 1/tolerance² where units differ. */
  readonly outputWeight?: readonly number[];
  /** Price of a squared change from the last setpoint, one per knob, not negative. Default 0. */
  readonly moveWeight?: readonly number[];
  /** Size of a knob change that counts as one in the minimum norm. Default 1: give the usual range where units differ. */
  readonly knobScale?: readonly number[];
  readonly min?: readonly number[];
  readonly max?: readonly number[];
  /** Largest change from the last setpoint, null for none. */
  readonly maxStep?: readonly (number | null)[];
  /** Setpoints are multiples of this, null for any. Knobs are rounded one by one; the state takes what was really applied. */
  readonly quantum?: readonly (number | null)[];
  /** A knob whose change would be smaller stays where it is, and the others are solved for again; null for none. */
  readonly deadband?: readonly (number | null)[];
  /** A measured output further than this many sigma of its innovations is set aside; null for none. One for all outputs or one each. */
  readonly outlierSigma?: number | null | readonly (number | null)[];
}
