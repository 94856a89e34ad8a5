import { type Cholesky, chiSquared, choleskySolve } from '@/lib/numerics';
import { mewmaLimit } from '../arl';
import { conditionalParts, type StatisticContributions } from '../contributions';
import { type Design, type DesignField, numberOf } from './design';
import { beyondPhaseOne, leastForCovariance } from './hotelling';
import type { KindOfChart, Memory, Placed, Walk } from './kind';
import type { BaselineLimits, Phase, RawPoint, StoredLimits, Study } from './phase';
import {
  factorOf,
  type Kept,
  keptOf,
  keptRow,
  statisticLimits,
  storedStudy,
  studyVariables,
  unplottable,
  type VariablesStudy,
  variablesStudy,
  zOf,
} from './variables';

const FIELDS: readonly DesignField[] = [
  {
    name: 'lambda',
    label: 'λ',
    help: 'Weight of the newest point: a small one finds small shifts, 1 is T².',
    type: 'number',
    fallback: 0.1,
    least: 0.02,
    most: 1,
  },
  {
    name: 'arl',
    label: 'In-control ARL',
    help: 'Points between two false alarms; the limit h follows from it.',
    type: 'number',
    fallback: 370,
    least: 20,
    most: 100_000,
  },
];

const lambdaOf = (d: Design | null | undefined): number => numberOf(FIELDS, d, 'lambda')!;
const arlOf = (d: Design | null | undefined): number => numberOf(FIELDS, d, 'arl')!;

/** The average after the points counted so far, units of the kept variables. */
interface MewmaState extends Memory {
  readonly average: readonly number[];
}

/** z = λ(x − mean) + (1 − λ) z before, from the mean on. */
const nextAverage = (k: Kept, lambda: number, x: ArrayLike<number>, before: readonly number[] | null): number[] =>
  Array.from(k.mean, (m, j) => lambda * (x[j]! - m) + (1 - lambda) * (before?.[j] ?? 0));

/** T² of an average, with the covariance λ/(2 − λ) S that it comes to. */
function statistic(factor: Cholesky, lambda: number, average: readonly number[]): number {
  const v = choleskySolve(factor, average);
  return ((2 - lambda) / lambda) * average.reduce((s, a, j) => s + a * v[j]!, 0);
}

/** A point that is excluded, or that lacks a variable, does not advance the average. */
class MewmaWalk implements Walk {
  private readonly s: VariablesStudy | null;
  private readonly kept: Kept | null;
  private readonly factor: Cholesky | null;
  private readonly lambda: number;
  private readonly limits: StoredLimits;
  private next: MewmaState | null = null;

  constructor(
    phase: Phase,
    private state: MewmaState | null,
  ) {
    this.s = phase.cl === null ? null : variablesStudy(phase.study);
    this.kept = this.s === null ? null : keptOf(this.s);
    this.factor = this.kept === null ? null : factorOf(this.kept);
    this.lambda = lambdaOf(phase.design);
    this.limits = { cl: phase.cl ?? 0, ucl: phase.ucl, lcl: null };
  }

  place(p: RawPoint): Placed {
    this.next = this.state;
    const why = unplottable(p, this.s !== null);
    if (why !== null) return why;
    const average = nextAverage(this.kept!, this.lambda, keptRow(this.s!, p.vector!), this.state?.average ?? null);
    this.next = { average };
    return { plotted: statistic(this.factor!, this.lambda, average), limits: this.limits };
  }

  count(): void {
    this.state = this.next;
  }

  memory(): Memory | null {
    return this.state;
  }
}

/** Limits are asked for again and again while a design is typed: one search is 20 dense systems of 80. */
const limits = new Map<string, number>();
const REMEMBERED = 500;

function limitOf(lambda: number, p: number, arl: number): number {
  const key = `${lambda} ${p} ${arl}`;
  const known = limits.get(key);
  if (known !== undefined) return known;
  const h = mewmaLimit(lambda, p, arl);
  if (limits.size >= REMEMBERED) limits.clear();
  limits.set(key, h);
  return h;
}

function limitsBy(study: Study, d: Design | null): Omit<BaselineLimits, 'used' | 'method'> {
  const p = variablesStudy(study)!.kept.length;
  return statisticLimits(chiSquared(p).quantile(0.5), limitOf(lambdaOf(d), p, arlOf(d)), study);
}

function contributions(phase: Phase, p: RawPoint, memory: Memory | null): StatisticContributions[] {
  const s = variablesStudy(phase.study);
  if (s === null || phase.cl === null || unplottable(p, true) !== null) return [];
  const lambda = lambdaOf(phase.design);
  const k = keptOf(s);
  const factor = factorOf(k);
  const x = keptRow(s, p.vector!);
  const kept = (memory as MewmaState | null)?.average ?? null;
  // what is remembered with a point that counts includes it; an excluded one stands on what was before
  const average = p.excluded ? nextAverage(k, lambda, x, kept) : (kept ?? nextAverage(k, lambda, x, null));
  const scale = Math.sqrt((2 - lambda) / lambda);
  const parts = conditionalParts(
    average.map((a) => a * scale),
    factor,
  );
  const z = zOf(k, x);
  return [
    {
      statistic: 'mewma',
      total: statistic(factor, lambda, average),
      of: s.kept.map((variable, j) => ({ variable, z: z[j]!, part: parts[j]! })),
    },
  ];
}

/**
 * Multivariate EWMA, started at the mean of the baseline, with the covariance that it comes to: its limit has the wanted in-control ARL exactly, for a
 * mean and covariance that are known. Those of a baseline are estimates: with few points false alarms are more frequent.
 * @reference Lowry, Woodall, Champ & Rigdon, Technometrics 34 (1992) 46; limit: Rigdon, Statistics & Probability Letters 24 (1995) 365; effect of estimates:
 *   Champ & Jones-Farmer, Sequential Analysis 26 (2007) 65.
 */
export const mewma: KindOfChart = {
  label: 'MEWMA',
  dispersion: null,
  ofSubgroups: false,
  memory: 'average',
  followed: null,
  plottedUnit: '1',
  signal: 'T² of the average beyond h',
  withoutZones: true,
  ofVariables: true,
  design: FIELDS,
  leastBaseline: leastForCovariance,
  limitsBy,
  price: (d) => ({ inControl: arlOf(d) }),
  estimate(points, out, { design }) {
    const s = studyVariables(points, out, true, (p) => p + 3);
    if (s === null) return null;
    return { ...limitsBy(storedStudy(s), design ?? null), method: 'covariance', used: s.n };
  },
  beyond: (points, l) => beyondPhaseOne(points, l.study),
  walk: (phase, before) => new MewmaWalk(phase, before as MewmaState | null),
  contributions,
  dispersionOf: () => null,
  dispersionLimits: () => null,
};
