import { inForceAt } from '../in-force';
import type { LimitsSource } from '../rules';
import type { ControlLimits } from '../run-rules';
import type { Design } from './design';

/** Limits on both sides where a side without one is null, as points and versions store them; in the unit of the judged statistic. */
export interface StoredLimits {
  readonly cl: number;
  readonly ucl: number | null;
  readonly lcl: number | null;
}

/** Limits of a dispersion; entered ones need no centre line. */
export type DispersionLimits = Omit<StoredLimits, 'cl'> & { readonly cl: number | null };

/** Stored limits as the run rules take them: a side without a limit is infinitely far away. */
export const asControlLimits = (l: StoredLimits): ControlLimits => ({
  center: l.cl,
  ucl: l.ucl ?? Number.POSITIVE_INFINITY,
  lcl: l.lcl ?? Number.NEGATIVE_INFINITY,
});

export const asStored = (l: ControlLimits): StoredLimits => ({ cl: l.center, ucl: l.ucl, lcl: l.lcl });

/** Limits and rules of one phase, as stored in a chart version. `cl` null: the phase still collects its baseline. */
export interface Phase {
  readonly version: number;
  /** Process time from which it is in force, ms. */
  readonly effectiveFrom: number;
  readonly rules: readonly number[];
  readonly cl: number | null;
  readonly ucl: number | null;
  readonly lcl: number | null;
  readonly limitsSource: LimitsSource;
  /** Sigma of an individual value; null where limits were given without an earlier study. */
  readonly sigmaWithin: number | null;
  readonly dispCl: number | null;
  readonly dispUcl: number | null;
  readonly dispLcl: number | null;
  readonly dispSource: LimitsSource;
  /** Sigma by which dispersion limits of a study follow the size of each point. */
  readonly dispSigma: number | null;
  readonly lambda: number | null;
  readonly widthL: number | null;
  /** Settings of the kind of chart; absent: its defaults. */
  readonly design?: Design | null;
  /** What the study found beyond the numbers above; its shape is that of the kind. */
  readonly study?: Study | null;
}

/** Results of a study by their names: plain JSON, in the units that the kind states. */
export type Study = Readonly<
  Record<string, number | Readonly<Record<string, number>> | readonly (readonly number[])[] | readonly number[]>
>;

/** A point of a chart before it is judged; unit of the charted value. */
export interface RawPoint {
  /** Process time, ms. */
  readonly at: number;
  readonly value: number;
  /** Dispersion within the point (range or standard deviation); null for individuals, where it is the moving range. */
  readonly spread: number | null;
  /** Number of values behind the point. */
  readonly n: number;
  readonly excluded: boolean;
  /** Of counts: units or area that were inspected. */
  readonly size?: number | null;
  readonly product?: string | null;
  /** Target of its product at its time, unit of the value; null where the product has none. */
  readonly target?: number | null;
  /** What else the point is made of, in the order that its characteristic states. */
  readonly vector?: ArrayLike<number> | null;
}

/** The phase in force at a time in ms, the first one before it began. Phases are sorted by their start. */
export const phaseAt = <P extends Phase>(phases: readonly P[], at: number): P =>
  inForceAt(phases, 'effectiveFrom', at) ?? phases[0]!;

/** Limits that follow from a baseline, in the unit of the charted value. */
export interface BaselineLimits {
  readonly cl: number;
  /** null: no limit on that side. */
  readonly ucl: number | null;
  readonly lcl: number | null;
  readonly sigmaWithin: number;
  /** null for kinds without a dispersion. */
  readonly dispCl: number | null;
  readonly dispUcl: number | null;
  readonly dispLcl: number | null;
  /** Sigma by which the dispersion limits follow the size of a subgroup; null for moving ranges, whose size is always 2. */
  readonly dispSigma: number | null;
  readonly method: SigmaMethod;
  /** Points used, without those beyond the first limits. */
  readonly used: number;
  /** What else the study found; absent for kinds whose numbers are all above. */
  readonly study?: Study;
}

/** How sigma was estimated; `counts`: it follows from the centre line, as that of shares and counts does; `covariance`: limits are those of a statistic of several variables; `given`: a person stated it. */
export type SigmaMethod =
  | 'moving_range'
  | 'median_moving_range'
  | 'successive_difference'
  | 'range'
  | 'sd'
  | 'overall'
  | 'counts'
  | 'covariance'
  | 'given';

/** λ and L of an EWMA chart, and the settings of other kinds; null: the defaults. */
export interface Weights {
  readonly lambda: number | null;
  readonly widthL: number | null;
  readonly design?: Design | null;
}
