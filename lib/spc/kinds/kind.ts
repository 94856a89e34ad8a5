import type { EwmaState } from '../ewma';
import type { BaselineLimits, DispersionLimits, Phase, RawPoint, StoredLimits, Weights } from './phase';

/** What a chart remembers of the points before a stretch. */
export type Memory = EwmaState;

/** Where a point stands, and what it is judged by; limits are null while the phase has none. */
export interface Placed {
  readonly plotted: number;
  readonly limits: StoredLimits | null;
}

/** Points of one phase in process order. */
export interface Walk {
  /** Where a point stands that comes after those that count. */
  place(p: RawPoint): Placed;
  /** The point that was placed last counts: those after it follow it. */
  count(): void;
}

/** A kind of control chart: all that is particular to it. A new one is a file that makes this, and a line in `kinds.ts`. */
export interface KindOfChart {
  /** As screens and messages name it, in the middle of a sentence. */
  readonly label: string;
  /** The dispersion that it watches beside its location, as people call it; null: none. */
  readonly dispersion: string | null;
  /** Points are subgroups: a point brings its own dispersion, and limits of a study follow the number of values behind it. */
  readonly ofSubgroups: boolean;
  /** What a point holds of those before it, such as "average", so that of the run rules only the limit test means anything; null: nothing. */
  readonly memory: string | null;
  /** What limits give up that a person enters, after "Limits are used as entered, ". */
  readonly followed: string;
  /**
   * Limits and sigma from the points of a baseline that are not in `out` (indices).
   * @returns null when they have no spread.
   */
  estimate(points: readonly RawPoint[], out: ReadonlySet<number>, w: Weights): BaselineLimits | null;
  /** Half the width beyond which a single value does not belong to a baseline with these limits, when it is not the limits' own. */
  baselineHalfWidth?(l: BaselineLimits): number;
  /** @param before - what the chart remembers where the walk does not begin its phase. */
  walk(phase: Phase, before: Memory | null): Walk;
  /** What a judged point left to those after it; absent where nothing is remembered. @param steps - points behind it, at least. */
  memoryAfter?(plotted: number, ucl: number | null, phase: Phase, steps: number): Memory;
  /** The dispersion of a point, given the one before it; null where there is none. */
  dispersionOf(p: RawPoint, previous: RawPoint | undefined): number | null;
  /** Limits of the dispersion of a point of `n` values; null where the phase has none. */
  dispersionLimits(phase: Phase, n: number): DispersionLimits | null;
}

/** Limits of the location as a version has them, the same for every point; null while it collects its baseline. */
export const fixedLimits = (p: Phase): StoredLimits | null => (p.cl === null ? null : { cl: p.cl, ucl: p.ucl, lcl: p.lcl });

/** Limits of the dispersion as a version has them. */
export const fixedDispersionLimits = (p: Phase): DispersionLimits | null =>
  p.dispUcl === null && p.dispLcl === null ? null : { cl: p.dispCl, ucl: p.dispUcl, lcl: p.dispLcl };

/** A walk of points that stand for themselves. */
export const plainWalk = (limitsOf: (p: RawPoint) => StoredLimits | null): Walk => ({
  place: (p) => ({ plotted: p.value, limits: limitsOf(p) }),
  count: () => undefined,
});
