import { isJudged } from '@/lib/spc';
import { asEntered, decimalsFor, num } from '../format';
import type { ChartPhase, LimitSegment, PointLimits, SpecSpan, ZoneBand } from './control-chart.model';

/** A phase between two positions of the x axis. */
export interface Span {
  phase: ChartPhase;
  x1: number;
  x2: number;
}

/** A run of points that were judged by the same limits. */
export interface LimitStep {
  /** Which phase, counted from the oldest. */
  phase: number;
  x1: number;
  x2: number;
  cl: number | null;
  ucl: number | null;
  lcl: number | null;
  /** A person entered them, so their numbers are never rounded. */
  isEntered: boolean;
  /** Subgroup size of its points, where limits depend on it. */
  n: number | null;
  /** The limits of its version: for an EWMA, the steady-state ones. */
  nominal: Nominal;
}

type Nominal = Pick<LimitStep, 'cl' | 'ucl' | 'lcl' | 'isEntered'>;

/** What else determines the limits of points. */
export interface StepOptions {
  /** Subgroup size of point i; left out where limits do not depend on it. */
  n?: readonly number[] | undefined;
}

/** Did limits judge point i? */
export const isJudgedBy = (l: Pick<PointLimits, 'ucl' | 'lcl' | 'dispUcl' | 'dispLcl'>, i: number): boolean =>
  isJudged({ ucl: l.ucl[i], lcl: l.lcl[i], dispUcl: l.dispUcl[i], dispLcl: l.dispLcl[i] });

type Column = Float64Array | undefined;

/** Steps closer than this share of the width of the limits are merged: less than a pixel on any screen. */
const SAME = 1e-3;

/**
 * The limits that judged the points, as steps: each point's own, half-way to its neighbours, equal neighbours merged. A phase
 * without points (or without limits at them) shows the limits of its version.
 * @param x - position of point i.
 */
export function limitSteps(
  spans: readonly Span[],
  at: Float64Array,
  x: (i: number) => number,
  columns: { cl?: Column; ucl: Column; lcl: Column },
  ofPhase: (p: ChartPhase) => Nominal,
  { n }: StepOptions = {},
): LimitStep[] {
  const value = (c: Column, i: number): number | null => (c === undefined || !Number.isFinite(c[i]!) ? null : c[i]!);
  return spans.flatMap(({ phase, x1, x2 }, k) => {
    const { cl, ucl, lcl, isEntered } = ofPhase(phase);
    const nominal = { cl, ucl, lcl, isEntered };
    const to = spans[k + 1]?.phase.fromMs ?? Number.POSITIVE_INFINITY;
    const mine = Array.from(at.keys()).filter(
      (i) => at[i]! >= phase.fromMs && at[i]! < to && (value(columns.ucl, i) !== null || value(columns.lcl, i) !== null),
    );
    if (mine.length === 0)
      return nominal.ucl === null && nominal.lcl === null && nominal.cl === null
        ? []
        : [{ phase: k, x1, x2, ...nominal, n: null, nominal }];
    const out: LimitStep[] = [];
    mine.forEach((i, j) => {
      const left = j === 0 ? x1 : (x(mine[j - 1]!) + x(i)) / 2;
      const right = j === mine.length - 1 ? x2 : (x(i) + x(mine[j + 1]!)) / 2;
      const step = {
        phase: k,
        x1: left,
        x2: right,
        cl: columns.cl ? value(columns.cl, i) : nominal.cl,
        ucl: value(columns.ucl, i),
        lcl: value(columns.lcl, i),
        isEntered,
        n: isEntered ? null : (n?.[i] ?? null),
        nominal,
      };
      const last = out.at(-1);
      if (last !== undefined && same(last, step)) {
        last.x2 = right;
        last.n = step.n;
      } else out.push(step);
    });
    return out;
  });
}

function same(a: LimitStep, b: LimitStep): boolean {
  const width = Math.abs((a.ucl ?? a.cl ?? 0) - (a.lcl ?? a.cl ?? 0));
  const near = (p: number | null, q: number | null) => (p === null || q === null ? p === q : Math.abs(p - q) <= SAME * width);
  return near(a.cl, b.cl) && near(a.ucl, b.ucl) && near(a.lcl, b.lcl);
}

/** Decimals that an entered limit has at least. */
const LEAST_DECIMALS = 2;

/** A limit as text: of a study with as many decimals as its width resolves, an entered one unrounded. */
export const limitText = (v: number | null | undefined, isEntered: boolean, decimals: number): string =>
  isEntered ? asEntered(v, Math.min(decimals, LEAST_DECIMALS)) : num(v, decimals);

type LimitKind = 'ucl' | 'cl' | 'lcl';

/** Decimals that resolve the width of the limits, or a tenth of the limit where there is no width. */
export function limitDecimals({ cl, ucl, lcl }: Readonly<Record<LimitKind, number | null>>, parts = 20): number {
  const width = Math.abs((ucl ?? cl ?? 0) - (lcl ?? cl ?? 0));
  return decimalsFor((width || Math.abs(cl ?? ucl ?? lcl ?? 0) / 10) / parts);
}

/**
 * A limit with its name: for points of varying size with its size, for an EWMA the steady-state limit, with an arrow until it is reached. The centre
 * line is the same for every size.
 */
function stepText(s: LimitStep, kind: LimitKind, isEwma: boolean): string {
  const shown = isEwma ? s.nominal : s;
  const isSettled = !isEwma || same({ ...s, ...s.nominal }, s);
  const text = `${kind.toUpperCase()} ${isSettled ? '' : '→ '}${limitText(shown[kind], s.isEntered, limitDecimals(shown))}`;
  return s.n === null || kind === 'cl' ? text : `${text}, n = ${s.n}`;
}

const sameLimit = (a: Nominal, b: Nominal, kind: LimitKind): boolean => a[kind] === b[kind] && a.isEntered === b.isEntered;

/**
 * Steps as lines to draw: the last of each kind is labelled at the right, the last of each earlier phase has its number on its line, unless the next
 * phase has the same limit.
 */
export function limitSegments(steps: readonly LimitStep[], kinds: readonly LimitKind[], isEwma = false): LimitSegment[] {
  const last = steps.at(-1);
  return kinds.flatMap((kind) =>
    steps.flatMap((s, i): LimitSegment[] => {
      const y = s[kind];
      if (y === null || !Number.isFinite(y)) return [];
      const text = stepText(s, kind, isEwma);
      const segment = { kind, y, x1: s.x1, x2: s.x2, label: s === last ? text : null };
      const after = steps[i + 1];
      if (after === undefined || after.phase === s.phase || sameLimit(s.nominal, after.nominal, kind)) return [segment];
      return [{ ...segment, earlier: { text, x1: steps.find((q) => q.phase === s.phase)!.x1 } }];
    }),
  );
}

/** Zones C, B, A: thirds of the distance to the limit on each side; no zone on a side without a limit. */
export const zoneBands = (steps: readonly LimitStep[]): ZoneBand[] =>
  steps.flatMap(({ x1, x2, cl, ucl, lcl }) => {
    if (cl === null) return [];
    return ([1, 2, 3] as const).flatMap((level): ZoneBand[] => {
      const up = ucl === null ? null : (ucl - cl) / 3;
      const down = lcl === null ? null : (cl - lcl) / 3;
      return [
        ...(up === null ? [] : [{ x1, x2, y1: cl + (level - 1) * up, y2: cl + level * up, level }]),
        ...(down === null ? [] : [{ x1, x2, y1: cl - level * down, y2: cl - (level - 1) * down, level }]),
      ];
    });
  });

/** Decimals of a specification. */
export const specDecimals = (s: Pick<SpecSpan, 'lsl' | 'usl' | 'target'>): number =>
  limitDecimals({ lcl: s.lsl, cl: s.target, ucl: s.usl });

/** A specification in words: "LSL 28.00, target 30.00, USL 32.00". */
export const specWords = (s: Pick<SpecSpan, 'lsl' | 'usl' | 'target'>, unit = ''): string =>
  (
    [
      ['LSL', s.lsl],
      ['target', s.target],
      ['USL', s.usl],
    ] as const
  )
    .flatMap(([name, v]) =>
      v === null ? [] : [`${name} ${limitText(v, true, specDecimals(s))}${unit === '' ? '' : ` ${unit}`}`],
    )
    .join(', ');

/** Specification limits and target, each version over its own time with its numbers. */
export function specSegments(
  spans: readonly SpecSpan[],
  position: (ms: number) => number,
  [lo, hi]: readonly [number, number],
  only: readonly ('usl' | 'target' | 'lsl')[],
): LimitSegment[] {
  const now = spans.at(-1);
  const d = now === undefined ? 0 : specDecimals(now);
  return only.flatMap((kind) =>
    spans.flatMap((s, k): LimitSegment[] => {
      const y = s[kind];
      const x1 = Math.max(lo, position(s.fromMs));
      const x2 = Math.min(hi, position(spans[k + 1]?.fromMs ?? Number.POSITIVE_INFINITY));
      if (y === null || x2 <= x1) return [];
      const text = `${kind === 'target' ? 'target' : kind.toUpperCase()} ${limitText(y, true, d)}`;
      if (s === now) return [{ kind, y, x1, x2, label: text }];
      return [{ kind, y, x1, x2, label: null, ...(spans[k + 1]?.[kind] === y ? {} : { earlier: { text, x1 } }) }];
    }),
  );
}
