import {
  type ChartKind,
  DISPERSION,
  type EwmaState,
  evaluateSeries,
  inForceAt,
  initialEwma,
  type LimitsSource,
  ruleOf,
  updateEwma,
  zoneScore,
} from '@/lib/spc';
import { asControlLimits, type DispersionLimits, dispersionLimits, locationLimits, type StoredLimits } from './point-limits';

/** Limits and rules of one phase, as stored in a chart version. `cl` null: the phase still collects its baseline. */
export interface Phase {
  readonly version: number;
  readonly effectiveFrom: number;
  readonly rules: readonly number[];
  readonly cl: number | null;
  readonly ucl: number | null;
  readonly lcl: number | null;
  readonly limitsSource: LimitsSource;
  /** Of a single value; null where limits were given and no study came before. */
  readonly sigmaWithin: number | null;
  readonly dispCl: number | null;
  readonly dispUcl: number | null;
  readonly dispLcl: number | null;
  readonly dispSource: LimitsSource;
  /** Sigma by which dispersion limits of a study follow the size of each point. */
  readonly dispSigma: number | null;
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
  /** What this very point was judged by; null while there are no limits. */
  readonly limits: StoredLimits | null;
  readonly dispersionLimits: DispersionLimits | null;
}

export interface JudgedViolation {
  /** Index of the signalling point. */
  readonly end: number;
  /** Nelson number; 100 + number on the dispersion chart. */
  readonly rule: number;
  readonly side: 'above' | 'below' | null;
  readonly members: readonly number[];
}

/** λ and L of an EWMA chart that names none: an ARL of 500 in control. @reference Lucas & Saccucci, Technometrics 32 (1990) 1. */
export const DEFAULT_LAMBDA = 0.2;
export const DEFAULT_WIDTH_L = 2.962;

/** Points before the first new one that must be read again: longer than any rule's window, and than the memory of an EWMA limit. */
export const CONTEXT_POINTS = 60;

/** The phase in force at a time, the first one before it began. Phases are sorted by their start. */
export const phaseAt = (phases: readonly Phase[], at: number): Phase => inForceAt(phases, 'effectiveFrom', at) ?? phases[0]!;

/**
 * Judges a stretch of a chart in process order: plotted statistic, dispersion, limits and rule signals of each point. Runs
 * restart where the phase changes; excluded points are plotted with the limits of their place but take part in nothing.
 * @param before - the EWMA statistic before the first point and how many points it holds, when the stretch does not begin the phase.
 */
export function judge(
  kind: ChartKind,
  phases: readonly Phase[],
  points: readonly RawPoint[],
  before: EwmaState | null,
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
  before: EwmaState | null,
  out: JudgedPoint[],
  violations: JudgedViolation[],
): void {
  const z = new Float64Array(to - from).fill(Number.NaN);
  const plotted = new Float64Array(to - from);
  const ewma = kind === 'ewma' ? new EwmaStretch(phase, before) : null;
  for (let i = from; i < to; i++) {
    const p = points[i]!;
    const k = i - from;
    let limits = locationLimits(kind, phase, p.n);
    plotted[k] = p.value;
    if (ewma !== null && limits !== null) {
      const next = ewma.next(p.value, limits);
      plotted[k] = next.plotted;
      limits = next.limits;
      if (!p.excluded) ewma.advance(next);
    }
    const previous = points[i - 1];
    const moving =
      kind === 'individuals' && previous !== undefined && !previous.excluded ? Math.abs(p.value - previous.value) : null;
    const dispersion = p.spread ?? moving;
    if (limits !== null && !p.excluded) z[k] = zoneScore(plotted[k]!, asControlLimits(limits));
    out.push({
      version: phase.version,
      plotted: plotted[k]!,
      dispersion,
      limits,
      dispersionLimits: dispersion === null ? null : dispersionLimits(kind, phase, p.n),
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
  if (!phase.rules.includes(DISPERSION + 1)) return;
  for (let i = from; i < to; i++) {
    const { dispersion, dispersionLimits: l } = out[i]!;
    if (points[i]!.excluded || dispersion === null || l === null) continue;
    const side = l.ucl !== null && dispersion > l.ucl ? 'above' : l.lcl !== null && dispersion < l.lcl ? 'below' : null;
    if (side !== null) violations.push({ end: i, rule: DISPERSION + 1, side, members: [i] });
  }
}

interface EwmaStep {
  readonly state: EwmaState;
  readonly plotted: number;
  readonly limits: StoredLimits;
}

/**
 * The EWMA of one phase: limits of a study widen from the start of the phase, given ones hold from its first point. An excluded point is
 * taken as a missing one and does not advance the recursion: the next point weighs against the last that counts. It is drawn where it would
 * stand if it counted, z = λ x + (1 − λ) z of the last point that counts, between the limits of that place on the ramp, which the point
 * after it has as well.
 * @reference NIST/SEMATECH e-Handbook §6.3.2.4: the recursion and its exact limits. Excluded as missing is our choice.
 */
class EwmaStretch {
  private readonly lambda: number;
  private state: EwmaState | null;

  constructor(
    private readonly phase: Phase,
    before: EwmaState | null,
  ) {
    this.lambda = phase.lambda ?? DEFAULT_LAMBDA;
    this.state = before;
  }

  /** Where a value stands that comes after those that count. */
  next(x: number, stored: StoredLimits): EwmaStep {
    const { sigmaWithin: sigma, limitsSource, widthL } = this.phase;
    if (limitsSource === 'given' || sigma === null) {
      const { value, count } = this.state ?? { value: stored.cl, count: 0 };
      const state = { value: this.lambda * x + (1 - this.lambda) * value, count: count + 1 };
      return { state, plotted: state.value, limits: stored };
    }
    const config = { center: stored.cl, sigma, lambda: this.lambda, nSigmas: widthL ?? DEFAULT_WIDTH_L };
    const { state, point } = updateEwma(this.state ?? initialEwma(config), x, config);
    const { value, center, ucl, lcl } = point!;
    return { state, plotted: value, limits: { cl: center, ucl, lcl } };
  }

  advance(step: EwmaStep): void {
    this.state = step.state;
  }
}
