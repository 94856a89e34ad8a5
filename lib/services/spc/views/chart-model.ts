import type { RowOf } from '@/lib/db';
import type { Capability, Design, LimitsSource, Memory, Study } from '@/lib/spc';
import type { ChartRow } from '../store';
import type { ChartSpecification } from './chart-specification';

export type ChartHead = ChartRow & RowOf<'chart', 'layer' | 'template_id' | 'retired_at' | 'retired_by' | 'retired_reason'>;

export interface ChartVersionView {
  version: number;
  effectiveMs: number;
  rules: number[];
  /** Set of the rules; "custom": chosen one by one. */
  preset: string;
  /** Version of a set of the site. */
  setVersion: number | null;
  /** Name of the set; null where the rules were chosen one by one. */
  setName: string | null;
  cl: number | null;
  ucl: number | null;
  lcl: number | null;
  /** Limits of a study follow the size of each point and the start of an EWMA; given ones are used as they are. */
  limitsSource: LimitsSource;
  sigmaWithin: number | null;
  sigmaMethod: string | null;
  dispCl: number | null;
  dispUcl: number | null;
  dispLcl: number | null;
  dispSource: LimitsSource;
  lambda: number | null;
  widthL: number | null;
  /** Settings of its kind; null: the defaults. */
  design: Design | null;
  /** What the study found beyond the limits. */
  study: Study | null;
  baselineN: number;
  author: string;
  reason: string;
  createdMs: number;
}

/** Columns of the points of the window, oldest first. */
export interface ChartColumns {
  at: Float64Array;
  value: Float64Array;
  /** NaN where nothing is plotted. */
  plotted: Float64Array;
  /** Second plotted statistic: the lower sum of a CUSUM. */
  low: Float64Array;
  u: Float64Array;
  dispersion: Float64Array;
  /** The limits each point was judged by; NaN where there is none. */
  ucl: Float64Array;
  lcl: Float64Array;
  dispCl: Float64Array;
  dispUcl: Float64Array;
  dispLcl: Float64Array;
  /** Centre of each point; NaN: that of its version. */
  cl: Float64Array;
  /** Third statistic, with its limits. */
  within: Float64Array;
  withinCl: Float64Array;
  withinUcl: Float64Array;
  withinLcl: Float64Array;
  /** Of counts: what was inspected. */
  size: Float64Array;
  product: (string | null)[];
  /** Why no limits judge a point although its phase has some. */
  unjudged: (string | null)[];
  memory: (Memory | null)[];
  recordId: string[];
  runId: (string | null)[];
  lot: string[];
  /** 0 where a point is of a whole lot. */
  slot: number[];
  /** Values behind each point: the wafers of a lot that have it. */
  n: number[];
  tool: (string | null)[];
  chamber: (string | null)[];
  version: number[];
  rules: number[][];
  /** Rules of severity "warning" that fired: the point is in control. */
  warnings: number[][];
  excluded: (string | null)[];
  /** What each was before it was measured again, where that is part of an alert or was asked for; null: nothing else. */
  superseded: (number | null)[];
}

/** What is drawn of more points than a screen has columns, oldest first: the lowest and highest of each column, and every flagged point. */
export interface ChartMarks {
  at: Float64Array;
  /** NaN where nothing is plotted. */
  plotted: Float64Array;
  /** Of a lowest and a highest point the range of their column; null where the chart has none. */
  dispersion: Float32Array | null;
  /** Index into `ruleSets`: the rules that fired with each. */
  rules: Uint16Array;
  ruleSets: number[][];
  excluded: { i: number; reason: string }[];
  /** Points that no limits judge although their phase has some, and why. */
  unjudged: { i: number; reason: string }[];
  /** What points were before they were measured again. */
  superseded: { i: number; was: number }[];
  /** Points of the window. */
  of: number;
  /** There are more flagged points than are sent: the newest are. */
  isCut: boolean;
}

export interface ChartEventView {
  atMs: number;
  kind: string;
  /** null: of no process tool, as a change of the metrology recipe. */
  tool: string | null;
  chamber: string | null;
  description: string;
}

export interface SpcChartView {
  fromMs: number;
  /** End of the window, but never after now, ms UTC. */
  toMs: number;
  chart: ChartHead;
  versions: ChartVersionView[];
  specification: ChartSpecification;
  /** All points of the window; none where there are `marks`. */
  points: ChartColumns;
  /** Instead of more points than are drawn one by one. */
  marks: ChartMarks | null;
  /** More points than are sent: the newest ones are shown. */
  omitted: number;
  /** Points of its baseline by the end of the window, at most as many as it takes; null where it has limits then. */
  collected: number | null;
  events: ChartEventView[];
  alert: { id: string; state: string; severity: string; assignee: string | null; count: number } | null;
  capability: { study: Capability; mean: number; n: number; sigmaOverall: number } | null;
  /** Why there is no capability, or what must be known of the one there is, in words. */
  capabilityNote: string | null;
  /** Charts of the same characteristic on the sister chambers and tools. */
  sisters: {
    id: string;
    title: string;
    tool: string | null;
    chamber: string | null;
    out: number;
    n: number;
    mean: number | null;
  }[];
}
