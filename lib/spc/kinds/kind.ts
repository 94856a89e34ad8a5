import type { StatisticContributions } from '../contributions';
import type { Design, DesignField } from './design';
import type { BaselineLimits, DispersionLimits, Phase, RawPoint, StoredLimits, Study, Weights } from './phase';

/**
 * A chart's memory of the points before an interval, as the kind keeps it: plain numbers, stored with each point so that judging continues exactly
 * from any of them.
 */
export type Memory = Readonly<Record<string, number | readonly number[]>>;

/** The plotted position of a point, and the limits that judge it; null while the phase has none. */
export interface Placed {
  /** NaN: nothing is plotted, `unjudged` says why, or the point is only counted (between two rare events). */
  readonly plotted: number;
  /** Second statistic, judged by the same limits: the lower sum of a CUSUM, drawn below its centre. */
  readonly low?: number;
  readonly limits: StoredLimits | null;
  /** Why limits do not judge this point, as a clause; absent where they do, or where there are none yet. */
  readonly unjudged?: string;
}

/** Points of one phase in process order. */
export interface Walk {
  /** The position of a point that follows those counted so far. */
  place(p: RawPoint): Placed;
  /** Counts the point placed last: later points follow it. */
  count(): void;
  /** The memory after the points counted so far; absent or null: none. */
  memory?(): Memory | null;
}

/** Run lengths that a design costs, points. */
export interface Price {
  /** In-control average run length. */
  readonly inControl: number;
  /** Average run length for a shift of one sigma; absent where a shift has no sigma. */
  readonly afterOneSigma?: number;
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
  /** What changes once a person enters limits, after "Limits are used as entered, "; null: its limits follow from the design, nobody enters them. */
  readonly followed: string | null;
  /** What rule 1 says on it, where it is not "1 point beyond the control limits". */
  readonly signal?: string;
  /** Unit of what is plotted, where it is not that of the value. */
  readonly plottedUnit?: string;
  /** Third statistic with limits of its own, e.g. the spread within a lot beside the moving range of lots. */
  readonly within?: string;
  /** Nelson's rules that mean something on it; absent: by `memory`. */
  readonly rules?: readonly number[];
  /** Thirds of the way to its limits mean nothing: those of sums, of skewed counts and of gaps. */
  readonly withoutZones?: boolean;
  /** Its memory goes on over a change of limits: what lies between two events does not depend on them. */
  readonly carries?: boolean;
  /** Its points are counts of something in a number of units: limits follow that number. */
  readonly ofCounts?: boolean;
  /** Records in which nothing was found are no points of it. */
  readonly eventsOnly?: boolean;
  /** Its points are compared with the target of their product. */
  readonly byTarget?: boolean;
  /** Its points are rows of several variables, in `vector`; their value is how many of these were measured. */
  readonly ofVariables?: boolean;
  /** Fewest points that a baseline of so many variables is asked for. */
  leastBaseline?(variables: number): number;
  /** What each variable of a point has to do with each statistic. @param memory - that of the chart after the point. */
  contributions?(phase: Phase, p: RawPoint, memory: Memory | null): readonly StatisticContributions[];
  /** False alarms a point of the rule on the dispersion, where it is neither a moving range nor a spread of subgroups. */
  dispersionRate?(d: Design | null): number;
  /** Settings beside rules and limits. */
  readonly design?: readonly DesignField[];
  /** What makes a complete design unusable beyond its single fields. */
  designProblem?(d: Design): { readonly field: string; readonly text: string } | null;
  /** The study that a design states in place of a baseline; null: a baseline is needed. */
  given?(d: Design | null): Study | null;
  /** Limits by a study and a design; kinds with a design have it, so that another design needs no other baseline. */
  limitsBy?(study: Study, d: Design | null): Omit<BaselineLimits, 'used' | 'method'>;
  /** Run lengths of a design in control and after a shift, by `lib/spc/arl.ts`. */
  price?(d: Design | null): Price | null;
  /**
   * Limits and sigma from the points of a baseline that are not in `out` (indices).
   * @returns null when they have no spread.
   */
  estimate(points: readonly RawPoint[], out: ReadonlySet<number>, w: Weights): BaselineLimits | null;
  /** Half width beyond which an individual value is left out of a baseline, where it is not that of the limits. */
  baselineHalfWidth?(l: BaselineLimits): number;
  /** Which points of a baseline lie beyond its first limits, where those are not limits of the value itself. */
  beyond?(points: readonly RawPoint[], l: BaselineLimits, w: Weights): number[];
  /** @param before - the chart's memory where the walk does not begin its phase. */
  walk(phase: Phase, before: Memory | null): Walk;
  /** The dispersion of a point, given the one before it; null where there is none. */
  dispersionOf(p: RawPoint, previous: RawPoint | undefined, phase: Phase): number | null;
  /** Limits of the dispersion of a point of `n` values; null where the phase has none. */
  dispersionLimits(phase: Phase, n: number): DispersionLimits | null;
  /** Limits of the third statistic of a point of `n` values. */
  withinLimits?(phase: Phase, n: number): StoredLimits | null;
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
