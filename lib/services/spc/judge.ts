import {
  type ControlLimits,
  evaluateSeries,
  initialEwma,
  NELSON,
  type RunRule,
  updateEwma,
  xbarLimits,
  zoneScore,
} from '@/lib/spc';

export type ChartKind = 'individuals' | 'xbar_r' | 'xbar_s' | 'ewma';

/** Limits and rules of one phase, as stored in a chart version. Null limits: the phase still collects its baseline. */
export interface Phase {
  readonly version: number;
  readonly effectiveFrom: number;
  readonly rules: readonly number[];
  readonly cl: number | null;
  readonly ucl: number | null;
  readonly lcl: number | null;
  readonly sigmaWithin: number | null;
  readonly dispUcl: number | null;
  readonly dispLcl: number | null;
  readonly lambda: number | null;
  readonly widthL: number | null;
}

export interface RawPoint {
  readonly at: number;
  readonly value: number;
  /** Dispersion within the point (range or standard deviation); null for individuals, where it is the moving range. */
  readonly spread: number | null;
  readonly n: number;
  readonly excluded: boolean;
}

export interface JudgedPoint {
  readonly version: number;
  readonly plotted: number;
  readonly dispersion: number | null;
  readonly ucl: number | null;
  readonly lcl: number | null;
}

export interface JudgedViolation {
  /** Index of the signalling point. */
  readonly end: number;
  /** Nelson number; 100 + number on the dispersion chart. */
  readonly rule: number;
  readonly side: 'above' | 'below' | null;
  readonly members: readonly number[];
}

/** Dispersion-chart rules are numbered from here. */
export const DISPERSION = 100;

const RULES: readonly RunRule[] = [NELSON.N1, NELSON.N2, NELSON.N3, NELSON.N4, NELSON.N5, NELSON.N6, NELSON.N7, NELSON.N8];

/** The Nelson rule behind a number 1..8, or 101..108 on the dispersion chart. */
export const ruleOf = (n: number): RunRule => RULES[(n % DISPERSION) - 1]!;

/** Points before the first new one that must be read again: longer than any rule's window, and than the memory of an EWMA limit. */
export const CONTEXT_POINTS = 60;

/** The phase in force at a time: the last one that had begun. Phases are sorted by their start. */
export function phaseAt(phases: readonly Phase[], at: number): Phase {
  let found = phases[0]!;
  for (const p of phases) if (p.effectiveFrom <= at) found = p;
  return found;
}

function limitsOf(kind: ChartKind, p: Phase, n: number): ControlLimits | null {
  if (p.cl === null || p.sigmaWithin === null) return null;
  if (kind === 'xbar_r' || kind === 'xbar_s') return xbarLimits(p.cl, p.sigmaWithin, n);
  return { center: p.cl, ucl: p.ucl ?? Number.POSITIVE_INFINITY, lcl: p.lcl ?? Number.NEGATIVE_INFINITY };
}

/**
 * Judges a stretch of a chart in process order: plotted statistic, dispersion, limits and rule signals of each point. Runs
 * restart where the phase changes; excluded points are plotted but take part in nothing.
 * @param before - the EWMA statistic before the first point and how many points it holds, when the stretch does not begin the phase.
 */
export function judge(
  kind: ChartKind,
  phases: readonly Phase[],
  points: readonly RawPoint[],
  before: { readonly value: number; readonly count: number } | null,
): { points: JudgedPoint[]; violations: JudgedViolation[] } {
  const out: JudgedPoint[] = [];
  const violations: JudgedViolation[] = [];
  let from = 0;
  while (from < points.length) {
    const phase = phaseAt(phases, points[from]!.at);
    let to = from + 1;
    while (to < points.length && phaseAt(phases, points[to]!.at).version === phase.version) to++;
    judgeSegment(kind, phase, points, from, to, from === 0 ? before : null, out, violations);
    from = to;
  }
  return { points: out, violations };
}

function judgeSegment(
  kind: ChartKind,
  phase: Phase,
  points: readonly RawPoint[],
  from: number,
  to: number,
  before: { readonly value: number; readonly count: number } | null,
  out: JudgedPoint[],
  violations: JudgedViolation[],
): void {
  const z = new Float64Array(to - from).fill(Number.NaN);
  const plotted = new Float64Array(to - from);
  const disp = new Float64Array(to - from).fill(Number.NaN);
  const ewma =
    kind === 'ewma' && phase.cl !== null && phase.sigmaWithin !== null
      ? { center: phase.cl, sigma: phase.sigmaWithin, lambda: phase.lambda ?? 0.2, nSigmas: phase.widthL ?? 2.962 }
      : null;
  let state = ewma === null ? null : (before ?? initialEwma(ewma));
  for (let i = from; i < to; i++) {
    const p = points[i]!;
    const k = i - from;
    let limits = limitsOf(kind, phase, p.n);
    plotted[k] = p.value;
    if (ewma !== null && state !== null && !p.excluded) {
      const next = updateEwma(state, p.value, ewma);
      state = next.state;
      if (next.point !== null) {
        plotted[k] = next.point.value;
        limits = next.point;
      }
    }
    const previous = points[i - 1];
    const moving =
      kind === 'individuals' && previous !== undefined && !previous.excluded ? Math.abs(p.value - previous.value) : Number.NaN;
    disp[k] = p.spread ?? moving;
    if (limits !== null && !p.excluded) z[k] = zoneScore(plotted[k]!, limits);
    out.push({
      version: phase.version,
      plotted: plotted[k]!,
      dispersion: Number.isNaN(disp[k]!) ? null : disp[k]!,
      ucl: limits === null || limits.ucl === Number.POSITIVE_INFINITY ? null : limits.ucl,
      lcl: limits === null || limits.lcl === Number.NEGATIVE_INFINITY ? null : limits.lcl,
    });
  }
  if (phase.cl === null) return;
  // An EWMA already remembers its past, so only the limit test is meaningful on it.
  const chosen = phase.rules.filter((r) => r < DISPERSION && (kind !== 'ewma' || r === 1));
  const { violations: found } = evaluateSeries(chosen.map(ruleOf), z, plotted);
  for (const v of found) {
    violations.push({
      end: from + v.end,
      rule: chosen[chosen.map(ruleOf).findIndex((r) => r.id === v.ruleId)]!,
      side: v.side,
      members: v.members.map((m) => from + m),
    });
  }
  if (!phase.rules.includes(DISPERSION + 1) || phase.dispUcl === null) return;
  for (let k = 0; k < disp.length; k++) {
    if (points[from + k]!.excluded || Number.isNaN(disp[k]!)) continue;
    const side = disp[k]! > phase.dispUcl ? 'above' : phase.dispLcl !== null && disp[k]! < phase.dispLcl ? 'below' : null;
    if (side !== null) violations.push({ end: from + k, rule: DISPERSION + 1, side, members: [from + k] });
  }
}
