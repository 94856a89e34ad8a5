import { decimalsFor, decimalsForRange, num, plural, shortTime, withU } from '../format';
import { decimate } from './decimate';
import { isDispersionRule, ruleName } from './rules';
import { niceTicks, paddedRange, tickDecimals, timeTicks } from './ticks';

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
}

export interface ChartEvent {
  atMs: number;
  kind: string;
  label: string;
}

export interface ControlChartInput {
  title: string;
  unit: string;
  /** Process time, ms UTC, ascending. */
  at: Float64Array;
  /** What is judged: the value, subgroup mean or EWMA. NaN is a gap. */
  plotted: Float64Array;
  /** The single value behind it, where it differs (EWMA); drawn pale. */
  value?: Float64Array | undefined;
  /** Standard uncertainty of the value; NaN where unknown. */
  u?: Float64Array | undefined;
  /** Moving range, range or standard deviation. */
  dispersion?: Float64Array | undefined;
  dispersionName?: string | undefined;
  /** Rules that fired with the point last in the window; 101.. on the dispersion chart. */
  rules: readonly (readonly number[])[];
  /** Reason of exclusion, else null. */
  excluded: readonly (string | null)[];
  ids: readonly string[];
  names: readonly string[];
  phases: readonly ChartPhase[];
  spec: { lsl: number | null; usl: number | null; target: number | null };
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
  u: number | null;
  rules: readonly number[];
  dispersionRules: readonly number[];
  excluded: string | null;
}

export interface LimitSegment {
  kind: 'ucl' | 'lcl' | 'cl' | 'usl' | 'lsl' | 'target';
  y: number;
  x1: number;
  x2: number;
  /** Only the last segment of a kind is labelled. */
  label: string | null;
}

export interface ControlChartModel {
  points: DrawnPoint[];
  /** Positions in `points` where a rule fired, in order: n / p walk them. */
  violations: number[];
  limits: LimitSegment[];
  dispersionLimits: LimitSegment[];
  zones: { x1: number; x2: number; y1: number; y2: number; level: 1 | 2 | 3 }[];
  boundaries: { x: number; label: string }[];
  events: { x: number; glyph: string; label: string }[];
  xDomain: [number, number];
  yDomain: [number, number];
  dispersionDomain: [number, number] | null;
  xTicks: { value: number; label: string }[];
  yTicks: number[];
  yDecimals: number;
  valueDecimals: number;
  summary: string;
  /** How many points are drawn of how many. */
  drawn: { shown: number; of: number };
}

const EVENT_GLYPH: Readonly<Record<string, string>> = {
  pm: 'PM',
  chamber_clean: 'C',
  clean: 'C',
  recipe_change: 'R',
  recipe: 'R',
  kit_change: 'K',
  consumable: 'K',
  consumable_change: 'K',
};

/** One or two letters for a kind of equipment event; ◆ for one that has none. */
export const eventGlyph = (kind: string): string => EVENT_GLYPH[kind.toLowerCase()] ?? '◆';

/**
 * A control chart ready to draw: decimated points (every flagged one kept), limits and zones per phase, ticks, and one sentence
 * that says what is seen.
 */
export function prepareControlChart(c: ControlChartInput, o: ControlChartOptions): ControlChartModel {
  const n = c.at.length;
  const keep = Array.from({ length: n }, (_, i) => (c.rules[i]?.length ?? 0) > 0 || Boolean(c.excluded[i]));
  const shown = decimate(c.plotted, keep, Math.floor(((o.maxPoints ?? 900) - 2) / 3));
  const x = o.xMode === 'time' ? (i: number) => c.at[i]! : (i: number) => i;
  const nan = (v: number | undefined): number | null => (v === undefined || Number.isNaN(v) ? null : v);
  const points = Array.from(shown, (i): DrawnPoint => {
    const excluded = c.excluded[i] ?? null;
    const y = nan(c.plotted[i]);
    return {
      i,
      x: x(i),
      y,
      line: excluded ? null : y,
      raw: nan(c.value?.[i]),
      dispersion: nan(c.dispersion?.[i]),
      u: nan(c.u?.[i]),
      rules: (c.rules[i] ?? []).filter((r) => !isDispersionRule(r)),
      dispersionRules: (c.rules[i] ?? []).filter(isDispersionRule),
      excluded,
    };
  });
  const xDomain: [number, number] = n === 0 ? [0, 1] : n === 1 ? [x(0) - 1, x(0) + 1] : [x(0), x(n - 1)];
  const pad = (xDomain[1] - xDomain[0]) * 0.012;
  xDomain[0] -= pad;
  xDomain[1] += pad;
  const spans = phaseSpans(c, o.xMode, xDomain);
  const limits = limitSegments(spans, (p) => [
    ['ucl', p.ucl],
    ['cl', p.cl],
    ['lcl', p.lcl],
  ]);
  if (o.showSpec) limits.push(...specSegments(c.spec, xDomain));
  else if (c.spec.target !== null) limits.push(...specSegments({ lsl: null, usl: null, target: c.spec.target }, xDomain));
  const spread = paddedRange(
    [
      ...limits.map((l) => l.y),
      ...points.flatMap((p) => [
        p.y,
        p.raw,
        p.y !== null && p.u !== null ? p.y + p.u : null,
        p.y !== null && p.u !== null ? p.y - p.u : null,
      ]),
    ],
    0.08,
  );
  const yTicks = niceTicks(spread[0], spread[1], 5);
  const dispersionLimits = limitSegments(spans, (p) => [
    ['ucl', p.dispUcl],
    ['cl', p.dispCl],
  ]);
  const hasDispersion = points.some((p) => p.dispersion !== null);
  const uTypical = median(c.u);
  return {
    points,
    violations: points.flatMap((p, k) => (p.rules.length + p.dispersionRules.length > 0 ? [k] : [])),
    limits,
    dispersionLimits,
    zones: o.showZones ? zones(spans) : [],
    boundaries: spans.slice(1).map((s) => ({ x: s.x1, label: s.phase.label })),
    events: c.events.flatMap((e) => {
      const ex = o.xMode === 'time' ? e.atMs : fractionalIndex(c.at, e.atMs);
      return ex >= xDomain[0] && ex <= xDomain[1]
        ? [{ x: ex, glyph: eventGlyph(e.kind), label: `${e.label} · ${shortTime(e.atMs)}` }]
        : [];
    }),
    xDomain,
    yDomain: spread,
    dispersionDomain: hasDispersion
      ? [0, paddedRange([0, ...points.map((p) => p.dispersion), ...dispersionLimits.map((l) => l.y)], 0.12)[1]]
      : null,
    xTicks: xTicks(c, o.xMode, xDomain),
    yTicks,
    yDecimals: tickDecimals(yTicks),
    valueDecimals: uTypical > 0 ? decimalsFor(uTypical) : decimalsForRange(c.plotted),
    summary: summarise(c),
    drawn: { shown: points.length, of: n },
  };
}

interface Span {
  phase: ChartPhase;
  x1: number;
  x2: number;
}

function phaseSpans(c: ControlChartInput, mode: 'time' | 'sequence', domain: readonly [number, number]): Span[] {
  const pos = (ms: number): number => (mode === 'time' ? ms : fractionalIndex(c.at, ms));
  return [...c.phases]
    .sort((a, b) => a.fromMs - b.fromMs)
    .map((phase, k, all) => ({
      phase,
      x1: Math.max(domain[0], pos(phase.fromMs)),
      x2: Math.min(domain[1], pos(phase.toMs ?? all[k + 1]?.fromMs ?? Number.POSITIVE_INFINITY)),
    }))
    .filter((s) => s.x2 > s.x1);
}

/** Position of a moment on the sequence axis: half-way between the points around it. */
export function fractionalIndex(at: Float64Array, ms: number): number {
  if (ms === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  let lo = 0;
  let hi = at.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (at[mid]! < ms) lo = mid + 1;
    else hi = mid;
  }
  return lo - 0.5;
}

function limitSegments(spans: readonly Span[], of: (p: ChartPhase) => [LimitSegment['kind'], number | null][]): LimitSegment[] {
  const out: LimitSegment[] = [];
  spans.forEach((s, k) => {
    for (const [kind, y] of of(s.phase)) {
      if (y === null || !Number.isFinite(y)) continue;
      out.push({
        kind,
        y,
        x1: s.x1,
        x2: s.x2,
        label: k === spans.length - 1 ? `${kind.toUpperCase()} ${num(y, decimalsForLimit(y, s.phase))}` : null,
      });
    }
  });
  return out;
}

function decimalsForLimit(y: number, p: ChartPhase): number {
  const width = p.ucl !== null && p.lcl !== null ? p.ucl - p.lcl : Math.abs(y) / 10;
  return decimalsFor(width / 20);
}

function specSegments(spec: ControlChartInput['spec'], [x1, x2]: readonly [number, number]): LimitSegment[] {
  const d = spec.usl !== null && spec.lsl !== null ? decimalsFor((spec.usl - spec.lsl) / 20) : 2;
  const rows: [LimitSegment['kind'], number | null, string][] = [
    ['usl', spec.usl, 'USL'],
    ['target', spec.target, 'target'],
    ['lsl', spec.lsl, 'LSL'],
  ];
  return rows.flatMap(([kind, y, name]) => (y === null ? [] : [{ kind, y, x1, x2, label: `${name} ${num(y, d)}` }]));
}

function zones(spans: readonly Span[]): ControlChartModel['zones'] {
  return spans.flatMap(({ phase: p, x1, x2 }) => {
    if (p.cl === null || p.ucl === null || p.lcl === null) return [];
    const up = (p.ucl - p.cl) / 3;
    const down = (p.cl - p.lcl) / 3;
    return ([1, 2, 3] as const).flatMap((level) => [
      { x1, x2, y1: p.cl! + (level - 1) * up, y2: p.cl! + level * up, level },
      { x1, x2, y1: p.cl! - level * down, y2: p.cl! - (level - 1) * down, level },
    ]);
  });
}

function xTicks(
  c: ControlChartInput,
  mode: 'time' | 'sequence',
  domain: readonly [number, number],
): { value: number; label: string }[] {
  if (mode === 'time') {
    const t = timeTicks(domain[0], domain[1], 8);
    return t.values.map((value) => ({ value, label: t.label(value) }));
  }
  return niceTicks(Math.max(0, domain[0]), domain[1], 8)
    .filter((v) => Number.isInteger(v) && v < c.at.length)
    .map((value) => ({ value, label: c.names[value] ?? String(value + 1) }));
}

function median(v: Float64Array | undefined): number {
  const known = Array.from(v ?? []).filter((x) => x > 0);
  known.sort((a, b) => a - b);
  return known[known.length >> 1] ?? 0;
}

function summarise(c: ControlChartInput): string {
  const n = c.at.length;
  if (n === 0) return `${c.title}: no points in this window.`;
  const flagged = c.rules.flatMap((r, i) => (r.length > 0 && !c.excluded[i] ? [i] : []));
  const last = n - 1;
  const d = median(c.u) > 0 ? decimalsFor(median(c.u)) : decimalsForRange(c.plotted);
  const lastText = `last ${withU(c.plotted[last], c.u?.[last], d)} ${c.unit} on ${shortTime(c.at[last])}`;
  const excluded = c.excluded.filter(Boolean).length;
  const lastFlag = flagged.at(-1);
  const what =
    lastFlag === undefined
      ? 'no rule fired'
      : `${plural(flagged.length, 'point')} out of control, the latest on ${shortTime(c.at[lastFlag])} (${c.rules[lastFlag]!.map(ruleName).join(', ')})`;
  return `${c.title}: ${plural(n, 'point')}, ${lastText}; ${what}${excluded > 0 ? `; ${plural(excluded, 'point')} excluded` : ''}.`;
}
