import type { EwmaState } from '../ewma';
import type { BaselineLimits, DispersionLimits, Phase, RawPoint, StoredLimits, Weights } from './phase';

/** A chart's memory of the points before an interval. */
export type Memory = EwmaState;

/** The plotted position of a point, and the limits that judge it; null while the phase has none. */
export interface Placed {
  readonly plotted: number;
  readonly limits: StoredLimits | null;
}

/** Points of one phase in process order. */
export interface Walk {
  /** The position of a point that follows those counted so far. */
  place(p: RawPoint): Placed;
  /** Counts the point placed last: later points follow it. */
  count(): void;
}

/** A kind of control chart: everything specific to it. A new kind is a file that defines one, and a line in `kinds.ts`. */
export interface KindOfChart {
  /** Name on screens and in messages, within a sentence. */
  readonly label: string;
  /** Name of the dispersion watched beside the location; null: none. */
  readonly dispersion: string | null;
  /** Points are subgroups: a point has its own dispersion, and limits of a study follow its number of values. */
  readonly ofSubgroups: boolean;
  /** What a point carries over from those before it, such as "average", so that only the limit test of the run rules applies; null: nothing. */
  readonly memory: string | null;
  /** What changes once a person enters limits, after "Limits are used as entered, ". */
  readonly followed: string;
  /**
   * Limits and sigma from the points of a baseline that are not in `out` (indices).
   * @returns null when they have no spread.
   */
  estimate(points: readonly RawPoint[], out: ReadonlySet<number>, w: Weights): BaselineLimits | null;
  /** Half width beyond which an individual value is left out of a baseline, where it is not that of the limits. */
  baselineHalfWidth?(l: BaselineLimits): number;
  /** @param before - the chart's memory where the walk does not begin its phase. */
  walk(phase: Phase, before: Memory | null): Walk;
  /** The memory after a judged point; absent for kinds without memory. @param steps - least number of points before it. */
  memoryAfter?(plotted: number, ucl: number | null, phase: Phase, steps: number): Memory;
  /** The dispersion of a point, given the one before it; null where there is none. */
  dispersionOf(p: RawPoint, previous: RawPoint | undefined): number | null;
  /** Limits of the dispersion of a point of `n` values; null where the phase has none. */
  dispersionLimits(phase: Phase, n: number): DispersionLimits | null;
}

/** Limits of location of a version, the same for every point; null while it collects its baseline. */
export const fixedLimits = (p: Phase): StoredLimits | null => (p.cl === null ? null : { cl: p.cl, ucl: p.ucl, lcl: p.lcl });

/** Limits of dispersion of a version. */
export const fixedDispersionLimits = (p: Phase): DispersionLimits | null =>
  p.dispUcl === null && p.dispLcl === null ? null : { cl: p.dispCl, ucl: p.dispUcl, lcl: p.dispLcl };

/** A walk of independent points. */
export const plainWalk = (limitsOf: (p: RawPoint) => StoredLimits | null): Walk => ({
  place: (p) => ({ plotted: p.value, limits: limitsOf(p) }),
  count: () => undefined,
});
