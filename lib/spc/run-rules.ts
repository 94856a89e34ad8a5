import { AppError } from '@/lib/errors';
import { isOutside, standardised } from '@/lib/numerics';
import { RuleEngine, type RuleState, type RuleViolation } from './rule-engine';
import type { RunRule } from './rules';

export type { RuleState, RuleViolation } from './rule-engine';

/** One point of a chart. `z` is the distance from the centre line in zone widths, `value` what is plotted. */
export interface RulePoint {
  readonly z: number;
  readonly value: number;
}

/** State before the first point, or after a phase change, a gap or an accepted disposition: all runs start anew. */
export function initialRuleState(rules: readonly RunRule[]): RuleState {
  return new RuleEngine(rules).save();
}

/**
 * Take one new point: O(1) a rule, the window need not be read again. Window indices count back from `index` by one, so give
 * the position in the sequence of evaluated points.
 * @param state - state after the previous point; it is not changed.
 * @param point - z in zone widths and plotted value; NaN in z ("not measured") leaves the state as it is.
 * @returns the next state and the rules that signal at this point.
 * @throws AppError `invalid_input` when the state belongs to other rules.
 * @reference rule sets: `NELSON`, `WESTERN_ELECTRIC`.
 */
export function evaluatePoint(
  rules: readonly RunRule[],
  state: RuleState,
  point: RulePoint,
  index: number,
): { readonly state: RuleState; readonly violations: RuleViolation[] } {
  if (Number.isNaN(point.z) || Number.isNaN(point.value)) return { state, violations: [] };
  const e = new RuleEngine(rules);
  e.load(state);
  const mask = e.push(point.z, point.value);
  const violations: RuleViolation[] = [];
  for (let r = 0; r < rules.length; r++) if ((mask >> r) & 1) violations.push(e.violation(r, index, (b) => index - b));
  return { state: e.save(), violations };
}

/** Options of the evaluation of a series. */
export interface SeriesOptions {
  /** Indices at which a new phase begins: the runs restart there. */
  readonly restarts?: readonly number[];
}

/**
 * Rule signals of a whole series as one bit mask a point (bit r = rule r signals there).
 * @param z - distance from the centre line in zone widths, shape (n,); NaN points are left out of every window.
 * @param values - plotted values, shape (n,), for trend and alternation.
 * @returns (n,).
 * @complexity O(n · rules), no allocation a point.
 */
export function ruleMasks(
  rules: readonly RunRule[],
  z: ArrayLike<number>,
  values: ArrayLike<number> = z,
  options: SeriesOptions = {},
): Int32Array {
  const e = new RuleEngine(rules);
  const out = new Int32Array(z.length);
  const restarts = new Set(options.restarts ?? []);
  for (let i = 0; i < z.length; i++) {
    if (restarts.size > 0 && restarts.has(i)) e.restart();
    if (Number.isNaN(z[i]!) || Number.isNaN(values[i]!)) continue;
    out[i] = e.push(z[i]!, values[i]!);
  }
  return out;
}

/**
 * All violations of a series, in order of their last point; `members` are indices into the series, points not measured left out.
 * Arguments as `ruleMasks`. The final state continues with `evaluatePoint`.
 * @throws AppError `dimension_mismatch` when z and values differ in length.
 */
export function evaluateSeries(
  rules: readonly RunRule[],
  z: ArrayLike<number>,
  values: ArrayLike<number> = z,
  options: SeriesOptions = {},
): { readonly violations: RuleViolation[]; readonly state: RuleState } {
  if (values.length !== z.length)
    throw new AppError('dimension_mismatch', `z has ${z.length} points, values has ${values.length}`);
  const e = new RuleEngine(rules);
  const restarts = new Set(options.restarts ?? []);
  const measured: number[] = [];
  const violations: RuleViolation[] = [];
  for (let i = 0; i < z.length; i++) {
    if (restarts.has(i)) e.restart();
    if (Number.isNaN(z[i]!) || Number.isNaN(values[i]!)) continue;
    measured.push(i);
    const mask = e.push(z[i]!, values[i]!);
    if (mask === 0) continue;
    const last = measured.length - 1;
    for (let r = 0; r < rules.length; r++) if ((mask >> r) & 1) violations.push(e.violation(r, i, (b) => measured[last - b]!));
  }
  return { violations, state: e.save() };
}

/** Limits of one point: centre line and control limits of the plotted statistic. */
export interface ControlLimits {
  /** In the unit of the values, as the limits. */
  readonly center: number;
  readonly lcl: number;
  readonly ucl: number;
}

/**
 * Distance from the centre line in zone widths, a zone being a third of the distance to the control limit on that side, so
 * asymmetric limits have asymmetric zones. On a side without a limit a point counts for runs on that side only; beyond a
 * limit that coincides with the centre line it counts as infinitely far. A point on a border, but for rounding, is on it (`standardised`).
 * @param value - plotted statistic, unit of the limits.
 * @param nSigmas - sigmas that the limits stand for.
 * @returns zone widths, dimensionless.
 * @reference zones: Nelson, J. Quality Technology 16 (1984) 237.
 */
export function zoneScore(value: number, limits: ControlLimits, nSigmas = 3): number {
  const d = value - limits.center;
  if (!isOutside(value, limits.center, limits.center)) return 0;
  const width = (d > 0 ? limits.ucl - limits.center : limits.center - limits.lcl) / nSigmas;
  if (width === Number.POSITIVE_INFINITY) return d > 0 ? Number.MIN_VALUE : -Number.MIN_VALUE;
  return width > 0 ? standardised(value, limits.center, width) : d > 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
}
