import type { AxisTick } from './plot-axes';

/** A stretch of process time with its own limits (one version of the chart). */
export interface ChartPhase {
  version: number;
  fromMs: number;
  /** null: still in force. */
  toMs: number | null;
  label: string;
  cl: number | null;
  ucl: number | null;
  lcl: number | null;
  dispCl: number | null;
  dispUcl: number | null;
  dispLcl: number | null;
  /** Entered by a person: the limits of the location, those of the dispersion. */
  isEntered: boolean;
  isDispEntered: boolean;
  /** Values behind a point that limits which follow their number are told for. */
  size?: number | null;
}

export interface ChartEvent {
  atMs: number;
  kind: string;
  label: string;
}

/** A third statistic with limits of its own: the spread within a lot, below the moving range of lots. */
export interface WithinChart {
  name: string;
  values: Float64Array;
  cl: Float64Array;
  ucl: Float64Array;
  lcl: Float64Array;
}

export interface PointLimits {
  /** Centre of each point, where it follows the point. */
  cl?: Float64Array;
  ucl: Float64Array;
  lcl: Float64Array;
  dispCl: Float64Array;
  dispUcl: Float64Array;
  dispLcl: Float64Array;
}

/** A specification from a moment on. */
export interface SpecSpan {
  fromMs: number;
  lsl: number | null;
  usl: number | null;
  target: number | null;
}

export interface ControlChartInput {
  title: string;
  unit: string;
  /** Process time, ms UTC, ascending. */
  at: Float64Array;
  /** What is judged: the value, subgroup mean or EWMA. NaN is a gap. */
  plotted: Float64Array;
  /** Second statistic below the centre: the lower sum of a CUSUM. */
  low?: Float64Array | undefined;
  /** The single value behind it, where it differs (EWMA); drawn pale. */
  value?: Float64Array | undefined;
  /** What each point was before it was measured again and corrected; null where it was not. */
  superseded?: readonly (number | null)[] | undefined;
  /** The value stands on another scale than what is plotted, and is not drawn: its unit, and the name of the plotted statistic. */
  other?: { readonly unit: string; readonly statistic: string } | undefined;
  /** What each point is in words, where value and unit do not say it. */
  words?: readonly string[] | undefined;
  /** Why no limits judge a point although its phase has some; it is marked at the foot of the plot. */
  unjudged?: readonly (string | null)[] | undefined;
  within?: WithinChart | undefined;
  /** Standard uncertainty of the value; NaN where unknown. */
  u?: Float64Array | undefined;
  /** Values behind each point. */
  n?: readonly number[] | undefined;
  /** Limits of a study follow the number of values behind a point: Xbar charts. */
  followsN?: boolean | undefined;
  /** Moving range, range or standard deviation. */
  dispersion?: Float64Array | undefined;
  dispersionName?: string | undefined;
  /** Rules that fired with the point last in the window; 101.. on the dispersion chart. */
  rules: readonly (readonly number[])[];
  /** Reason of exclusion, else null. */
  excluded: readonly (string | null)[];
  ids: readonly string[];
  names: readonly string[];
  /** Points of the window, where these are only the lowest and highest of its stretches and the flagged ones. */
  of?: number | undefined;
  phases: readonly ChartPhase[];
  /** The limits each point was judged by, NaN where there is none; without them a phase shows those of its version. */
  pointLimits?: PointLimits | undefined;
  /** End of the window that was asked for, ms UTC: what changed after the last point and before it is drawn too. */
  toMs?: number | undefined;
  /** Versions of the specification, oldest first; the last one holds now. Empty: nothing is specified. */
  specs: readonly SpecSpan[];
  events: readonly ChartEvent[];
}

export interface ControlChartOptions {
  xMode: 'time' | 'sequence';
  showSpec: boolean;
  showZones: boolean;
  maxPoints?: number;
}

export interface DrawnPoint {
  /** Index into the input. */
  i: number;
  x: number;
  y: number | null;
  line: number | null;
  raw: number | null;
  dispersion: number | null;
  /** Standard uncertainty of the value: of `y` where that is the value, of `raw` where y is an average of its past. */
  u: number | null;
  rules: readonly number[];
  dispersionRules: readonly number[];
  /** Beyond its own dispersion limits, whether a rule watches them or not. */
  beyondDispersion: boolean;
  /** Second statistic, and the rules that fired on it and not on the first. */
  low: number | null;
  lowRules: readonly number[];
  /** Third statistic. */
  within: number | null;
  withinRules: readonly number[];
  beyondWithin: boolean;
  /** Why no limits judge it. */
  unjudged: string | null;
  /** Limits judged it; without its own limits every point counts as judged by those of its phase. */
  isJudged: boolean;
  excluded: string | null;
}

export interface ZoneBand {
  x1: number;
  x2: number;
  y1: number;
  y2: number;
  level: 1 | 2 | 3;
}

export interface LimitSegment {
  kind: 'ucl' | 'lcl' | 'cl' | 'usl' | 'lsl' | 'target';
  y: number;
  x1: number;
  x2: number;
  /** Only the last segment of a kind is labelled. */
  label: string | null;
  /** Of an earlier phase: its number, which stands on its line, and where that begins. */
  earlier?: { text: string; x1: number };
}

export interface ControlChartModel {
  points: DrawnPoint[];
  /** Corrected points: what was there before, and what is now. */
  superseded: { i: number; x: number; was: number; now: number | null }[];
  /** Positions in `points` where a rule fired, in order: n / p walk them. */
  violations: number[];
  limits: LimitSegment[];
  dispersionLimits: LimitSegment[];
  withinLimits: LimitSegment[];
  zones: ZoneBand[];
  /** Where phases begin, the first of several at the left end; `short` where there is no room for the label. */
  boundaries: { x: number; label: string; short: string }[];
  /** Every set of limits that is drawn, in words, oldest first; empty where there is only one. */
  sets: string[];
  events: { x: number; glyph: string; label: string }[];
  xDomain: [number, number];
  yDomain: [number, number];
  dispersionDomain: [number, number] | null;
  withinDomain: [number, number] | null;
  xTicks: AxisTick[];
  yTicks: number[];
  yDecimals: number;
  valueDecimals: number;
  summary: string;
  /** How many points are drawn of how many. */
  drawn: { shown: number; of: number };
}
